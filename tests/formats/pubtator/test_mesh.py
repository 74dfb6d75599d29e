from pathlib import Path

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from jointre.formats.pubtator.mesh import broader, hypernym_pairs, read_tree_numbers

DESCRIPTORS = """*NEWRECORD
RECTYPE = D
MH = Heart Diseases
MN = C14.280
UI = D1

*NEWRECORD
MH = Arrhythmias
MN = C14.280.067
MN = C23.550.073
NOTE = UI = none
UI = D2

*NEWRECORD
MH = No Place
UI = D3
"""
TREE = {"D1": ("C14.280",), "D2": ("C14.280.067", "C23.550.073"), "D3": (), "D4": ("C14.2801",)}


def test_reads_the_numbers_of_descriptors(tmp_path: Path) -> None:
    path = tmp_path / "d2024.bin"
    path.write_text(DESCRIPTORS)
    assert read_tree_numbers(path) == {
        "D1": ("C14.280",),
        "D2": ("C14.280.067", "C23.550.073"),
        "D3": (),
    }


def test_a_file_without_descriptors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mtrees.bin"
    path.write_text("Heart Diseases;C14.280\n")
    with pytest.raises(DataError, match=r"mtrees\.bin: no 'UI = …' after an 'MN = …'; take MeSH"):
        read_tree_numbers(path)


@pytest.mark.parametrize(
    ("first", "second", "above"),
    [
        ("D1", "D2", True),
        ("MESH:D1", "MESH:D2", True),
        ("D2", "D1", False),
        ("D1", "D1", False),
        ("D1", "D4", False),
        ("D3", "D2", False),
        ("D9", "D2", False),
    ],
)
def test_a_concept_is_above_those_whose_number_continues_its_own(
    first: str, second: str, above: bool
) -> None:
    assert broader(first, second, TREE) is above


def test_pairs_are_those_of_a_related_head_and_a_broader_tail() -> None:
    names = [("Chemical", "C1"), ("Disease", "D2"), ("Disease", "D1"), ("Disease", None)]
    names += [("Other", "D1x"), ("Chemical", "C2")]
    whole = Document(
        "d",
        tuple("abcdef"),
        entities=tuple(Entity(label, (Span(0, 1),), id=name) for label, name in names),
        relations=(Relation("CID", 0, 1), Relation("CID", 5, 1), Relation("CID", 5, 2)),
    )
    tree = TREE | {"D1x": ("C14.280",)}
    # C2 is said to cause both, D1x has another label.
    assert hypernym_pairs(whole, tree) == [["C1", "D1"]]
    assert hypernym_pairs(whole, {}) == []

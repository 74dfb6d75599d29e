from pathlib import Path

import pytest

from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.triples.label_map import read_labels
from tests.data.real import real


@pytest.mark.parametrize(
    "content",
    [
        '{"capital": 1, "born": 0}',
        '[{"0": "born", "1": "capital"}, {"capital": 1, "born": 0}]',
        '[{"capital": 1, "born": 0}]',
    ],
)
def test_labels_are_in_the_order_of_their_ids(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rel2id.json"
    path.write_text(content)
    assert read_labels(path, "None") == LabelSets(("None",), ("born", "capital"), source=str(path))


def test_a_types_file_is_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "types.json"
    path.write_text('{"entities": {"A": {}}, "relations": {"r": {"symmetric": true}}}')
    labels = read_labels(path, "Entity")
    assert (labels.entities, labels.relations, labels.symmetric) == (("A",), ("r",), {"r"})
    path.write_text('{"relations": {"r": {}}}')
    with pytest.raises(DataError, match=r"types\.json: 'entities' is missing; a types file has"):
        read_labels(path, "Entity")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", r"a label map {NAME: ID}, or a types file, must be an object, not \[\]"),
        ("[3]", "a label map {NAME: ID}, or a types file, must be an object, not 3"),
        ('[{"a": 0}, {"0": "a"}]', "the id of '0' must be an integer, not 'a'"),
        ('{"a": 0, "b": 2}', r"the ids of a label map must be 0 to 1, each once; found \[0, 2\]"),
        ('{"a": 0, "b": 0}', r"the ids of a label map must be 0 to 1, each once; found \[0, 0\]"),
    ],
)
def test_refuses_anything_else(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "rel2id.json"
    path.write_text(content)
    with pytest.raises(DataError, match=rf"rel2id\.json: {message}"):
        read_labels(path, "Entity")


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("webnlg/rel2id.json", 216),
        ("webnlg_star/rel2id.json", 171),
        ("webnlg_star/pfn/rel2idx.json", 170),
        ("nyt/rel2id.json", 24),
        ("nyt_star/rel2id.json", 24),
        ("nyt_star/pfn/rel2idx.json", 24),
    ],
)
def test_published_maps(name: str, count: int) -> None:
    assert len(set(read_labels(real(name), "Entity").relations)) == count

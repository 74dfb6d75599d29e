from pathlib import Path

import pytest

from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.common.types_file import read_types
from tests.data.real import real


def test_reads_labels_in_file_order(tmp_path: Path) -> None:
    path = tmp_path / "types.json"
    path.write_text(
        '{"entities": {"Z": {"short": "Z"}, "A": {}},'
        ' "relations": {"r": {"symmetric": true}, "b": {"symmetric": false}, "a": {}}}'
    )
    assert read_types(path) == LabelSets(("Z", "A"), ("r", "b", "a"), frozenset({"r"}), str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", r"types\.json: a types file must be an object, not \[\]"),
        ('{"entities": {}}', r"types\.json: 'relations' is missing; a types file has"),
        ('{"entities": [], "relations": {}}', r"entities must be an object, not \[\]"),
        (
            '{"entities": {}, "relations": {"r": {"symmetric": "no"}}}',
            r"relations\.r\.symmetric must be true or false, not 'no'",
        ),
        ('{"entities": {}, "relations": {"r": 1}}', r"relations\.r must be an object, not 1"),
        ("", r"types\.json: the file is empty"),
    ],
)
def test_refuses_anything_else(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "types.json"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        read_types(path)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "counts", "symmetric"),
    [
        ("scierc/spert/scierc_types.json", (6, 7), {"Compare", "Conjunction"}),
        ("conll04/spert/conll04_types.json", (4, 5), set()),
        ("ade/spert/ade_types.json", (2, 1), set()),
        ("docred_joint/types.json", (6, 96), set()),
    ],
)
def test_reads_published_types(name: str, counts: tuple[int, int], symmetric: set[str]) -> None:
    labels = read_types(real(name))
    assert (len(labels.entities), len(labels.relations)) == counts
    assert labels.symmetric == symmetric

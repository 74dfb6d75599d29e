from collections.abc import Iterator
from pathlib import Path

import pytest

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import DygieReader, JsonlReader, Reader, SpertReader, TriplesReader
from jointre.formats.common.reading import Reading

BUILT_IN = {
    "dygie": DygieReader,
    "jsonl": JsonlReader,
    "spert": SpertReader,
    "triples": TriplesReader,
}


class OneReader(Reader):
    """Reads as many documents as the file has characters."""

    registered_name = "one"

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        for index, name in enumerate(reading.path.read_text()):
            yield f"{reading.path}:{index}", Document(name, ())


def test_the_built_in_formats_are_registered() -> None:
    assert set(BUILT_IN) <= set(Reader.names())
    for name, reader in BUILT_IN.items():
        assert Reader.by_name(name) is reader


def test_the_interface_itself_cannot_be_built() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Reader()  # type: ignore[abstract]


@pytest.mark.parametrize("reader", [*BUILT_IN.values(), OneReader])
def test_a_missing_file_is_refused_before_anything_is_read(
    tmp_path: Path, reader: type[Reader]
) -> None:
    (tmp_path / "dev.json").touch()
    with pytest.raises(DataError, match=r"dve\.json: no such file in .*; did you mean 'dev\.json'"):
        reader().read(tmp_path / "dve.json")
    with pytest.raises(DataError, match="this is a folder"):
        reader().read(tmp_path)


def test_ids_must_differ_within_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("aba")
    documents = OneReader().read(path)
    assert [next(documents).id, next(documents).id] == ["a", "b"]
    with pytest.raises(DataError, match=r"a:2: the id 'a' occurs twice in this file; ids must"):
        next(documents)


def test_a_file_is_all_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("a")
    assert OneReader(types=tmp_path / "types.json").files(path) == [path]


def test_labels_are_those_of_the_types_file(tmp_path: Path) -> None:
    assert OneReader().label_sets() is None
    path = tmp_path / "types.json"
    reader = OneReader(types=path)
    with pytest.raises(DataError, match=r"types\.json: no such file"):
        reader.label_sets()
    path.write_text('{"entities": {"B": {}, "A": {}}, "relations": {}}')
    labels = reader.label_sets()
    assert labels is not None
    assert labels.entities == ("B", "A")


WRONG = [
    ("spert", '{"doc_key": "d", "sentences": [["a"]], "ner": [[]]}\n' * 2, "dygie"),
    ("spert", '{"tokens": ["a"], "entities": []}\n{"tokens": ["a"]}\n', "jsonl"),
    ("dygie", '[{"tokens": ["a"], "entities": []}]', "spert"),
    ("dygie", '[\n  {"tokens": ["a"], "entities": []}]', "spert"),
    ("dygie", '{"tokens": ["a"], "entities": []}', "jsonl"),
    ("jsonl", '{"doc_key": "d", "sentences": [["a"]], "ner": [[]]}\n', "dygie"),
    ("jsonl", '[{"tokens": ["a"], "entities": []}]', "spert"),
    ("triples", '[{"tokens": ["a"], "entities": []}]', "spert"),
    ("triples", '{"tokens": ["a"], "entities": []}', "jsonl"),
    ("jsonl", '{"sentText": "a", "relationMentions": []}', "triples"),
]


@pytest.mark.parametrize(("own", "content", "right"), WRONG)
def test_a_file_of_another_format_is_named(
    tmp_path: Path, own: str, content: str, right: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    message = f"a.json: this looks like the format '{right}', not '{own}'; choose '{right}' "
    with pytest.raises(DataError, match=message):
        list(BUILT_IN[own]().read(path))


def test_what_is_skipped_is_logged_unless_it_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '[{"tokens": ["a"], "entities": [{"type": "X", "start": 0, "end": 1, "x": 1}]}]'
    )
    skipped = SkippedData()
    assert len(list(SpertReader().read(path, skipped))) == 1
    assert skipped["unknown keys of entities skipped"] == 1
    assert caplog.messages == []
    list(SpertReader().read(path))
    assert caplog.messages == [f"{path}: {skipped.lines()[0]}"]

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import ConfigError, DataError
from jointre.formats import JsonlReader, ProdigyReader, ProdigyWriter, Reader
from jointre.formats.convert import convert
from jointre.testing.contracts import ReaderContract
from tests.data.documents import TYPES_ARE_SAMPLED, chars, files_of, text_documents
from tests.formats.writing import write
from tests.markdown import ROOT

pytestmark = TYPES_ARE_SAMPLED
SAMPLES = ROOT / "fixtures" / "annotation" / "prodigy"


class TestProdigy(ReaderContract):
    component = "prodigy"
    sample = "".join(
        json.dumps({"text": f"{name} left.", "spans": [one], "relations": [link], "_task_hash": 1})
        + "\n"
        for name in ("Ada", "Bob")
        for one in [{"start": 0, "end": 3, "label": "P"}]
        for link in [{"head_span": one, "child_span": one, "label": "r", "color": "red"}]
    )


def read(
    path: Path, *records: Any, reader: Reader | None = None, skipped: SkippedData | None = None
) -> list[Document]:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return list((reader or ProdigyReader()).read(path, skipped))


def test_relations_of_several_annotators() -> None:
    reader = ProdigyReader()
    skipped = SkippedData()
    first, second, choir = reader.read(SAMPLES / "relations.jsonl", skipped)
    assert [chars(first, entity) for entity in first.entities] == [
        ("Person", "Aurelio Quist"),
        ("Place", "Sandhaven"),
        ("Organization", "St. Bride's School"),
    ]
    assert [(item.label, item.head, item.tail) for item in first.relations] == [
        ("lives_in", 0, 1),
        ("works_for", 0, 2),
    ]
    assert "\n" not in first.tokens
    assert (first.id, second.id, second.text) == ("relations:1", "relations:2", first.text)
    assert chars(choir, choir.entities[2]) == (None, "choir")
    assert choir.extra["_input_hash"] == 902117733
    path = SAMPLES / "relations.jsonl"
    assert skipped.lines() == [
        f"1 further example of a text kept; first: {path}:2",
        f"1 example with the answer 'reject' skipped; first: {path}:4",
        f"1 example with the answer 'ignore' skipped; first: {path}:5",
    ]
    one, _ = ProdigyReader(repeated="first").read(path)
    assert one == first


def test_spans_without_relations() -> None:
    society, nobody = ProdigyReader().read(SAMPLES / "spans.jsonl")
    assert [chars(society, entity) for entity in society.entities] == [
        ("Person", "Nadia Osei-Lund"),
        ("Organization", "Sandhaven Historical Society"),
        ("Place", "Sandhaven"),
    ]
    assert nobody.entities == ()


@pytest.mark.parametrize("name", ["relations.jsonl", "spans.jsonl"])
def test_examples_are_written_as_they_were(tmp_path: Path, name: str) -> None:
    reader = ProdigyReader()
    skipped = write(ProdigyWriter(), reader.read(SAMPLES / name), tmp_path / "b.jsonl")
    assert not skipped
    before = [json.loads(line) for line in (SAMPLES / name).read_text().splitlines()]
    after = [json.loads(line) for line in (tmp_path / "b.jsonl").read_text().splitlines()]
    accepted = [record for record in before if record["answer"] == "accept"]
    assert [item | {"id": None} for item in after] == [item | {"id": None} for item in accepted]


def test_ids_of_the_task_are_kept_apart(tmp_path: Path) -> None:
    task = {"id": 7, "text": "Ada", "spans": []}
    found = read(tmp_path / "a.jsonl", task, task | {"text": "Bob"}, {"text": "Eve", "spans": []})
    assert [item.id for item in found] == ["7", "7:2", "a:3"]


def test_zipped_and_in_another_language(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"text": "l'eau", "spans": []}).encode()))
    (found,) = ProdigyReader(language="fr").read(path)
    assert found.tokens == ("l'", "eau")
    with pytest.raises(ConfigError, match="language='qq': spaCy has no such language"):
        ProdigyReader(language="qq")


def test_binary_decisions_are_no_full_annotation(tmp_path: Path) -> None:
    reader = ProdigyReader()
    skipped = SkippedData()
    binary = {"text": "Ada", "spans": [], "answer": "accept", "_is_binary": True}
    assert read(tmp_path / "a.jsonl", binary, reader=reader, skipped=skipped) == []
    assert skipped["binary decisions about one span of a text skipped"] == 1


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (3, "an example must be an object, not 3"),
        ({"text": "Ada"}, "an example needs 'text' and one of the keys .*spans.*; found"),
        ({"image": "a.png", "spans": []}, r"needs 'text' .* found \['image', 'spans'\]"),
        ({"text": "Ada", "answer": "maybe"}, "accept, reject or ignore, not 'maybe'"),
        ({"text": "Ada", "spans": [], "id": 1.5}, "id must be an integer, not 1.5"),
        ({"text": "Ada", "spans": [{"start": 0, "end": 4}]}, r"\[0, 4\) is not part of the text"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, record: Any, message: str) -> None:
    with pytest.raises(DataError, match=rf"a\.jsonl:2: .*{message}"):
        read(tmp_path / "a.jsonl", {"text": "", "spans": []}, record)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ('{"text": "a", "answer": "accept", "spans": [', r"a\.jsonl:1: not JSON: .*cut off"),
        ('{"text": "a", "label": []}', "looks like the format 'doccano', not 'prodigy'; choose"),
    ],
)
def test_other_files(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        list(ProdigyReader().read(path))


def test_other_readers_name_this_one() -> None:
    with pytest.raises(DataError, match="looks like the format 'prodigy', not 'doccano'"):
        list(Reader.by_name("doccano")().read(SAMPLES / "relations.jsonl"))


def test_the_report_of_a_conversion(tmp_path: Path) -> None:
    source, target = ROOT / "fixtures" / "newswire" / "dev.jsonl", tmp_path / "b.jsonl"
    assert not convert(source, target, JsonlReader(), ProdigyWriter())
    before, after = JsonlReader().read(source), ProdigyReader().read(target)
    for one, other in zip(before, after, strict=True):
        assert (one.id, one.tokens, one.entities, one.relations) == (
            other.id,
            other.tokens,
            other.entities,
            other.relations,
        )


@given(files_of(text_documents()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_writing_and_reading_loses_nothing(tmp_path: Path, documents: list[Document]) -> None:
    path = tmp_path / "a.jsonl"
    reader = ProdigyReader()
    skipped = write(ProdigyWriter(), iter(documents), path)
    found = list(reader.read(path))
    moved = skipped["relations of entities listed twice moved to the first"]
    for one, other in zip(documents, found, strict=True):
        assert (one.id, one.text, one.tokens) == (other.id, other.text, other.tokens)
        assert one.entities == other.entities
        moved -= sum(a != b for a, b in zip(one.relations, other.relations, strict=True))
    assert moved == 0
    assert {kind for kind, _ in skipped} <= {
        "relations of entities listed twice moved to the first",
        "lists of sentences skipped, because the reader makes them again",
    }

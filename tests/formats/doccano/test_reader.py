import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import ConfigError, DataError
from jointre.formats import DoccanoReader, DoccanoWriter, JsonlReader, JsonlWriter, Reader
from jointre.formats.convert import convert
from jointre.testing.contracts import ReaderContract
from tests.data.documents import TYPES_ARE_SAMPLED, chars, files_of, text_documents
from tests.formats.writing import write
from tests.markdown import ROOT

pytestmark = TYPES_ARE_SAMPLED
SAMPLES = ROOT / "fixtures" / "annotation" / "doccano"


class TestDoccano(ReaderContract):
    component = "doccano"
    sample = (SAMPLES / "all.jsonl").read_text(encoding="utf-8")


def read(
    path: Path, *records: Any, reader: Reader | None = None, skipped: SkippedData | None = None
) -> list[Document]:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return list((reader or DoccanoReader()).read(path, skipped))


def test_the_export_with_relations() -> None:
    reader = DoccanoReader()
    skipped = SkippedData()
    museum, club, firm, rain = reader.read(SAMPLES / "all.jsonl", skipped)
    assert [chars(museum, entity) for entity in museum.entities] == [
        ("Person", "Ottilie Brandvold"),
        ("Place", "Kvitsund"),
        ("Organization", "lighthouse museum"),
        ("Place", "Alesfjord"),
    ]
    assert [(item.label, item.head, item.tail) for item in museum.relations] == [
        ("works_for", 0, 2),
        ("based_in", 2, 1),
    ]
    assert len(museum.sentences) == 2
    assert chars(club, club.entities[0]) == ("Organization", "Kvitsund Rowing Club")
    assert firm.tokens[-4:] == ("&Holm", "on", "Friday", ".")
    assert [chars(firm, entity)[1] for entity in firm.entities] == [
        "Tomás O’Leary-Voss",
        "Hagen&Holm",
        "Hagen",
    ]
    assert (rain.id, rain.entities, rain.extra["id"], club.extra["Comments"]) == (
        "60",
        (),
        60,
        ["is a club a place?"],
    )
    assert [kind for kind, _ in skipped] == [
        "texts whose offsets are read as UTF-16 units, not as code points",
        "words split where a mention begins or ends",
    ]


def test_an_annotators_file_without_relations() -> None:
    labelled = list(DoccanoReader().read(SAMPLES / "admin.jsonl"))
    linked = list(DoccanoReader().read(SAMPLES / "all.jsonl"))
    assert [item.entities for item in labelled] == [item.entities for item in linked]
    assert not any(item.relations for item in labelled)


@pytest.mark.parametrize("name", ["all.jsonl", "admin.jsonl"])
def test_an_export_is_written_as_it_was(tmp_path: Path, name: str) -> None:
    reader = DoccanoReader()
    skipped = write(DoccanoWriter(), reader.read(SAMPLES / name), tmp_path / "a.jsonl")
    assert not skipped
    before, after = ((SAMPLES / name).read_text(), (tmp_path / "a.jsonl").read_text())
    assert [*map(json.loads, after.splitlines())] == [*map(json.loads, before.splitlines())]


def test_older_names_and_what_the_offsets_count(tmp_path: Path) -> None:
    old = {"id": 1, "data": "🎉Ada", "labels": [[2, 5, "P"]], "annotation_approver": "admin"}
    rows = [{"label": 7, "start_offset": 1, "end_offset": 4, "user": 2}]
    path = tmp_path / "a.jsonl"
    (found,) = read(path, old)
    assert chars(found, found.entities[0]) == ("P", "Ada")
    assert found.extra["annotation_approver"] == "admin"
    for unit, text in (("code_points", "🎉Ada"), ("graphemes", "👩🏽\u200d🚀Ada")):
        reader = DoccanoReader(offsets=unit)  # type: ignore[arg-type]
        (found,) = read(path, {"text": text, "annotations": rows}, reader=reader)
        assert chars(found, found.entities[0]) == ("7", "Ada")
        assert found.id == "a:1"


def test_zipped_and_in_another_language(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"text": "l'eau", "label": []}).encode()))
    (found,) = DoccanoReader(language="fr").read(path)
    assert found.tokens == ("l'", "eau")
    with pytest.raises(ConfigError, match="language='qq': spaCy has no such language"):
        DoccanoReader(language="qq")


@pytest.mark.parametrize("indent", [None, 1])
def test_the_json_export_is_one_list(tmp_path: Path, indent: int | None) -> None:
    lines = (SAMPLES / "all.jsonl").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "all.json"
    path.write_text(json.dumps([*map(json.loads, lines)], indent=indent), encoding="utf-8-sig")
    assert list(DoccanoReader().read(path)) == list(DoccanoReader().read(SAMPLES / "all.jsonl"))
    path.write_text('[{"text": "a", "label": []}, {"label": []}]')
    with pytest.raises(DataError, match=r"all\.json: record 2: needs one of the keys text, data"):
        list(DoccanoReader().read(path))


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl:2: needs one of the keys text, data; found"):
        read(tmp_path / "a.jsonl", {"text": "", "label": []}, {"label": []})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ('{"text": "a", "label": [', r"a\.jsonl:1: not JSON: .*cut off"),
        ('{"id": "d", "tokens": ["a"]}', "looks like the format 'jsonl', not 'doccano'; choose"),
        ('{"doc_key": "d", "sentences": [["a"]], "ner": []}', "looks like the format 'dygie'"),
    ],
)
def test_other_files(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        list(DoccanoReader().read(path))


def test_other_readers_name_this_one() -> None:
    with pytest.raises(DataError, match="looks like the format 'doccano', not 'dygie'"):
        list(Reader.by_name("dygie")().read(SAMPLES / "all.jsonl"))


def test_changed_documents_get_new_rows(tmp_path: Path) -> None:
    reader = DoccanoReader()
    museum = next(reader.read(SAMPLES / "all.jsonl"))
    write(JsonlWriter(), [museum], tmp_path / "b.jsonl")
    (same,) = JsonlReader().read(tmp_path / "b.jsonl")
    write(DoccanoWriter(), [same], tmp_path / "c.jsonl")
    line = json.loads((tmp_path / "c.jsonl").read_text())
    assert [row["id"] for row in line["entities"]] == [311, 312, 313, 314]
    fewer = Document(
        same.id,
        same.tokens,
        same.text,
        same.offsets,
        same.sentences,
        same.entities[:1],
        extra=same.extra,
    )
    assert not write(DoccanoWriter(), [fewer], tmp_path / "c.jsonl")
    line = json.loads((tmp_path / "c.jsonl").read_text())
    assert line["entities"] == [{"id": 1, "label": "Person", "start_offset": 0, "end_offset": 17}]
    assert line["relations"] == []


def test_the_report_of_a_conversion(tmp_path: Path) -> None:
    source, target = ROOT / "fixtures" / "newswire" / "dev.jsonl", tmp_path / "b.jsonl"
    skipped = convert(source, target, JsonlReader(), DoccanoWriter())
    kinds = {kind for kind, _ in skipped}
    assert kinds <= {"lists of words skipped, because the reader makes them again"}
    before, after = JsonlReader().read(source), DoccanoReader().read(target)
    for one, other in zip(before, after, strict=True):
        assert [item.label for item in one.entities] == [item.label for item in other.entities]
        assert one.relations == other.relations


@given(files_of(text_documents()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_writing_and_reading_loses_nothing(tmp_path: Path, documents: list[Document]) -> None:
    path = tmp_path / "a.jsonl"
    skipped = write(DoccanoWriter(), iter(documents), path)
    found = list(DoccanoReader().read(path))
    again = list(read(tmp_path / "b.jsonl", *map(json.loads, path.read_text().split("\n")[:-1])))
    assert found == again
    for one, other in zip(documents, found, strict=True):
        assert (one.id, one.text) == (other.id, other.text)
        assert [chars(one, item) for item in one.entities] == [
            chars(other, item) for item in other.entities
        ]
        assert one.relations == other.relations
    anew = sum(one.tokens != other.tokens for one, other in zip(documents, found, strict=True))
    assert skipped["lists of words skipped, because the reader makes them again"] == anew
    assert {kind for kind, _ in skipped} <= {
        "lists of words skipped, because the reader makes them again",
        "lists of sentences skipped, because the reader makes them again",
    }

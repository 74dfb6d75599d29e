import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import SpertReader, SpertWriter
from tests.data.documents import TYPES_ARE_SAMPLED, document, files_of, plain_documents
from tests.data.real import indexed, real
from tests.formats.writing import write

pytestmark = TYPES_ARE_SAMPLED

SENTENCE: dict[str, Any] = {
    "tokens": ["Ada", "met", "Bob", "."],
    "entities": [{"type": "Peop", "start": 0, "end": 1}, {"type": "Peop", "start": 2, "end": 3}],
    "relations": [{"type": "Knows", "head": 1, "tail": 0}],
    "orig_id": 17,
}


def read(
    tmp_path: Path,
    *records: Any,
    reader: SpertReader | None = None,
    skipped: SkippedData | None = None,
) -> list[Document]:
    path = tmp_path / "train.json"
    path.write_text(json.dumps(list(records)))
    return list((reader or SpertReader()).read(path, skipped))


def test_reads_a_sentence(tmp_path: Path) -> None:
    (found,) = read(tmp_path, SENTENCE | {"ltokens": ["."]})
    assert found == Document(
        "17",
        ("Ada", "met", "Bob", "."),
        entities=(Entity("Peop", (Span(0, 1),)), Entity("Peop", (Span(2, 3),))),
        relations=(Relation("Knows", 1, 0),),
    )
    assert found.extra == {"orig_id": 17, "ltokens": ["."]}


def test_a_sentence_without_an_id_is_named_by_file_and_number(tmp_path: Path) -> None:
    first, second = read(tmp_path, {"tokens": ["a"]}, {"tokens": []})
    assert (first.id, second.id) == ("train:1", "train:2")
    assert (first.tokens, second.tokens) == (("a",), ())


def test_an_empty_list_holds_no_sentence(tmp_path: Path) -> None:
    assert read(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tokens": "Ada met"}, "record 2: tokens must be a list, not 'Ada met'"),
        ({"tokens": ["Ada", 3]}, r"record 2: tokens\[1\] must be a string, not 3"),
        ({"entities": {}}, r"record 2: entities must be a list, not {}"),
        (
            {"entities": [{"type": "X", "start": 3, "end": 5}]},
            r"record 2: entities\[0\] spans \[3, 5\), outside the 4 tokens",
        ),
        (
            {"entities": [{"type": "X", "start": 3, "end": 2}]},
            r"record 2: entities\[0\] ends at 2, not after its start 3",
        ),
        (
            {"entities": [{"type": "X", "start": True, "end": 2}]},
            r"record 2: entities\[0\]\.start must be an integer, not True",
        ),
        (
            {"entities": [{"type": ["X"], "start": 0, "end": 2}]},
            r"record 2: entities\[0\]\.type must be a string, not \['X'\]",
        ),
        ({"entities": [7]}, r"record 2: entities\[0\] must be an object, not 7"),
        (
            {"relations": [{"type": "r", "head": 0, "tail": 2}]},
            r"record 2: relations\[0\]\.tail is 2, but there are 2 entities, counted from 0",
        ),
        ({"orig_id": [1]}, r"record 2: orig_id must be an integer, not \[1\]"),
        ({"orig_id": "1"}, r"record 2: the id '1' occurs twice in this file"),
    ],
)
def test_a_bad_sentence_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"train\.json: {message}"):
        read(tmp_path, SENTENCE | {"orig_id": 1}, SENTENCE | change)


def test_the_bilou_variant_is_refused(tmp_path: Path) -> None:
    bilou = {"tokens": ["a"], "tags": ["U-X"], "relations": []}
    with pytest.raises(DataError, match=r"record 1: 'tags' instead of 'entities'.*BILOU variant"):
        read(tmp_path, bilou)


def test_records_without_tokens_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"record 2: a sentence needs 'tokens'; found \['words'\]"):
        read(tmp_path, SENTENCE, {"words": []})
    with pytest.raises(DataError, match="record 1: a sentence must be an object, not 3"):
        read(tmp_path, 3)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    path.write_text(json.dumps([SENTENCE], indent=1)[:-20])
    with pytest.raises(DataError, match=r"train\.json:\d+: not JSON.*cut off"):
        list(SpertReader().read(path))


def test_keys_of_entities_that_have_no_place_are_counted(tmp_path: Path) -> None:
    reader = SpertReader()
    skipped = SkippedData()
    entity = {"type": "X", "start": 0, "end": 1, "score": 1, "note": ""}
    read(
        tmp_path, SENTENCE, {"tokens": ["a"], "entities": [entity]}, reader=reader, skipped=skipped
    )
    assert skipped.to_dict() == {
        "unknown keys of entities skipped": {
            "count": 2,
            "first": f"{tmp_path / 'train.json'}: record 2",
        }
    }


@given(files_of(plain_documents()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_writing_and_reading_loses_nothing(tmp_path: Path, documents: list[Document]) -> None:
    path = tmp_path / "a.json"
    reader = SpertReader()
    skipped = SkippedData()
    assert write(SpertWriter(), iter(documents), path) == SkippedData()
    assert list(reader.read(path, skipped)) == documents
    assert not skipped


def test_an_id_that_has_changed_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    kept = Document("7", (), extra={"orig_id": 7})
    changed = Document("8", (), extra={"orig_id": 9})
    write(SpertWriter(), [kept, changed], path)
    assert [item["orig_id"] for item in json.loads(path.read_text())] == [7, "8"]


def test_borders_between_sentences_are_counted_when_written(tmp_path: Path) -> None:
    two = document("a b", sentences=((0, 1), (1, 2)))
    skipped = write(SpertWriter(), [two], tmp_path / "a.json")
    assert skipped.lines() == ["1 list of sentences skipped; first: document 'd'"]


@pytest.mark.realdata
def test_published_files_hold_what_the_index_says(tmp_path: Path) -> None:
    for name, entry in indexed("spert-json").items():
        reader = SpertReader()
        skipped = SkippedData()
        documents = list(reader.read(real(name), skipped))
        entities = Counter(e.label for item in documents for e in item.entities)
        relations = Counter(r.label for item in documents for r in item.relations)
        counts = {
            "sentences": len(documents),
            "tokens": sum(len(item.tokens) for item in documents),
            "entities": entities.total(),
            "relations": relations.total(),
        }
        assert counts == entry["counts"], name
        assert entities == entry["label_counts"]["entities"], name
        assert relations == entry["label_counts"]["relations"], name
        assert not skipped, name
        assert not write(SpertWriter(), documents, tmp_path / "again.json"), name
        assert json.loads((tmp_path / "again.json").read_text()) == json.loads(
            real(name).read_text()
        ), name


def test_a_document_may_be_called_none(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write(SpertWriter(), [Document("None", ("Ada",))], path)
    assert [document.id for document in SpertReader().read(path)] == ["None"]

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import DygieReader, DygieWriter
from tests.data.documents import TYPES_ARE_SAMPLED, files_of, plain_documents
from tests.data.real import indexed, real
from tests.formats.writing import write

pytestmark = TYPES_ARE_SAMPLED

RECORD: dict[str, Any] = {
    "doc_key": "d",
    "sentences": [["Ada", "met", "Bob"], ["-LRB-"], [], ["He", "left"]],
    "ner": [[[0, 0, "Peop"], [2, 2, "Peop"]], [], [], [[4, 4, "Peop"]]],
    "relations": [[[2, 2, 0, 0, "USED-FOR"]], [], [], [[4, 4, 0, 0, "KNOWS"]]],
    "clusters": [[[2, 2], [4, 4]]],
}


def read(
    tmp_path: Path,
    *records: Any,
    reader: DygieReader | None = None,
    skipped: SkippedData | None = None,
) -> list[Document]:
    path = tmp_path / "train.json"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return list((reader or DygieReader()).read(path, skipped))


def test_reads_a_document(tmp_path: Path) -> None:
    (found,) = read(tmp_path, RECORD)
    assert found == Document(
        "d",
        ("Ada", "met", "Bob", "-LRB-", "He", "left"),
        sentences=(Span(0, 3), Span(3, 4), Span(4, 4), Span(4, 6)),
        entities=tuple(Entity("Peop", (Span(i, i + 1),)) for i in (0, 2, 4)),
        relations=(Relation("USED-FOR", 1, 0), Relation("KNOWS", 2, 0)),
        clusters=((1, 2),),
    )
    assert found.extra == {}


def test_options_unescape_brackets_and_capitalise_relations(tmp_path: Path) -> None:
    tokens = ["-LRB-", "-RRB-", "-LSB-", "-RSB-", "-LCB-", "-RCB-", "-lrb-"]
    record = RECORD | {"sentences": [tokens], "ner": [[[0, 0, "OtherTerm"]]], "clusters": []}
    record["relations"] = [[[0, 0, 0, 0, "USED-FOR"]]]
    (found,) = read(
        tmp_path, record, reader=DygieReader(unescape_brackets=True, label_case="capitalize")
    )
    assert found.tokens == ("(", ")", "[", "]", "{", "}", "-lrb-")
    assert found.relations[0].label == "Used-for"
    assert found.entities[0].label == "OtherTerm"


def test_other_keys_are_kept_and_written_again(tmp_path: Path) -> None:
    extra = {"_note": [1], "dataset": "x", "weight": 0.5, "predicted_ner": [[], [], [], []]}
    (found,) = read(tmp_path, RECORD | extra | {"events": [], "doc_key": 7})
    assert found.id == "7"
    assert found.extra == extra | {"events": [], "doc_key": 7}
    write(DygieWriter(), [found], tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    assert again == RECORD | extra | {"events": [], "doc_key": 7}


def test_unlabelled_documents_and_those_without_a_name_are_read(tmp_path: Path) -> None:
    first, second = read(tmp_path, {"sentences": [["a"]]}, {"sentences": [], "ner": []})
    assert (first.id, second.id) == ("train:1", "train:2")
    assert (first.entities, second.tokens, second.sentences) == ((), (), ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sentences": ["Ada met"]}, r"sentences\[0\] must be a list, not 'Ada met'"),
        ({"sentences": [["Ada", None]]}, r"sentences\[0\]\[1\] must be a string, not None"),
        ({"doc_key": ["d"]}, r"doc_key must be an integer, not \['d'\]"),
        ({"doc_key": "e"}, "the id 'e' occurs twice in this file"),
    ],
)
def test_a_bad_document_is_named_by_its_line(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=rf"train\.json:2: {message}"):
        read(tmp_path, RECORD | {"doc_key": "e"}, RECORD | change)


def test_documents_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    path.write_text(json.dumps(RECORD) + '\n{"sentences"')
    documents = DygieReader().read(path)
    assert next(documents).id == "d"
    with pytest.raises(DataError, match=r"train\.json:2: not JSON.*cut off"):
        next(documents)


def test_a_document_without_sentences_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train\.json:2: a document needs 'sentences'; found"):
        read(tmp_path, RECORD, {"ner": []})
    with pytest.raises(DataError, match=r"train\.json:1: a document must be an object, not \[\]"):
        read(tmp_path, [])


def described(whole: Document) -> Iterator[object]:
    """All a DyGIE file says, whatever the order within its lists."""
    spans = [entity.span for entity in whole.entities]
    yield whole.id, whole.tokens, whole.sentences or (Span(0, len(whole.tokens)),)
    yield Counter(whole.entities)
    yield Counter((item.label, spans[item.head], spans[item.tail]) for item in whole.relations)
    yield [[spans[member] for member in group] for group in whole.clusters]


@given(files_of(plain_documents(split=True)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_writing_and_reading_loses_nothing_uncounted(
    tmp_path: Path, documents: list[Document]
) -> None:
    path = tmp_path / "a.json"
    reader = DygieReader()
    counts = SkippedData()
    skipped = write(DygieWriter(), iter(documents), path)
    found = list(reader.read(path, counts))
    assert [item.tokens for item in found] == [item.tokens for item in documents]
    skipped.merge(counts)
    moved = {kind for kind, _ in skipped} - {"entities outside the sentence that lists them, kept"}
    if not moved:
        assert [list(described(item)) for item in found] == [
            list(described(item)) for item in documents
        ]
    # Once through the format, nothing changes any more.
    assert write(DygieWriter(), found, path) == SkippedData()
    assert list(DygieReader().read(path)) == found


@pytest.mark.realdata
def test_published_files_hold_what_the_index_says(tmp_path: Path) -> None:
    for name, entry in indexed("dygie-jsonl").items():
        reader = DygieReader()
        skipped = SkippedData()
        documents = list(reader.read(real(name), skipped))
        entities = Counter(e.label for item in documents for e in item.entities)
        relations = Counter(r.label for item in documents for r in item.relations)
        counts = {
            "documents": len(documents),
            "sentences": sum(len(item.sentences) for item in documents),
            "tokens": sum(len(item.tokens) for item in documents),
            "entities": entities.total(),
            "relations": relations.total(),
            "clusters": sum(len(item.clusters) for item in documents),
            "cluster_mentions": sum(len(group) for item in documents for group in item.clusters),
        }
        assert counts == entry["counts"], name
        assert entities == entry["label_counts"]["entities"], name
        assert relations == entry["label_counts"]["relations"], name
        assert not skipped, name
        assert not write(DygieWriter(), documents, tmp_path / "again.json"), name
        again, before = (
            [json.loads(line) for line in path.read_text().splitlines()]
            for path in (tmp_path / "again.json", real(name))
        )
        assert again == before, name


PREDICTED = RECORD | {
    "predicted_ner": [[[0, 0, "Peop", 7.5, 0.75]], [], [], [[4, 4, "Org"]]],
    "predicted_relations": [[[0, 0, 2, 2, "KNOWS", 3.0, 0.5]], [], [], []],
}


def test_reads_the_predictions_of_other_tools(tmp_path: Path) -> None:
    reader = DygieReader(predictions=True)
    skipped = SkippedData()
    (found,) = read(tmp_path, PREDICTED, reader=reader, skipped=skipped)
    labels = [(entity.label, entity.span, entity.score) for entity in found.entities]
    assert labels == [("Peop", (0, 1), 0.75), ("Org", (4, 5), None), (None, (2, 3), None)]
    assert [(r.label, r.head, r.tail, r.score) for r in found.relations] == [("KNOWS", 0, 2, 0.5)]
    assert found.clusters == ()
    assert not skipped


def test_predictions_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train.json:1: predictions are to be read, but there"):
        read(tmp_path, RECORD, reader=DygieReader(predictions=True))


def test_a_predicted_score_is_a_number(tmp_path: Path) -> None:
    wrong = PREDICTED | {"predicted_ner": [[[0, 0, "Peop", "high"]], [], [], []]}
    with pytest.raises(DataError, match=r"ner\[0\]\[0\] ends with .high., not a probability"):
        read(tmp_path, wrong, reader=DygieReader(predictions=True))


def test_reads_predicted_clusters(tmp_path: Path) -> None:
    record = PREDICTED | {"predicted_clusters": [[[0, 0], [4, 5]], [[2, 2]]]}
    reader = DygieReader(predictions=True)
    skipped = SkippedData()
    (found,) = read(tmp_path, record, reader=reader, skipped=skipped)
    assert [(e.label, e.span) for e in found.entities][2:] == [(None, (2, 3)), (None, (4, 6))]
    assert found.clusters == ((0, 3), (2,))
    assert not skipped


def test_clusters_may_become_entities(tmp_path: Path) -> None:
    record = RECORD | {"ner": [[[0, 0, "Peop"], [2, 2, "Peop"]], [], [], [[4, 4, "Other"]]]}
    record["relations"] = [[[2, 2, 0, 0, "KNOWS"]], [], [], [[4, 4, 0, 0, "KNOWS"]]]
    reader = DygieReader(clusters="merge")
    counts = SkippedData()
    (found,) = read(tmp_path, record, reader=reader, skipped=counts)
    assert found.entities == (
        Entity("Peop", (Span(0, 1),)),
        Entity("Peop", (Span(2, 3), Span(4, 5))),
    )
    assert found.relations == (Relation("KNOWS", 1, 0),)
    assert found.clusters == ()
    assert {kind: count for kind, (count, _) in counts} == {
        "clusters of different labels given the most frequent": 1,
        "relations of merged mentions kept once": 1,
    }
    skipped = write(DygieWriter(), [found], tmp_path / "again.json")
    assert skipped["entities with several mentions taken apart into mentions"] == 1
    assert json.loads((tmp_path / "again.json").read_text())["clusters"] == [[[2, 2], [4, 4]]]


@pytest.mark.realdata
def test_published_clusters_become_entities() -> None:
    for name, entry in indexed("dygie-jsonl").items():
        counts = entry["counts"]
        documents = list(DygieReader(clusters="merge").read(real(name)))
        entities = [entity for item in documents for entity in item.entities]
        assert sum(len(entity.mentions) for entity in entities) == counts["entities"], name
        # One training cluster lists a mention twice.
        twice = 1 if "train" in name else 0
        surplus = counts["cluster_mentions"] - counts["clusters"] - twice
        assert len(entities) == counts["entities"] - surplus, name

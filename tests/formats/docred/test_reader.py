import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jointre.data.checks import check_corpus
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import DocredReader, DocredWriter, JsonlReader, JsonlWriter, SpertReader
from jointre.formats.convert import convert
from tests.data.documents import TYPES_ARE_SAMPLED, files_of, rich_documents
from tests.data.real import indexed, real
from tests.formats.writing import write

pytestmark = TYPES_ARE_SAMPLED

RECORD: dict[str, Any] = {
    "title": "Ada",
    "sents": [["Ada", "lives", "in", "Rome", "."], ["\u00a0", "She", "met", "Bob", "O'", "Neil"]],
    "vertexSet": [
        [
            {"name": "Ada", "sent_id": 0, "pos": [0, 1], "type": "PER"},
            {"name": "She", "sent_id": 1, "pos": [1, 2], "type": "PER"},
        ],
        [{"name": "Rome", "sent_id": 0, "pos": [3, 4], "type": "LOC"}],
        [{"name": "Bob O'Neil", "sent_id": 1, "pos": [3, 6], "type": "PER", "index": "2_0"}],
    ],
    "labels": [
        {"r": "P551", "h": 0, "t": 1, "evidence": [1, 0], "keywords": []},
        {"r": "P27", "h": 0, "t": 1, "evidence": []},
    ],
}
NAMES = {"P551": "residence", "P27": "country of citizenship"}


def read(
    tmp_path: Path,
    *records: Any,
    reader: DocredReader | None = None,
    skipped: SkippedData | None = None,
) -> list[Document]:
    path = tmp_path / "train.json"
    path.write_text(json.dumps(list(records)))
    return list((reader or DocredReader()).read(path, skipped))


def named(tmp_path: Path, content: Any = NAMES) -> Path:
    path = tmp_path / "rel_info.json"
    path.write_text(json.dumps(content))
    return path


def again(tmp_path: Path, *documents: Document, reader: DocredReader | None = None) -> Any:
    path = tmp_path / "again.json"
    rel_info = None if reader is None else reader.rel_info
    assert not write(DocredWriter(rel_info), documents, path)
    return json.loads(path.read_text())


def test_reads_a_document(tmp_path: Path) -> None:
    (found,) = read(tmp_path, RECORD)
    assert found == Document(
        "Ada",
        ("Ada", "lives", "in", "Rome", ".", "\u00a0", "She", "met", "Bob", "O'", "Neil"),
        sentences=(Span(0, 5), Span(5, 11)),
        entities=(
            Entity("PER", (Span(0, 1), Span(6, 7))),
            Entity("LOC", (Span(3, 4),)),
            Entity("PER", (Span(8, 11),)),
        ),
        relations=(Relation("P551", 0, 1, evidence=(1, 0)), Relation("P27", 0, 1)),
    )


def test_what_a_document_cannot_hold_is_kept_and_written_again(tmp_path: Path) -> None:
    record = RECORD | {"title": 7, "source": "x"}
    (found,) = read(tmp_path, record)
    assert found.id == "7"
    assert found.extra.keys() == {"title", "source", "vertexSet", "labels"}
    assert again(tmp_path, found) == [record]


def test_nothing_is_kept_twice(tmp_path: Path) -> None:
    plain = RECORD | {"vertexSet": RECORD["vertexSet"][:2], "labels": RECORD["labels"][1:]}
    (found,) = read(tmp_path, plain)
    assert found.extra == {}
    assert again(tmp_path, found) == [plain]


def test_annotations_that_have_changed_are_not_written_as_they_were(tmp_path: Path) -> None:
    (found,) = read(tmp_path, RECORD)
    without = replace(found, relations=(Relation("P6", 2, 0),))
    (record,) = again(tmp_path, without)
    assert record["vertexSet"] == RECORD["vertexSet"]
    assert record["labels"] == [{"r": "P6", "h": 2, "t": 0, "evidence": []}]
    (record,) = again(tmp_path, replace(found, entities=found.entities[2:], relations=()))
    mention = {"name": "Bob O' Neil", "sent_id": 1, "pos": [3, 6], "type": "PER"}
    assert (record["vertexSet"], record["labels"]) == ([[mention]], [])


def test_kept_annotations_that_make_no_sense_are_not_written(tmp_path: Path) -> None:
    (found,) = read(tmp_path, RECORD | {"vertexSet": [], "labels": []})
    broken = replace(found, extra={"vertexSet": [[3]], "labels": 4})
    assert again(tmp_path, broken) == [RECORD | {"vertexSet": [], "labels": []}]


def test_documents_without_annotation_are_read_and_stay_so(tmp_path: Path) -> None:
    records = [{"title": "a", "sents": [["x"]]}, {"title": "b", "sents": []}]
    found = read(tmp_path, *records)
    assert [item.tokens for item in found] == [("x",), ()]
    assert again(tmp_path, found[0]) == records[:1]
    predicted = replace(found[0], entities=(Entity("PER", (Span(0, 1),)),))
    assert again(tmp_path, predicted)[0]["vertexSet"][0][0]["name"] == "x"


def test_a_document_without_a_title_is_named_by_file_and_number(tmp_path: Path) -> None:
    first, second = read(tmp_path, {"sents": []}, {"sents": []})
    assert (first.id, second.id) == ("train:1", "train:2")


def test_relations_take_their_names(tmp_path: Path) -> None:
    reader = DocredReader(rel_info=named(tmp_path))
    (found,) = read(tmp_path, RECORD, reader=reader)
    assert [item.label for item in found.relations] == ["residence", "country of citizenship"]
    assert again(tmp_path, found, reader=reader) == [RECORD]


def test_a_relation_that_rel_info_lacks_is_named(tmp_path: Path) -> None:
    reader = DocredReader(rel_info=named(tmp_path, {"P551": "residence"}))
    with pytest.raises(DataError, match=r"record 1: labels\[1\]\.r is 'P27', which the names of"):
        read(tmp_path, RECORD, reader=reader)


def test_labels_that_rel_info_does_not_name_are_counted_when_written(tmp_path: Path) -> None:
    reader = DocredReader(rel_info=named(tmp_path))
    (found,) = read(tmp_path, RECORD, reader=reader)
    other = replace(found, relations=(Relation("likes", 0, 1),))
    skipped = write(DocredWriter(reader.rel_info), [other], tmp_path / "b.json")
    assert skipped.lines() == [
        "1 label of relations that rel_info does not name written as it is; "
        "first: 'likes' in document 'Ada'"
    ]


def test_the_labels_of_the_types_file_take_their_names_too(tmp_path: Path) -> None:
    types = tmp_path / "types.json"
    codes = {"P27": {"verbose": "citizen", "symmetric": True}, "P551": {"verbose": "residence"}}
    types.write_text(json.dumps({"entities": {"PER": {}}, "relations": codes}))
    plain = DocredReader(types).label_sets()
    assert plain is not None
    assert (plain.relations, plain.symmetric) == (("P27", "P551"), {"P27"})
    by_name = DocredReader(types, rel_info=types).label_sets()
    assert by_name is not None
    assert (by_name.relations, by_name.symmetric) == (("citizen", "residence"), {"citizen"})
    assert DocredReader(rel_info=types).label_sets() is None


def test_the_rule_for_mixed_types_is_an_option(tmp_path: Path) -> None:
    mentions = [
        {"name": "", "sent_id": 0, "pos": [at, at + 1], "type": kind}
        for at, kind in enumerate(["PER", "MISC", "MISC"])
    ]
    record = {"title": "a", "sents": [["a", "b", "c"]], "vertexSet": [mentions], "labels": []}
    labels = []
    for reader in (DocredReader(), DocredReader(mixed_types="first")):
        (found,) = read(tmp_path, record, reader=reader)
        labels.append(found.entities[0].label)
        assert again(tmp_path, found, reader=reader) == [record]
    assert labels == ["MISC", "PER"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sents": "Ada"}, "sents must be a list, not 'Ada'"),
        ({"sents": [["Ada", 3]]}, r"sents\[0\]\[1\] must be a string, not 3"),
        ({"title": ["d"]}, r"title must be an integer, not \['d'\]"),
        ({"title": "e"}, "the id 'e' occurs twice in this file"),
        ({"sents": [["Ada"]]}, r"vertexSet\[0\]\[1\]\.sent_id is 1, but there is 1 sentence"),
    ],
)
def test_a_bad_document_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"train\.json: record 2: {message}"):
        read(tmp_path, RECORD | {"title": "e"}, RECORD | change)


def test_other_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"record 1: a document needs 'sents'; found \['x'\]"):
        read(tmp_path, {"x": 1})
    with pytest.raises(DataError, match="'h_idx' instead of 'sents': this is a file of results"):
        read(tmp_path, {"title": "a", "h_idx": 0, "t_idx": 1, "r": "P1"})
    with pytest.raises(DataError, match=r"looks like the format 'spert', not 'docred'"):
        read(tmp_path, {"tokens": ["a"], "entities": [], "relations": []})
    path = tmp_path / "docred.json"
    path.write_text(json.dumps([RECORD]))
    with pytest.raises(DataError, match="looks like the format 'docred', not 'spert'; choose"):
        list(SpertReader().read(path))


def described(whole: Document) -> object:
    """All a DocRED file says."""
    return (
        whole.id,
        whole.tokens,
        whole.sentences or (Span(0, len(whole.tokens)),),
        tuple((item.label, tuple(dict.fromkeys(item.mentions))) for item in whole.entities),
        tuple(
            replace(
                item,
                evidence=tuple(n for n in item.evidence if n < max(1, len(whole.sentences))),
            )
            for item in whole.relations
        ),
    )


@given(files_of(rich_documents()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_writing_and_reading_loses_nothing_uncounted(
    tmp_path: Path, documents: list[Document]
) -> None:
    path = tmp_path / "a.json"
    reader = DocredReader()
    skipped = write(DocredWriter(), iter(documents), path)
    found = list(reader.read(path))
    if not any("without" in kind or "across" in kind for kind, _ in skipped):
        assert [described(item) for item in found] == [described(item) for item in documents]
    # Once through the format, nothing changes any more.
    assert write(DocredWriter(), found, tmp_path / "b.json") == SkippedData()
    assert json.loads((tmp_path / "b.json").read_text()) == json.loads(path.read_text())
    assert list(DocredReader().read(tmp_path / "b.json")) == found


def test_what_has_no_place_is_counted(tmp_path: Path) -> None:
    whole = Document(
        "d",
        ("a",),
        text="a",
        entities=(Entity("X", (Span(0, 1),), id="D1", score=0.5), Entity(None, (Span(0, 1),))),
        clusters=((0,),),
        extra={"sents": 1, "kept": 2},
    )
    skipped = write(DocredWriter(), [whole], tmp_path / "a.json")
    assert {kind: count for kind, (count, _) in skipped} == {
        "entities without a label skipped": 1,
        "texts skipped": 1,
        "clusters skipped": 1,
        "scores skipped": 1,
        "ids of entities skipped": 1,
        "extra keys with a meaning of their own in the format skipped": 1,
    }
    assert json.loads((tmp_path / "a.json").read_text())[0]["kept"] == 2


def test_there_and_back_through_jsonl(tmp_path: Path) -> None:
    source, middle, target = (tmp_path / name for name in ("a.json", "b.jsonl", "c.json"))
    source.write_text(json.dumps([RECORD]))
    assert not convert(source, middle, DocredReader(), JsonlWriter())
    assert not convert(middle, target, JsonlReader(), DocredWriter())
    assert json.loads(target.read_text()) == [RECORD]


@pytest.mark.realdata
def test_published_files_hold_what_the_index_says(tmp_path: Path) -> None:
    for name, entry in indexed("docred-json").items():
        reader = DocredReader()
        skipped = SkippedData()
        documents = list(reader.read(real(name), skipped))
        relations = Counter(r.label for item in documents for r in item.relations)
        twice = skipped["mentions listed twice in one entity kept once"]
        mentions = [m for item in documents for e in item.entities for m in e.mentions]
        counts = {
            "documents": len(documents),
            "sentences": sum(len(item.sentences) for item in documents),
            "tokens": sum(len(item.tokens) for item in documents),
            "entities": sum(len(item.entities) for item in documents),
            "mentions": len(mentions) + twice,
            "relations": relations.total() if entry["counts"]["relations"] is not None else None,
        }
        assert counts == entry["counts"], name
        assert relations == entry["label_counts"]["relations"], name
        assert not write(DocredWriter(), documents, tmp_path / "again.json"), name
        before = json.loads(gzip.decompress(real(name).read_bytes()))
        assert json.loads((tmp_path / "again.json").read_text()) == before, name
        types = Counter(m["type"] for item in before for v in item["vertexSet"] for m in v)
        assert types == entry["label_counts"]["mentions"], name


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "twice", "mixed", "nested", "shared"),
    [
        ("docred/dev_hwe.json.gz", 26, 5, 16, 3),
        ("docred/test.json.gz", 264, 19, 58, 8),
        ("redocred/dev_revised.json.gz", 35, 9, 21, 1),
    ],
)
def test_published_files_show_their_known_oddities(
    name: str, twice: int, mixed: int, nested: int, shared: int
) -> None:
    reader = DocredReader()
    skipped = SkippedData()
    documents = list(reader.read(real(name), skipped))
    assert {kind: count for kind, (count, _) in skipped} == {
        "mentions listed twice in one entity kept once": twice,
        "entities whose mentions differ in type given the most frequent": mixed,
    }
    assert check_corpus(documents).nested_pairs == nested
    spans = Counter(
        (item.id, mention) for item in documents for e in item.entities for mention in e.mentions
    )
    assert sum(count - 1 for count in spans.values()) == shared
    assert max(spans.values()) == 2


@pytest.mark.realdata
def test_published_relations_have_published_names() -> None:
    info, types = real("docred/rel_info.json"), real("docred_joint/types.json")
    reader = DocredReader(types, rel_info=info)
    labels = reader.label_sets()
    assert labels is not None
    assert (len(labels.entities), len(labels.relations), labels.symmetric) == (6, 96, frozenset())
    documents = list(reader.read(real("docred/dev_hwe.json.gz")))
    found = Counter(relation.label for item in documents for relation in item.relations)
    assert found["country"] == 846
    assert found.keys() <= set(labels.relations)

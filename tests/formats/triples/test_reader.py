import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jointre.config import construct
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.formats import Reader, TriplesReader, TriplesWriter
from tests.data.documents import TYPES_ARE_SAMPLED, files_of, plain_documents
from tests.data.real import indexed, real
from tests.formats.writing import write

pytestmark = TYPES_ARE_SAMPLED

# One sentence in each form: whole names, the last word of each, raw mentions.
WHOLE = {
    "text": "Ada Lovelace moved to Torquay , Devon .",
    "triple_list": [["Ada Lovelace", "lived in", "Torquay"], ["Torquay", "part of", "Devon"]],
}
STAR = {"text": WHOLE["text"], "triple_list": [["Lovelace", "lived in", "Torquay"]]}
RAW = {
    "sentText": WHOLE["text"],
    "relationMentions": [{"em1Text": "Ada Lovelace", "em2Text": "Devon", "label": "/p/lived"}],
}


def read(
    path: Path,
    content: str | bytes,
    reader: TriplesReader | None = None,
    skipped: SkippedData | None = None,
) -> list[Document]:
    if isinstance(content, str):
        path.write_text(content)
    else:
        path.write_bytes(content)
    return list((reader or TriplesReader()).read(path, skipped))


def entity(start: int, end: int, label: str = "Entity") -> Entity:
    return Entity(label, (Span(start, end),))


def test_reads_a_list(tmp_path: Path) -> None:
    reader = TriplesReader()
    skipped = SkippedData()
    whole, star = read(
        tmp_path / "dev.json", json.dumps([WHOLE, STAR], indent=4), reader, skipped=skipped
    )
    words = ("Ada", "Lovelace", "moved", "to", "Torquay", ",", "Devon", ".")
    assert whole == Document(
        "dev:1",
        words,
        entities=(entity(0, 2), entity(4, 5), entity(6, 7)),
        relations=(Relation("lived in", 0, 1), Relation("part of", 1, 2)),
    )
    assert star == Document(
        "dev:2", words, entities=(entity(1, 2), entity(4, 5)), relations=whole.relations[:1]
    )
    assert whole.extra == {}
    assert not skipped


def test_reads_lines_and_gzip(tmp_path: Path) -> None:
    lines = f"\n{json.dumps(RAW | {'id': 'x', 'sentId': 4})}\n{json.dumps(WHOLE)}\n"
    raw, whole = read(tmp_path / "train.json.gz", gzip.compress(lines.encode()))
    assert raw == Document(
        "x",
        whole.tokens,
        entities=(entity(0, 2), entity(6, 7)),
        relations=(Relation("/p/lived", 0, 1),),
    )
    assert raw.extra == {"sentId": 4}
    assert (whole.id, len(whole.relations)) == ("train:2", 2)


def test_raw_mentions_may_be_a_list_too(tmp_path: Path) -> None:
    (raw,) = read(tmp_path / "a.json", json.dumps([RAW]))
    assert raw.relations == (Relation("/p/lived", 0, 1),)


def test_the_label_of_entities_is_an_option(tmp_path: Path) -> None:
    reader = construct(Reader, {"type": "triples", "entity_label": "None", "unaligned": "count"})
    (found,) = read(tmp_path / "a.json", json.dumps([STAR]), reader)
    assert {item.label for item in found.entities} == {"None"}


@pytest.mark.parametrize("triples", [[], [["Bob", "r", "Ada"]]])
def test_a_sentence_may_have_no_relation(tmp_path: Path, triples: list[list[str]]) -> None:
    reader = TriplesReader()
    skipped = SkippedData()
    record = {"text": "Ada left .", "triple_list": triples}
    (found,) = read(tmp_path / "a.json", json.dumps([record]), reader, skipped=skipped)
    assert found == Document("a:1", ("Ada", "left", "."))
    assert found.extra == ({"unaligned": triples} if triples else {})
    path = tmp_path / "a.json"
    lost = "triple skipped, because its head or tail was not found"
    assert skipped.lines() == [
        f"1 {lost}; first: {path}: record 1, triple_list[0]" for _ in triples
    ]


def test_an_empty_list_holds_no_sentence(tmp_path: Path) -> None:
    assert read(tmp_path / "a.json", "[]") == []


def test_unaligned_triples_may_be_errors(tmp_path: Path) -> None:
    record = WHOLE | {"triple_list": [["Ada", "r", "Vevon"]]}
    message = r"a\.json: record 2: triple_list\[0\] has the tail 'Vevon', which is not in the"
    with pytest.raises(DataError, match=message):
        read(tmp_path / "a.json", json.dumps([WHOLE, record]), TriplesReader(unaligned="error"))


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (3, "a sentence must be an object, not 3"),
        (
            {"text": "a", "triples": []},
            "a sentence needs 'text' and 'triple_list', or 'sentText' and 'relationMentions'; "
            r"found \['text', 'triples'\]",
        ),
        ({"text": ["a"], "triple_list": []}, r"text must be a string, not \['a'\]"),
        ({"sentText": None, "relationMentions": []}, "sentText must be a string, not None"),
        ({"text": "a", "triple_list": 1}, "triple_list must be a list, not 1"),
        ({"text": "a", "triple_list": [], "id": 2.5}, "id must be an integer, not 2.5"),
    ],
)
def test_a_bad_sentence_is_named(tmp_path: Path, record: Any, message: str) -> None:
    with pytest.raises(DataError, match=rf"a\.json: record 2: {message}"):
        read(tmp_path / "a.json", json.dumps([WHOLE, record]))
    with pytest.raises(DataError, match=rf"a\.json:2: {message}"):
        read(tmp_path / "a.json", f"{json.dumps(WHOLE)}\n{json.dumps(record)}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"a\.json: the file is empty"),
        (json.dumps([WHOLE])[:-1], r"a\.json:1: not JSON: .*cut off"),
        (f"{json.dumps(RAW)}\n{{", r"a\.json:2: not JSON: .*cut off"),
        (b"\xff", r"a\.json: not UTF-8 at byte 0"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path / "a.json", content)


def test_odd_blanks_and_keys_are_counted(tmp_path: Path) -> None:
    reader = TriplesReader()
    skipped = SkippedData()
    odd = {"text": "Ada  left", "triple_list": [], "unaligned": [], "sentText": "x"}
    outer = {"sentText": "Ada left .\r\n", "relationMentions": []}
    (first, second) = read(tmp_path / "a.json", json.dumps([odd, outer]), reader, skipped=skipped)
    assert (first.tokens, second.tokens) == (("Ada", "left"), ("Ada", "left", "."))
    assert first.extra == {"sentText": "x"}
    assert {kind: count for kind, (count, _) in skipped} == {
        "texts with other blanks than single spaces, read as words": 1,
        "keys 'unaligned', which reading fills, skipped": 1,
    }


def test_labels_are_those_of_a_label_map(tmp_path: Path) -> None:
    assert TriplesReader().label_sets() is None
    types = tmp_path / "rel2id.json"
    types.write_text('[{"0": "part of"}, {"part of": 0}]')
    reader = TriplesReader(types, entity_label="Name")
    labels = reader.label_sets()
    assert labels is not None
    assert (labels.entities, labels.relations) == (("Name",), ("part of",))
    documents = read(tmp_path / "a.json", json.dumps([WHOLE]), reader)
    message = r"'a:1' has the relation label 'lived in', which .*rel2id\.json lacks; it lists part"
    with pytest.raises(DataError, match=message):
        Vocabulary.build(documents, labels)


NAMES = st.sampled_from(["Ada", "Bob", "New York", "York", "Medellin", "Eve"])
SENTENCES = st.lists(st.sampled_from(["Ada", "Bob", "New", "York", "Medellín,", "."]), max_size=9)
TRIPLES = st.lists(st.tuples(NAMES, st.sampled_from(["r", "s"]), NAMES).map(list), max_size=5)
RECORDS = st.builds(
    lambda words, triples: {"text": " ".join(words), "triple_list": triples}, SENTENCES, TRIPLES
)


@given(st.lists(RECORDS, max_size=3), st.sampled_from(["closest", "first"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_triple_is_a_relation_or_unaligned(
    tmp_path: Path, records: list[dict[str, Any]], occurrence: Any
) -> None:
    reader = TriplesReader(occurrence=occurrence)
    skipped = SkippedData()
    documents = read(tmp_path / "a.json", json.dumps(records), reader, skipped=skipped)
    for record, found in zip(records, documents, strict=True):
        listed = {tuple(triple) for triple in record["triple_list"]}
        lost = {tuple(triple) for triple in found.extra.get("unaligned", [])}
        assert lost <= listed
        assert len(found.relations) == len(listed - lost)
        assert len(set(found.entities)) == len(found.entities)
        assert {i for r in found.relations for i in (r.head, r.tail)} == set(
            range(len(found.entities))
        )
    assert skipped["triples skipped, because their head or tail was not found"] == sum(
        len(found.extra.get("unaligned", [])) for found in documents
    )


@given(st.lists(RECORDS, max_size=3), st.sampled_from(["closest", "first"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_reading_writing_and_reading_changes_nothing(
    tmp_path: Path, records: list[dict[str, Any]], occurrence: Any
) -> None:
    reader = TriplesReader(occurrence=occurrence)
    documents = read(tmp_path / "a.json", json.dumps(records), reader)
    skipped = write(TriplesWriter(occurrence=occurrence), documents, tmp_path / "b.json")
    again = list(TriplesReader(occurrence=occurrence).read(tmp_path / "b.json"))
    assert [kind for kind, _ in skipped] == []
    assert again == documents
    assert [item.extra for item in again] == [item.extra for item in documents]


def triples(item: Document) -> set[tuple[str, Entity, Entity]]:
    return {(r.label, item.entities[r.head], item.entities[r.tail]) for r in item.relations}


@given(files_of(plain_documents()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_not_counted_is_not_lost(tmp_path: Path, documents: list[Document]) -> None:
    path = tmp_path / "a.json"
    for item in documents:
        same = replace(
            item, entities=tuple(replace(entity, label="Entity") for entity in item.entities)
        )
        skipped = write(TriplesWriter(), [same], path)
        (again,) = TriplesReader().read(path)
        assert again.id == same.id
        if skipped["words that are empty or hold blanks, read otherwise"]:
            continue
        assert again.tokens == same.tokens
        moved = skipped["relations of repeated words, read at other places"]
        assert len(triples(same) - triples(again)) == moved
        if not skipped:
            assert triples(again) == triples(same)
            assert set(again.entities) == set(same.entities)


def test_what_the_format_cannot_hold_is_counted(tmp_path: Path) -> None:
    rich = Document(
        "7",
        ("Ada", "met", "Bob"),
        text="Ada met Bob",
        offsets=((0, 3), (4, 7), (8, 11)),
        sentences=(Span(0, 1), Span(1, 3)),
        entities=(entity(0, 1), Entity("Entity", (Span(2, 3), Span(1, 2)))),
        relations=(Relation("r", 0, 1, score=0.5),),
        extra={"id": 7},
    )
    path = tmp_path / "a.json"
    assert {kind for kind, _ in write(TriplesWriter(), [rich], path)} == {
        "texts skipped",
        "lists of character offsets skipped",
        "lists of sentences skipped",
        "scores skipped",
        "entities with several mentions taken apart into mentions",
        "entities in no relation skipped",
    }
    assert json.loads(path.read_text()) == [
        {"id": 7, "text": "Ada met Bob", "triple_list": [["Ada", "r", "Bob"]]}
    ]


# Of distinct triples: found without accents, related to themselves, joined elsewhere than at the
# first places; entities when each triple takes the closest places.
MEASURED = {
    "webnlg/train_triples.json": (0, 41, 1029, 16697),
    "webnlg/dev_triples.json": (0, 4, 127, 1782),
    "webnlg_star/train_triples.json": (0, 705, 1420, 16617),
    "webnlg_star/dev_triples.json": (0, 60, 117, 1602),
    "webnlg_star/pfn/dev_triples.json": (0, 60, 117, 1600),
    "nyt/dev_triples.json": (42, 0, 446, 10885),
    "nyt/raw/valid.json": (42, 0, 446, 10885),
    "nyt_star/dev_triples.json": (0, 52, 511, 10828),
}
AMBIGUOUS = {"webnlg": (1002, 115), "webnlg_star": (1481, 134), "nyt": (494,), "nyt_star": (671,)}


def published() -> dict[str, dict[str, Any]]:
    return indexed("triple-list-json") | indexed("nyt-raw-jsonl")


@pytest.mark.realdata
def test_published_files_are_all_measured() -> None:
    assert set(published()) == set(MEASURED)


@pytest.mark.realdata
@pytest.mark.parametrize("name", MEASURED)
def test_published_files_hold_what_the_index_says(name: str) -> None:
    counts, labels = published()[name]["counts"], published()[name]["label_counts"]["relations"]
    reader, first = TriplesReader(), TriplesReader(occurrence="first")
    found_skipped = SkippedData()
    documents, others = list(reader.read(real(name), found_skipped)), list(first.read(real(name)))
    skipped = {kind: count for kind, (count, _) in found_skipped}
    folded, selves, moved, entities = MEASURED[name]
    found = Counter(r.label for item in documents for r in item.relations)
    assert len(documents) == counts["sentences"]
    assert len({item.tokens for item in documents}) == counts["distinct_texts"]
    assert found.total() == counts["distinct_triples"]
    assert found.keys() == labels.keys()
    assert not found - Counter(labels)
    assert sum(len(item.entities) for item in documents) == entities
    firsts = sum(len(item.entities) for item in others)
    assert firsts == counts["distinct_entity_strings_per_sentence"]
    assert moved == sum(
        len(triples(a) - triples(b)) for a, b in zip(documents, others, strict=True)
    )
    expected = {
        "triples listed twice kept once": counts["triples"] - counts["distinct_triples"],
        "triples found only without accents, kept": folded,
        "triples that relate a mention to itself, kept": selves,
    }
    ambiguous = skipped.pop("entities found at several places, the closest taken")
    assert ambiguous in AMBIGUOUS[name.partition("/")[0]]
    assert skipped == {kind: count for kind, count in expected.items() if count}
    assert not any("unaligned" in item.extra for item in documents)


@pytest.mark.realdata
@pytest.mark.parametrize("name", MEASURED)
def test_published_files_survive_writing(tmp_path: Path, name: str) -> None:
    reader = TriplesReader()
    documents = list(reader.read(real(name)))
    again = tmp_path / "again.json"
    skipped = write(TriplesWriter(), documents, again)
    assert list(reader.read(again)) == documents
    assert not skipped

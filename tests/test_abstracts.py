"""The abstracts corpus keeps what its README says of it."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from jointre.data.checks import check_corpus
from jointre.data.schema import Document, Entity, Span
from jointre.data.skipped import SkippedData
from jointre.data.words import words_of
from jointre.formats.jsonl.reader import JsonlReader

ABSTRACTS = Path(__file__).parents[1] / "fixtures" / "abstracts"
SPLITS = ("train", "dev", "test")


def read(split: str) -> list[Document]:
    reader = JsonlReader(ABSTRACTS / "types.json")
    skipped = SkippedData()
    documents = list(reader.read(ABSTRACTS / f"{split}.jsonl", skipped))
    assert skipped.lines() == []
    return documents


CORPUS = {split: read(split) for split in SPLITS}
EVERY = [document for split in SPLITS for document in CORPUS[split]]


def counts(documents: list[Document]) -> dict[str, int]:
    """What the README's table counts, under the names of its rows."""
    report = check_corpus(documents)
    return {
        "documents": report.documents,
        "sentences": report.sentences,
        "tokens": report.tokens,
        **{f"`{label}`": count for label, count in report.entity_labels.items()},
        "mentions": report.mentions,
        "entities with two or more mentions": sum(len(e.mentions) > 1 for e in entities(documents)),
        **{f"`{label}`": count for label, count in report.relation_labels.items()},
        "relations that cross sentences": report.cross_sentence_relations,
        "documents without relations": sum(not document.relations for document in documents),
    }


def entities(documents: list[Document]) -> list[Entity]:
    return [entity for document in documents for entity in document.entities]


def spelled(document: Document, mention: Span) -> str:
    """The characters of a mention."""
    assert document.text is not None
    assert document.offsets is not None
    return document.text[document.offsets[mention.start][0] : document.offsets[mention.end - 1][1]]


def test_the_readme_counts_what_is_there() -> None:
    table = (ABSTRACTS / "README.md").read_text(encoding="utf-8").split("## Counts")[1]
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", table, re.MULTILINE)
    columns = [counts(documents) for documents in (*CORPUS.values(), EVERY)]
    assert {name: [int(n) for n in numbers] for name, *numbers in rows} == {
        name: [column[name] for column in columns] for name in columns[0]
    }


def test_it_is_large_and_hard_enough() -> None:
    assert len(CORPUS["train"]) >= 40
    for split in SPLITS:
        found = counts(CORPUS[split])
        relations = found["`causes`"] + found["`treats`"]
        assert found["documents"] >= 10
        assert found["documents without relations"] >= 1
        assert found["relations that cross sentences"] >= 0.3 * relations
        several = found["entities with two or more mentions"]
        assert 0.5 <= several / len(entities(CORPUS[split])) < 1


def test_no_document_occurs_twice() -> None:
    texts = Counter(" ".join(document.tokens).casefold() for document in EVERY)
    assert texts.most_common(1)[0][1] == 1
    sentences = Counter(
        document.tokens[start:end] for document in EVERY for start, end in document.sentences
    )
    assert sentences.most_common(1)[0][1] == 1
    assert [document.id for document in EVERY] == [
        f"abstracts-{split}-{number:03}"
        for split in SPLITS
        for number in range(1, len(CORPUS[split]) + 1)
    ]


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.id)
def test_a_document(document: Document) -> None:
    assert document.text is not None
    words = words_of(document.text)
    assert (document.tokens, document.offsets) == (words.tokens, words.offsets)
    assert document.sentences == words.sentences
    assert 3 <= len(document.sentences) <= 8
    assert 2 <= len(document.entities) <= 6
    assert len(document.relations) <= 4


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.id)
def test_its_entities(document: Document) -> None:
    order = [entity.mentions for entity in document.entities]
    assert order == sorted(tuple(sorted(mentions)) for mentions in order)
    assert max(len(mentions) for mentions in order) <= 4
    spans = sorted(span for mentions in order for span in mentions)
    assert all(left.end <= right.start for left, right in pairwise(spans))
    report = check_corpus([document])
    assert report.cross_sentence_mentions == report.duplicate_entities == 0
    owners: dict[str, set[int]] = {}
    for index, entity in enumerate(document.entities):
        for mention in entity.mentions:
            written = spelled(document, mention)
            words = document.tokens[mention.start : mention.end]
            assert re.sub(r"\s", "", written) == "".join(words)
            assert not re.match(r"(the|an?|this|such) ", written, re.IGNORECASE)
            owners.setdefault(written.casefold(), set()).add(index)
    assert [name for name, found in owners.items() if len(found) > 1] == []


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.id)
def test_its_relations(document: Document) -> None:
    for relation in document.relations:
        head, tail = document.entities[relation.head], document.entities[relation.tail]
        assert (head.label, tail.label) == ("Substance", "Damage")
        assert relation.label in ("causes", "treats")
    assert check_corpus([document]).duplicate_relations == 0


def test_a_name_has_one_label_and_is_always_annotated() -> None:
    labels: dict[str, set[str | None]] = {}
    for document in EVERY:
        for entity in document.entities:
            for mention in entity.mentions:
                name = spelled(document, mention).casefold()
                labels.setdefault(name, set()).add(entity.label)
    assert {name for name, found in labels.items() if len(found) > 1} == set()
    # A lone word may be a common noun elsewhere: an acid reading, a crust of needles.
    free = [
        f"{document.id}: {name}"
        for document in EVERY
        for name in labels
        for found in re.finditer(rf"\b{re.escape(name)}\b", (document.text or "").casefold())
        if " " in name and not inside(document, found.start(), found.end())
    ]
    assert free == []


def inside(document: Document, start: int, end: int) -> bool:
    """Whether a mention holds these characters."""
    assert document.offsets is not None
    return any(
        document.offsets[left][0] <= start and end <= document.offsets[right - 1][1]
        for entity in document.entities
        for left, right in entity.mentions
    )


def test_some_names_are_new_outside_train() -> None:
    names = {
        split: {
            spelled(document, entity.span).casefold()
            for document in CORPUS[split]
            for entity in document.entities
        }
        for split in SPLITS
    }
    for split in ("dev", "test"):
        new = len(names[split] - names["train"]) / len(names[split])
        assert 0.25 <= new <= 0.45

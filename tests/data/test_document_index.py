"""The gold and the pools of a document, rule by rule and against loops."""

import re
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.document_index import DocumentIndex
from jointre.data.name_dictionary import NameDictionary
from jointre.data.names import NameRelation
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.span_enumerators import AllSpans
from tests.data.documents import TYPES_ARE_SAMPLED, clustered_documents
from tests.naive import document_pools as naive

NAMES = ("Org", "Peop", "a b", "Ünit")  # of the drawn documents' entities and relations
VOCABULARY = Vocabulary(NAMES, NAMES, frozenset({"Org"}))

WORDS = ("Ada", "Lovelace", "met", "Bob", ".", "She", "liked", "Ada", "and", "Bob", ".")
PEOPLE = Document(
    "d",
    WORDS,
    sentences=(Span(0, 5), Span(5, 11)),
    entities=(
        Entity("Peop", (Span(0, 2), Span(5, 6), Span(7, 8), Span(5, 6))),
        Entity("Org", (Span(7, 10),)),
        Entity("Peop", (Span(9, 10), Span(7, 8))),
    ),
    relations=(Relation("Peop", 0, 1), Relation("Org", 1, 0), Relation("a b", 0, 1)),
)


def index(document: Document, max_width: int = 3) -> DocumentIndex:
    return DocumentIndex.of(document, VOCABULARY, AllSpans(max_width))


def rows(array: Any) -> list[tuple[int, ...]]:
    return [tuple(row) for row in array.tolist()]


def test_mentions_by_entity() -> None:
    """One listed twice counts once; a shared one is a mention of both, and kept once."""
    found = index(PEOPLE)
    assert rows(found.mentions) == [(0, 2), (5, 6), (7, 8), (7, 10), (9, 10), (7, 8)]
    assert found.mention_rows.tolist() == [0, 1, 2, 3, 4]
    assert rows(found.mention_entity) == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (2, 2)]
    assert found.labels.tolist() == [1, 0, 1]


def test_negative_spans() -> None:
    """Inside a gold span, wide or narrow; the others may cross or hold one, in a sentence."""
    found = index(PEOPLE)
    assert rows(found.inside) == [(0, 1), (1, 2), (8, 9), (7, 9), (8, 10)]
    others = rows(found.outside)
    assert {(0, 3), (1, 3), (5, 7), (6, 9), (9, 11)} <= set(others)
    assert not {(4, 6), (7, 10), (3, 6), (7, 8)} & set(others)
    assert len(others) == (5 + 4 + 3) + (6 + 5 + 4) - 6 - len(found.inside) + 1


def test_gold_across_sentences_holds_spans_of_both() -> None:
    crossing = replace(PEOPLE, entities=(Entity("Org", (Span(3, 7),)),), relations=())
    found = index(crossing, 2)
    assert rows(found.inside) == [(3, 4), (4, 5), (3, 5), (5, 6), (6, 7), (5, 7)]


def test_mention_pairs() -> None:
    """The shared mention, row 2, is coreferent with all of either entity and also distinct."""
    found = index(PEOPLE)
    pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (4, 2), (2, 4)]
    assert sorted(rows(found.coreferent)) == sorted(pairs)
    distinct = rows(found.distinct)
    assert (2, 2) not in distinct
    assert {(0, 2), (2, 0), (2, 4), (4, 2), (0, 3), (3, 4)} <= set(distinct)


def test_entities_with_the_same_mentions() -> None:
    """Two concepts of one name: each entity has both mentions."""
    spans = (Span(0, 1), Span(7, 8))
    twins = replace(PEOPLE, entities=(Entity("Peop", spans), Entity("Org", spans)), relations=())
    found = index(twins)
    assert rows(found.mentions) == [*spans, *spans]
    assert rows(found.mention_entity) == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert rows(found.coreferent) == [(0, 1), (1, 0), (0, 1), (1, 0)]
    assert rows(found.distinct) == [(0, 1), (1, 0), (0, 1), (1, 0)]
    assert rows(found.unrelated) == [(0, 1), (1, 0)]


def test_edit_distances_of_the_words() -> None:
    found = index(PEOPLE)
    assert rows(found.distances)[0] == (0, 11, 9, 8, 11)
    assert (found.distances == found.distances.T).all()


def test_name_relations() -> None:
    """Row 0 is ``Ada Lovelace``, row 2 ``Ada``, row 3 ``Ada and Bob``, row 4 ``Bob``."""
    found = index(PEOPLE)
    assert found.name_relations.shape == (5, 5)
    assert found.name_relations[3, 4] == NameRelation.LAST_WORD
    assert found.name_relations[0, 4] == NameRelation.OTHER
    assert (found.name_relations.diagonal() == NameRelation.EQUAL).all()


def test_names_of_the_training_data_are_those_of_other_documents() -> None:
    other = replace(PEOPLE, id="other", relations=())
    alone = replace(VOCABULARY, names=NameDictionary.of([PEOPLE]))
    both = replace(VOCABULARY, names=NameDictionary.of([PEOPLE, other]))
    first, second = (DocumentIndex.of(PEOPLE, v, AllSpans(3)) for v in (alone, both))
    assert (first.name_relations == index(PEOPLE).name_relations).all()
    assert second.name_relations[0, 1] == NameRelation.SAME_CONCEPT  # Ada Lovelace, She


def test_entity_pairs() -> None:
    """All labels of a pair; a symmetric relation points from left to right, by first mentions."""
    found = index(PEOPLE)
    assert rows(found.related) == [(0, 1)]
    assert found.relations.tolist() == [[1.0, 1.0, 1.0, 0.0]]
    assert rows(found.unrelated) == [(0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]


def test_pairs_of_broader_concepts_are_no_negatives() -> None:
    names = ("C1", "D1", "D2")
    entities = tuple(replace(e, id=n) for e, n in zip(PEOPLE.entities, names, strict=True))
    pairs = {"hypernym_pairs": [["C1", "D2"], ["C1", "D1"], ["C9", "D2"]]}
    found = index(replace(PEOPLE, entities=entities, extra=pairs))
    assert rows(found.unrelated) == [(1, 0), (1, 2), (2, 0), (2, 1)]
    assert rows(found.related) == [(0, 1)]


@pytest.mark.parametrize("words", [0, 1, 4])
def test_no_gold(words: int) -> None:
    found = index(Document("d", ("w",) * words), 2)
    assert len(found.outside) == max(0, 2 * words - 1)
    for name in (
        "mentions",
        "mention_entity",
        "inside",
        "coreferent",
        "distinct",
        "related",
        "unrelated",
    ):
        assert getattr(found, name).shape == (0, 2), name
    assert found.distances.shape == (0, 0)
    assert found.relations.shape == (0, 4)


def test_a_relation_of_an_entity_with_itself_is_no_pair() -> None:
    alone = replace(PEOPLE, entities=PEOPLE.entities[:1], relations=(Relation("Peop", 0, 0),))
    assert rows(index(alone).related) == rows(index(alone).unrelated) == []


def test_it_is_small() -> None:
    """Thousands of documents stay in memory: half of what the batch's numbers take."""
    found = index(PEOPLE)
    arrays = [getattr(found, field.name) for field in fields(found)]
    kinds = {str(array.dtype) for array in arrays if isinstance(array, np.ndarray)}
    assert kinds == {"int32", "float32"}


@pytest.mark.parametrize(
    ("entity", "relation", "message"),
    [
        (None, None, "document 'd': an entity without a label cannot be learnt"),
        ("Ship", None, "'Ship' is not one of the model's entity labels: Org, Peop"),
        ("Org", "Likes", "'Likes' is not one of the model's relation labels: Org, Peop"),
    ],
)
def test_labels_must_be_known(entity: str | None, relation: str | None, message: str) -> None:
    entities = (Entity(entity, (Span(0, 1),)), Entity("Org", (Span(2, 3),)))
    links = (Relation(relation, 0, 1),) if relation else ()
    with pytest.raises(DataError, match=re.escape(message)):
        index(replace(PEOPLE, entities=entities, relations=links))


@TYPES_ARE_SAMPLED
@settings(max_examples=150, deadline=None)
@given(clustered_documents(), st.integers(1, 5))
def test_against_loops(document: Document, max_width: int) -> None:
    found = index(document, max_width)
    clusters = naive.gold(document)
    assert rows(found.mentions) == [tuple(span) for own in clusters for span in own]
    kept = [Span(*span) for span in found.mentions[found.mention_rows].tolist()]
    assert kept == list(dict.fromkeys(span for own in clusters for span in own))
    owned = [
        [kept[row] for row in found.mention_entity[found.mention_entity[:, 1] == number, 0]]
        for number in range(len(clusters))
    ]
    assert owned == clusters
    assert (np.diff(found.mention_entity[:, 1]) >= 0).all()

    inside, outside = naive.negatives(document, max_width)
    assert rows(found.inside) == [tuple(span) for span in inside]
    assert rows(found.outside) == [tuple(span) for span in outside]

    for pool, expected in zip(
        (found.coreferent, found.distinct), naive.mention_pairs(document), strict=True
    ):
        assert sorted((kept[i], kept[j]) for i, j in pool) == sorted(expected)
    texts = [" ".join(document.tokens[start:end]).strip() for start, end in kept]
    assert found.distances.tolist() == [[naive.levenshtein(a, b) for b in texts] for a in texts]

    related, unrelated = naive.entity_pairs(document, VOCABULARY.symmetric)
    labelled = {
        pair: {name for name, hot in zip(NAMES, target, strict=True) if hot}
        for pair, target in zip(rows(found.related), found.relations, strict=True)
    }
    assert labelled == related
    assert len(found.related) == len(related)
    assert rows(found.unrelated) == unrelated


def test_without_relation_labels() -> None:
    """Every pair of entities is unrelated."""
    plain = replace(PEOPLE, relations=())
    found = DocumentIndex.of(plain, Vocabulary(NAMES, ()), AllSpans(3))
    assert found.relations.shape == (0, 0)
    assert len(found.unrelated) == 6

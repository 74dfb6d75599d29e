"""Names and their concepts in training data."""

import re

import numpy as np
import pytest

from jointre.data.name_dictionary import NameDictionary
from jointre.data.schema import Document, Entity, Span
from jointre.errors import DataError

RENAL = Document(
    "renal",
    ("ARF", "means", "renal", "failure", ",", "pain", "does", "not"),
    entities=(
        Entity("Disease", (Span(0, 1), Span(2, 4)), id="D1"),
        Entity("Disease", (Span(5, 6),), id="D2"),
    ),
)
KIDNEY = Document(
    "kidney",
    ("kidney", "failure", "or", "renal", "failures"),
    entities=(Entity("Disease", (Span(0, 2), Span(3, 5)), id="D1"),),
)
KEYS = ["arf", "renal failure", "kidney failure", "pain", "unknown"]


def names_of(table: np.ndarray) -> set[tuple[str, str]]:
    return {(KEYS[i], KEYS[j]) for i, j in np.argwhere(table) if i < j}


def test_concepts_of_the_corpus_join_names_of_different_documents() -> None:
    same, different = NameDictionary.of([RENAL, KIDNEY]).compare(KEYS)
    assert names_of(same) == {
        ("arf", "renal failure"),
        ("arf", "kidney failure"),
        ("renal failure", "kidney failure"),
    }
    assert names_of(different) == {(key, "pain") for key in KEYS[:3]}
    assert (same == same.T).all()
    assert (different == different.T).all()


def test_a_training_document_is_compared_by_the_others() -> None:
    """What only the document itself says is unknown, what another says too is known."""
    same, different = NameDictionary.of([RENAL, KIDNEY]).without(RENAL).compare(KEYS)
    assert names_of(same) == {("renal failure", "kidney failure")}
    assert names_of(different) == set()


def test_entities_without_ids_are_concepts_of_their_document() -> None:
    def stripped(document: Document) -> Document:
        entities = tuple(Entity(e.label, e.mentions) for e in document.entities)
        return Document(document.id, document.tokens, entities=entities)

    names = NameDictionary.of([stripped(RENAL), stripped(KIDNEY)])
    same, different = names.compare(KEYS)
    assert names_of(same) == {("arf", "renal failure"), ("renal failure", "kidney failure")}
    # No document has ``kidney failure`` and ``pain``: nothing is known about them.
    assert names_of(different) == {("arf", "pain"), ("renal failure", "pain")}
    assert names_of(names.without(stripped(RENAL)).compare(KEYS)[0]) == {
        ("renal failure", "kidney failure")
    }


def test_no_names() -> None:
    same, different = NameDictionary({}).compare([])
    assert same.shape == different.shape == (0, 0)


@pytest.mark.parametrize("content", [[], {"a": 1}, {"a": {"D1": "1"}}, {"a": {"D1": True}}])
def test_damaged_names_of_an_archive(content: object) -> None:
    with pytest.raises(DataError, match=re.escape("vocabulary: names must be an object that maps")):
        NameDictionary.from_dict(content)

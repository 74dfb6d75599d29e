"""Sentences of a document as rows of a batch."""

from pathlib import Path

import numpy as np
import pytest

from jointre.config import Factory, construct
from jointre.data.schema import Document, Span
from jointre.models import Model
from jointre.models.together import by_sentence, document_item, pack_by_sentence, rows_of
from jointre.testing.tiny import tiny_vocabulary
from tests.tiny_runs import experiment

WORDS = ("Ada", "left", ".", "Bob", "stayed", "in", "Rome", ".", "Eve", "slept")
TEXT = Document("d", WORDS, sentences=(Span(0, 3), Span(3, 3), Span(3, 8), Span(8, 10)))


@pytest.fixture(scope="module")
def model(tiny_data: Path) -> Model:
    section = experiment(tiny_data, {"model.pairs": "document"})["model"]
    made: Model = construct(Factory[Model], section)(vocabulary=tiny_vocabulary())
    return made


def test_rows_of_a_document(model: Model) -> None:
    """Empty sentences have no row but are counted; the pieces are those of all sentences."""
    preparer = model.preparer()
    item = document_item(preparer, 7, TEXT, None)
    rows, documents = rows_of([item, document_item(preparer, 8, TEXT, None)])
    assert [row.document.tokens for row in rows] == [WORDS[:3], WORDS[3:8], WORDS[8:]] * 2
    assert documents is not None
    assert documents.document.tolist() == [0, 0, 0, 1, 1, 1]
    assert documents.offset.tolist() == [0, 3, 8] * 2
    assert documents.sentence.tolist() == [0, 2, 3] * 2
    assert item.number == 7
    assert len(item.pieces.ids) == sum(len(row.pieces.ids) for row in item.sentences)
    assert len(item.pieces.starts) == len(WORDS) + 1


def test_spans_by_sentence(model: Model) -> None:
    """Each span moves to the row of its sentence, and its new number is known."""
    item = document_item(model.preparer(), 0, TEXT, None)
    spans = np.array([[8, 9], [0, 1], [3, 7], [6, 7], [1, 3]])
    rows, numbers = by_sentence(spans, item)
    assert [row.tolist() for row in rows] == [[[0, 1], [1, 3]], [[0, 4], [3, 4]], [[0, 1]]]
    assert numbers.tolist() == [4, 0, 2, 3, 1]
    packed, packed_numbers = pack_by_sentence([spans, spans[:1]], [item, item])
    assert packed.unit.tolist() == [0, 0, 1, 1, 2, 5]
    assert packed_numbers.tolist() == [4, 0, 2, 3, 1, 5]


def test_units_that_are_no_documents(model: Model, tiny_data: Path) -> None:
    section = experiment(tiny_data)["model"]
    sentences: Model = construct(Factory[Model], section)(vocabulary=tiny_vocabulary())
    item = sentences.preparer().item(0, Document("s", WORDS[:3]))
    assert rows_of([item]) == ([item], None)
    rows, numbers = by_sentence(np.array([[0, 1], [1, 3]]), item)
    assert [row.tolist() for row in rows] == [[[0, 1], [1, 3]]]
    assert numbers.tolist() == [0, 1]

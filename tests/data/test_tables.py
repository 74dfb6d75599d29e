"""Gold cells of the two tables: counted in words, symmetric relations once (CARE §1)."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.schema import Document, Entity, Span
from jointre.data.tables import entity_cells, relation_cells
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from tests.data.documents import LABELS, TYPES_ARE_SAMPLED, document, plain_documents

VOCABULARY = Vocabulary(("Loc", "Peop"), ("Live_In", "Spouse"), frozenset({"Spouse"}))
UNITS = [
    document(
        "Ada Smith met Bob in Rome .",
        (("Peop", 0, 2), ("Peop", 3, 4), ("Loc", 5, 6), ("Loc", 0, 1)),
        (("Live_In", 0, 2), ("Spouse", 1, 0), ("Live_In", 1, 2)),
    ),
    document("Nobody ."),
    document(
        "Eve , Eve .", (("Peop", 2, 3), ("Loc", 2, 3)), (("Live_In", 0, 1), ("Live_In", 1, 0))
    ),
]


def test_entities_by_hand() -> None:
    """First and last word, both inside."""
    cells = [[0, 0, 1, 1], [0, 3, 3, 1], [0, 5, 5, 0], [0, 0, 0, 0], [2, 2, 2, 1], [2, 2, 2, 0]]
    assert entity_cells(UNITS, VOCABULARY).tolist() == cells


def test_relations_by_hand() -> None:
    """Starts of head and tail; the symmetric one points right; one word may be both."""
    cells = [[0, 0, 5, 0], [0, 0, 3, 1], [0, 3, 5, 0], [2, 2, 2, 0], [2, 2, 2, 0]]
    assert relation_cells(UNITS, VOCABULARY).tolist() == cells


def test_a_directed_relation_keeps_its_direction() -> None:
    backwards = document("a b", (("Loc", 0, 1), ("Peop", 1, 2)), (("Live_In", 1, 0),))
    assert relation_cells([backwards], VOCABULARY).tolist() == [[0, 1, 0, 0]]


def test_both_annotated_directions_of_a_symmetric_relation_are_one_cell() -> None:
    twice = document("a b", (("Peop", 0, 1), ("Peop", 1, 2)), (("Spouse", 1, 0), ("Spouse", 0, 1)))
    assert relation_cells([twice], VOCABULARY).tolist() == [[0, 0, 1, 1]]


@pytest.mark.parametrize("units", [[], [document("Nobody .")]])
def test_none(units: list[Document]) -> None:
    for cells in (entity_cells(units, VOCABULARY), relation_cells(units, VOCABULARY)):
        assert cells.shape == (0, 4)
        assert cells.dtype == torch.long


def test_a_label_is_needed() -> None:
    unlabelled = Document("d3", ("a",), entities=(Entity(None, (Span(0, 1),)),))
    with pytest.raises(DataError) as caught:
        entity_cells([unlabelled], VOCABULARY)
    assert str(caught.value) == "document 'd3': an entity without a label cannot be learnt"


def test_labels_must_be_known() -> None:
    unknown = document("a", (("Ship", 0, 1),), (("Owns", 0, 0),))
    with pytest.raises(
        DataError, match="'Ship' is not one of the model's entity labels: Loc, Peop"
    ):
        entity_cells([unknown], VOCABULARY)
    with pytest.raises(
        DataError, match="'Owns' is not one of the model's relation labels: Live_In, Spouse"
    ):
        relation_cells([unknown], VOCABULARY)


DRAWN = ("Org", "Peop", "Ünit", "a b")


@TYPES_ARE_SAMPLED
@given(st.lists(plain_documents(), max_size=3), st.sets(LABELS))
def test_every_gold_item_has_its_cell(units: list[Document], symmetric: set[str]) -> None:
    vocabulary = Vocabulary(DRAWN, DRAWN, frozenset(symmetric))
    units = [replace(unit, id=str(number)) for number, unit in enumerate(units)]
    entities = [
        [number, e.span.start, e.span.end - 1, DRAWN.index(str(e.label))]
        for number, unit in enumerate(units)
        for e in unit.entities
    ]
    assert entity_cells(units, vocabulary).tolist() == entities
    expected = set()
    for number, unit in enumerate(units):
        for relation in unit.relations:
            ends = [unit.entities[i].span.start for i in (relation.head, relation.tail)]
            ends = sorted(ends) if relation.label in symmetric else ends
            expected.add((number, *ends, DRAWN.index(relation.label)))
    assert {tuple(row) for row in relation_cells(units, vocabulary).tolist()} == expected

from typing import Any

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError

ONE = Entity("X", (Span(0, 1),))


def test_the_span_of_an_entity_is_its_first_mention() -> None:
    entity = Entity("X", (Span(2, 5), Span(0, 1)))
    assert entity.span == Span(2, 5)
    assert entity.span.width == 3


def test_scores_flags_and_extra_take_no_part_in_equality() -> None:
    assert Entity("X", (Span(0, 1),), score=0.5, mention_scores=(0.1,)) == ONE
    assert Relation("r", 0, 1, score=0.5) == Relation("r", 0, 1)
    one, other = Document("d", ("a",)), Document("d", ("a",), flags=("long",), extra={"a": 1})
    assert one == other
    assert hash(one) == hash(other)
    assert Entity("X", (Span(0, 1),), id="Q1") != ONE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entities": (Entity("X", ()),)}, "entity 0 has no mention"),
        ({"entities": (Entity("X", (Span(0, 3),)),)}, r"entity 0 spans \[0, 3\), but .* <= 2 tok"),
        ({"entities": (ONE, Entity("X", (Span(1, 1),)))}, r"entity 1 spans \[1, 1\), but"),
        ({"entities": (ONE,), "relations": (Relation("r", 0, 1),)}, "relation 0 has tail 1, but"),
        ({"relations": (Relation("r", 0, 0),)}, "relation 0 has head 0, but there are 0 entities"),
        ({"entities": (ONE,), "clusters": ((0, 1),)}, r"a cluster \(0, 1\) names an entity that"),
        ({"offsets": ((0, 1),)}, "1 offsets for 2 tokens"),
        ({"sentences": (Span(0, 3),)}, r"sentence \[0, 3\) outside 2 tokens"),
    ],
)
def test_a_document_refuses_what_lies_outside(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=f"document 'd': {message}"):
        Document("d", ("a", "b"), **change)

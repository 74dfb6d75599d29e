from dataclasses import replace

from hypothesis import given

from jointre.data.schema import Document, Relation
from jointre.data.symmetric import annotated_both_ways, left_to_right
from tests.data.documents import TYPES_ARE_SAMPLED, document, plain_documents

pytestmark = TYPES_ARE_SAMPLED

BOTH = frozenset({"Compare"})


def pairs(changed: Document) -> list[tuple[str, int, int]]:
    return [(item.label, item.head, item.tail) for item in changed.relations]


def test_swaps_symmetric_relations_that_point_left() -> None:
    whole = document(
        entities=(("M", 3, 4), ("M", 0, 1)),
        relations=(("Compare", 0, 1), ("Used-for", 0, 1), ("Compare", 1, 0)),
    )
    assert pairs(left_to_right(whole, BOTH)) == [("Compare", 1, 0), ("Used-for", 0, 1)]


def test_compares_starts_only() -> None:
    whole = document(entities=(("M", 0, 3), ("M", 0, 1)), relations=(("Compare", 0, 1),))
    assert left_to_right(whole, BOTH) is whole


def test_keeps_the_first_of_equal_relations_with_its_score() -> None:
    whole = document(entities=(("M", 0, 1), ("M", 3, 4)))
    whole = replace(
        whole, relations=(Relation("Compare", 1, 0, 0.2), Relation("Compare", 0, 1, 0.9))
    )
    (kept,) = left_to_right(whole, BOTH).relations
    assert (kept.head, kept.tail, kept.score) == (0, 1, 0.2)


@given(plain_documents())
def test_is_done_once_for_all(whole: Document) -> None:
    labels = frozenset({"Org", "Peop"})
    once = left_to_right(whole, labels)
    assert left_to_right(once, labels) == once
    assert set(left_to_right(whole, frozenset()).relations) == set(whole.relations)
    for relation in once.relations:
        head, tail = once.entities[relation.head].span, once.entities[relation.tail].span
        assert relation.label not in labels or head.start <= tail.start


def test_counts_pairs_that_are_annotated_both_ways() -> None:
    mentions = (("M", 0, 1), ("M", 1, 2), ("M", 3, 4))
    first = document(
        entities=mentions,
        relations=(
            *(("Compare", 0, 1), ("Compare", 1, 0), ("Compare", 2, 1)),
            *(("Used-for", 0, 1), ("Part-of", 1, 0), ("Same", 2, 2)),
        ),
    )
    second = document(entities=mentions, relations=(("Near", 2, 0), ("Near", 0, 2)))
    assert annotated_both_ways([first, second]) == {"Compare": (1, 2), "Near": (1, 1)}
    assert annotated_both_ways([]) == {}

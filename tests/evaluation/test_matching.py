import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from jointre.evaluation.matching import (
    Mention,
    Triple,
    by_score,
    left_to_right,
    match_lists,
    match_sets,
    mentions,
    suppress,
    triples,
)
from tests.evaluation.documents import sentence

HEAD, TAIL = Mention(4, 6, "A"), Mention(1, 2, "B")


def test_keys_hold_spans_or_typed_spans() -> None:
    triple = Triple(HEAD, TAIL, "r")
    assert triple.boundary == ((4, 6), (1, 2), "r")
    assert triple.strict == ((4, 6, "A"), (1, 2, "B"), "r")
    assert triple.reversed() == Triple(TAIL, HEAD, "r")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [((0, 2), (2, 3), False), ((0, 3), (2, 3), True), ((1, 2), (0, 5), True)],
)
def test_overlaps_means_a_shared_token(one, other, expected: bool) -> None:
    assert Mention(*one, "A").overlaps(Mention(*other, "B")) is expected
    assert Mention(*other, "A").overlaps(Mention(*one, "B")) is expected


def test_left_to_right_only_for_symmetric_labels() -> None:
    triple = Triple(HEAD, TAIL, "s")
    assert left_to_right(triple, frozenset({"s"})) == triple.reversed()
    assert left_to_right(triple.reversed(), frozenset({"s"})) == triple.reversed()
    assert left_to_right(triple, frozenset({"r"})) == triple


def test_mentions_carry_their_own_score_or_the_entity_s() -> None:
    spans = (Span(0, 1), Span(2, 3))
    document = Document(
        "d",
        ("a", "b", "c"),
        entities=(
            Entity("A", spans, score=0.5, mention_scores=(0.9, 0.8)),
            Entity("B", spans[:1], score=0.5),
            Entity(None, spans[:1]),
        ),
    )
    assert mentions(document) == [((0, 1, "A"), 0.9), ((2, 3, "A"), 0.8), ((0, 1, "B"), 0.5)]


def test_triples_write_out_arguments_and_score() -> None:
    document = sentence([(4, 6, "A"), (1, 2, None)], [(0, 1, "r", 0.7), (1, 0, "s")])
    assert triples(document, "spert") == [
        (((4, 6, "A"), (1, 2, None), "r"), 0.7),
        (((1, 2, None), (4, 6, "A"), "s"), None),
    ]


def test_triples_refuse_entities_of_several_mentions() -> None:
    entity = Entity("A", (Span(0, 1), Span(1, 2)))
    document = Document(
        "doc", ("a", "b"), entities=(entity, entity), relations=(Relation("r", 0, 1),)
    )
    with pytest.raises(DataError, match=r"'doc': relation 0 \(r\) .* protocol 'pure' is for one-m"):
        triples(document, "pure")


def test_by_score_is_stable_and_puts_unscored_last() -> None:
    items = [("a", 0.5), ("b", None), ("c", 0.9), ("d", 0.5), ("e", None)]
    assert by_score(items) == ["c", "a", "d", "b", "e"]


def test_suppress_compares_with_kept_boxes_only_and_in_every_part() -> None:
    spans = [Mention(*span, "A") for span in ((0, 2), (1, 4), (3, 5), (0, 1))]
    assert suppress([(span,) for span in spans]) == [0, 2]
    assert suppress([(spans[0], spans[2]), (spans[1], spans[3]), (spans[1], spans[2])]) == [0, 1]
    assert suppress([]) == []


def test_sets_collapse_and_lists_count_repetitions() -> None:
    gold, predicted = [(1, "A"), (1, "A"), (2, "A"), (3, "B")], [(1, "A"), (1, "A"), (1, "A")]
    assert match_sets(gold, predicted) == {"A": (1, 1, 2), "B": (0, 0, 1)}
    assert match_lists(gold, predicted) == {"A": (2, 3, 3), "B": (0, 0, 1)}
    assert match_sets([], []) == match_lists([], []) == {}

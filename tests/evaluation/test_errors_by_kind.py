import pytest

from jointre.errors import DataError
from jointre.evaluation.errors_by_kind import (
    ENTITY_KINDS,
    RELATION_KINDS,
    entity_outcomes,
    errors_by_kind,
    relation_outcomes,
)
from jointre.evaluation.protocols.spert import SpertMetric
from tests.evaluation.documents import disturbed, random_sentence, sentence

ENTITIES = [(0, 2, "A"), (3, 4, "B"), (5, 8, "A"), (9, 10, "C")]


def kinds(counts: dict[str, int]) -> dict[str, int]:
    return {kind: count for kind, count in counts.items() if count}


def test_each_kind_of_entity() -> None:
    gold = sentence(ENTITIES)
    predicted = sentence([(0, 2, "A"), (3, 4, "A"), (6, 8, "A"), (11, 12, "B")])
    found = errors_by_kind([gold], [predicted])["entity"]
    assert tuple(found) == ENTITY_KINDS
    assert kinds(found) == {"correct": 1, "type": 1, "boundary": 1, "missed": 1, "spurious": 1}


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        ([(0, 1, "r")], {"correct": 1}),
        ([(1, 0, "r")], {"direction": 1}),
        ([(0, 1, "s")], {"label": 1}),
        ([(4, 1, "r")], {"boundary": 1}),
        ([(5, 1, "r")], {"type": 1}),
        ([(2, 3, "r")], {"missed": 1, "spurious": 1}),
        ([(1, 0, "s")], {"missed": 1, "spurious": 1}),
        ([(4, 1, "s")], {"missed": 1, "spurious": 1}),
        ([], {"missed": 1}),
        ([(0, 1, "s"), (0, 1, "r")], {"correct": 1, "spurious": 1}),
        ([(0, 1, "r"), (0, 1, "r")], {"correct": 1}),
    ],
)
def test_each_kind_of_relation(relations, expected: dict[str, int]) -> None:
    gold = sentence(ENTITIES, [(0, 1, "r")])
    predicted = sentence([*ENTITIES, (0, 1, "A"), (0, 2, "C")], relations)
    found = errors_by_kind([gold], [predicted])["relation"]
    assert tuple(found) == RELATION_KINDS
    assert kinds(found) == expected


def test_symmetric_relations_have_no_direction() -> None:
    gold, predicted = sentence(ENTITIES, [(0, 1, "s")]), sentence(ENTITIES, [(1, 0, "s")])
    found = errors_by_kind([gold], [predicted], symmetric=frozenset({"s"}))
    assert kinds(found["relation"]) == {"correct": 1}


def test_outcomes_hold_both_sides() -> None:
    gold = sentence(ENTITIES[:2], [(0, 1, "r")])
    predicted = sentence([(0, 2, "A"), (3, 4, "C"), (7, 8, "A")], [(0, 1, "r")])
    found = entity_outcomes(gold, predicted)
    assert [(one.document, one.kind, one.gold, one.predicted) for one in found] == [
        ("d", "correct", (0, 2, "A"), (0, 2, "A")),
        ("d", "type", (3, 4, "B"), (3, 4, "C")),
        ("d", "spurious", None, (7, 8, "A")),
    ]
    (relation,) = relation_outcomes(gold, predicted)
    assert relation.kind == "type"
    assert relation.gold == ((0, 2, "A"), (3, 4, "B"), "r")
    assert relation.predicted == ((0, 2, "A"), (3, 4, "C"), "r")


def test_a_gold_entity_explains_one_prediction() -> None:
    gold = sentence([(0, 4, "A")])
    predicted = sentence([(0, 2, "A"), (2, 4, "A")])
    found = errors_by_kind([gold], [predicted])["entity"]
    assert kinds(found) == {"boundary": 1, "spurious": 1}


def test_kinds_add_up_to_the_counts_of_the_default_protocol() -> None:
    symmetric = frozenset({"s"})
    gold = [random_sentence(seed) for seed in range(150)]
    predicted = [disturbed(one, seed) for seed, one in enumerate(gold)]
    found = errors_by_kind(gold, predicted, symmetric)
    counts = SpertMetric(symmetric).counts(gold, predicted)
    for name, block in (("entity", "entity"), ("relation", "relation_strict")):
        assert min(found[name].values()) > 0
        right, given, wanted = counts[block].sum(0)
        everything = sum(found[name].values())
        assert found[name]["correct"] == right
        assert everything - found[name]["missed"] == given
        assert everything - found[name]["spurious"] == wanted


def test_documents_must_belong_together() -> None:
    with pytest.raises(DataError, match="document 0: gold is 'a', predicted is 'b'"):
        errors_by_kind([sentence(id="a")], [sentence(id="b")])

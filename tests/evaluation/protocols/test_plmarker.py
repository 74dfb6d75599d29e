import functools

import pytest

from jointre.evaluation import Metric
from jointre.evaluation.protocols.plmarker import PlmarkerMetric
from tests.evaluation.checks import compare_with_naive, counts_of, numbers
from tests.evaluation.documents import sentence
from tests.naive import matching as naive

SYMMETRIC = frozenset({"s"})
METRIC = PlmarkerMetric(SYMMETRIC)
ENTITIES = [(0, 2, "A"), (3, 4, "B"), (5, 6, "A")]
GOLD = sentence(ENTITIES, [(0, 1, "r"), (2, 1, "s")])


def test_registered_with_its_blocks() -> None:
    assert Metric.by_name("plmarker") is PlmarkerMetric
    assert PlmarkerMetric.blocks == ("entity", "relation_boundary", "relation_strict")


def test_symmetric_relations_count_two() -> None:
    report = METRIC.score([GOLD], [GOLD])
    assert numbers(report, "relation_boundary") == (1, 1, 1, 3)
    assert report.blocks["relation_strict"].per_type["s"].counts == (2, 2, 2)
    assert numbers(METRIC.score([GOLD], [sentence()]), "relation_strict") == (0, 0, 0, 3)
    assert numbers(METRIC.score([sentence()], [GOLD]), "relation_strict") == (0, 0, 0, 0)


@pytest.mark.parametrize("relations", [[(1, 2, "s")], [(2, 1, "s")], [(1, 2, "s"), (2, 1, "s")]])
def test_either_direction_of_a_symmetric_relation_is_right(relations) -> None:
    found = counts_of(METRIC, GOLD, sentence(ENTITIES, relations))
    assert found["relation_boundary"] == found["relation_strict"] == (2, 2, 3)


def test_gold_annotated_both_ways_counts_two_as_well() -> None:
    gold = sentence(ENTITIES, [(1, 2, "s"), (2, 1, "s")])
    assert counts_of(METRIC, gold, sentence(ENTITIES, [(1, 2, "s")]))["relation_strict"] == (
        2,
        2,
        2,
    )


def test_direction_matters_for_other_relations() -> None:
    found = counts_of(METRIC, GOLD, sentence(ENTITIES, [(1, 0, "r")]))
    assert found["relation_boundary"] == (0, 1, 3)


def test_mistyped_argument_fails_strict_only() -> None:
    predicted = sentence([(0, 2, "A"), (3, 4, "B"), (5, 6, "C")], [(0, 1, "r"), (1, 2, "s")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (2, 3, 3)
    assert found["relation_boundary"] == (3, 3, 3)
    assert found["relation_strict"] == (1, 3, 3)


def test_overlapping_entities_of_one_type_keep_the_best() -> None:
    predicted = sentence([(0, 2, "A", 0.6), (1, 4, "A", 0.9), (1, 2, "B", 0.5), (3, 5, "A", 0.7)])
    # (1, 4) wins over (0, 2) and (3, 5); the B on (1, 2) has another type.
    gold = sentence([(1, 4, "A"), (1, 2, "B"), (3, 5, "A")])
    assert counts_of(METRIC, gold, predicted)["entity"] == (2, 2, 3)


def test_what_a_removed_entity_overlaps_is_kept() -> None:
    predicted = sentence([(0, 2, "A", 0.9), (1, 4, "A", 0.8), (3, 5, "A", 0.7)])
    gold = sentence([(0, 2, "A"), (3, 5, "A")])
    assert counts_of(METRIC, gold, predicted)["entity"] == (2, 2, 2)


def test_without_scores_the_first_is_kept() -> None:
    gold = sentence([(0, 2, "A")])
    assert counts_of(METRIC, gold, sentence([(0, 2, "A"), (1, 4, "A")]))["entity"] == (1, 1, 1)
    assert counts_of(METRIC, gold, sentence([(1, 4, "A"), (0, 2, "A")]))["entity"] == (0, 1, 1)


def test_gold_is_not_thinned_out() -> None:
    gold = sentence([(0, 2, "A"), (1, 4, "A")])
    assert counts_of(METRIC, gold, gold)["entity"] == (1, 1, 2)


def test_lower_triple_goes_when_head_and_tail_overlap() -> None:
    entities = [(0, 2, "A"), (1, 2, "B"), (4, 6, "A"), (5, 6, "B"), (8, 9, "A")]
    gold = sentence(entities, [(0, 2, "r"), (1, 3, "r"), (1, 4, "r"), (1, 3, "t")])
    predicted = sentence(
        entities, [(0, 2, "r", 0.6), (1, 3, "r", 0.9), (1, 4, "r", 0.5), (1, 3, "t", 0.5)]
    )
    # (0, 2, r) goes: its head and tail overlap those of the better (1, 3, r). The others
    # have another tail or another label.
    assert counts_of(METRIC, gold, predicted)["relation_boundary"] == (3, 3, 4)


def test_duplicates_count_once() -> None:
    predicted = sentence([*ENTITIES, (0, 2, "A")], [(0, 1, "r"), (3, 1, "r")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (3, 3, 3)
    assert found["relation_strict"] == (1, 1, 3)


def test_equals_naive_loops() -> None:
    compare_with_naive(METRIC, functools.partial(naive.plmarker, symmetric=SYMMETRIC))

import functools

import pytest

from jointre.evaluation import Metric
from jointre.evaluation.protocols.dygie import DygieMetric
from tests.evaluation.checks import compare_with_naive, counts_of, numbers
from tests.evaluation.documents import sentence
from tests.naive import matching as naive

METRIC = DygieMetric(frozenset({"s"}), max_width=8)
ENTITIES = [(0, 2, "A"), (3, 4, "B"), (2, 11, "A")]
GOLD = sentence(ENTITIES, [(0, 1, "r"), (1, 2, "s")])


def test_registered_with_its_blocks() -> None:
    assert Metric.by_name("dygie") is DygieMetric
    assert DygieMetric.blocks == ("entity", "relation_boundary")
    assert set(METRIC.score([GOLD], [GOLD]).blocks) == {"entity", "relation_boundary"}


def test_wide_gold_is_dropped_for_entities_only() -> None:
    predicted = sentence([(0, 2, "A"), (3, 4, "B")], [(0, 1, "r")])
    report = METRIC.score([GOLD], [predicted])
    assert numbers(report, "entity") == (1, 1, 1, 2)
    assert report.blocks["relation_boundary"].counts == (1, 1, 2)
    assert counts_of(DygieMetric(frozenset()), GOLD, predicted)["entity"] == (2, 2, 3)


def test_width_of_exactly_the_limit_counts() -> None:
    gold = sentence([(0, 8, "A"), (0, 9, "A")])
    assert counts_of(METRIC, gold, sentence())["entity"] == (0, 0, 1)


def test_no_prediction_and_no_gold() -> None:
    assert numbers(METRIC.score([GOLD], [sentence()]), "relation_boundary") == (0, 0, 0, 2)
    assert numbers(METRIC.score([sentence()], [GOLD]), "relation_boundary") == (0, 0, 0, 0)


def test_symmetric_relations_must_meet_the_annotated_direction() -> None:
    predicted = sentence(ENTITIES, [(2, 1, "s")])
    assert counts_of(METRIC, GOLD, predicted)["relation_boundary"] == (0, 1, 2)


def test_arguments_need_not_be_entities() -> None:
    predicted = sentence([(0, 2, None), (3, 4, "C")], [(0, 1, "r")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (0, 1, 2)
    assert found["relation_boundary"] == (1, 1, 2)


@pytest.mark.parametrize(
    ("relations", "right"),
    [
        ([(0, 1, "t", 0.6), (0, 1, "r", 0.9)], 1),
        ([(0, 1, "r", 0.6), (0, 1, "t", 0.9)], 0),
        ([(0, 1, "r"), (0, 1, "t")], 1),
        ([(0, 1, "t"), (0, 1, "r")], 0),
    ],
)
def test_ordered_pair_keeps_its_best_or_else_first_label(relations, right: int) -> None:
    found = counts_of(METRIC, GOLD, sentence(ENTITIES, relations))
    assert found["relation_boundary"] == (right, 1, 2)


def test_the_reverse_pair_is_another_pair() -> None:
    found = counts_of(METRIC, GOLD, sentence(ENTITIES, [(0, 1, "r"), (1, 0, "r")]))
    assert found["relation_boundary"] == (1, 2, 2)


def test_gold_pair_keeps_its_last_label() -> None:
    gold = sentence(ENTITIES, [(0, 1, "t"), (0, 1, "r")])
    predicted = sentence(ENTITIES, [(0, 1, "r")])
    assert counts_of(METRIC, gold, predicted)["relation_boundary"] == (1, 1, 1)


def test_mistyped_and_repeated_entities() -> None:
    predicted = sentence([(0, 2, "B"), (3, 4, "B"), (3, 4, "B")])
    assert counts_of(METRIC, GOLD, predicted)["entity"] == (1, 2, 2)


@pytest.mark.parametrize("max_width", [None, 2])
def test_equals_naive_loops(max_width: int | None) -> None:
    metric = DygieMetric(frozenset({"s"}), max_width)
    compare_with_naive(metric, functools.partial(naive.dygie, max_width=max_width))

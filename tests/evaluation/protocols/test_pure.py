from jointre.evaluation import Metric
from jointre.evaluation.protocols.pure import PureMetric
from tests.evaluation.checks import compare_with_naive, counts_of, numbers
from tests.evaluation.documents import sentence
from tests.naive import matching as naive

METRIC = PureMetric(frozenset({"s"}))
GOLD = sentence([(0, 2, "A"), (3, 4, "B"), (5, 6, "A")], [(0, 1, "r"), (2, 1, "s")])


def test_registered_with_its_blocks() -> None:
    assert Metric.by_name("pure") is PureMetric
    assert PureMetric.blocks == ("entity", "relation_boundary", "relation_strict")


def test_gold_scores_one_against_itself_and_nothing_scores_nothing() -> None:
    report = METRIC.score([GOLD], [GOLD])
    assert numbers(report, "relation_strict") == (1, 1, 1, 2)
    assert numbers(METRIC.score([GOLD], [sentence()]), "relation_boundary") == (0, 0, 0, 2)
    assert numbers(METRIC.score([sentence()], [GOLD]), "entity") == (0, 0, 0, 0)


def test_symmetric_relations_must_meet_the_annotated_direction() -> None:
    predicted = sentence([(3, 4, "B"), (5, 6, "A")], [(0, 1, "s")])
    assert counts_of(METRIC, GOLD, predicted)["relation_boundary"] == (0, 1, 2)


def test_strict_needs_both_arguments_as_right_entities_and_shares_denominators() -> None:
    predicted = sentence([(0, 2, "B"), (3, 4, "B"), (5, 6, "A")], [(0, 1, "r"), (2, 1, "s")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (2, 3, 3)
    assert found["relation_boundary"] == (2, 2, 2)
    assert found["relation_strict"] == (1, 2, 2)


def test_strict_takes_the_span_from_any_right_entity() -> None:
    # Two predicted entities on one span: the relation hangs on the mistyped one.
    predicted = sentence([(0, 2, "A"), (0, 2, "B"), (3, 4, "B")], [(1, 2, "r")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (2, 3, 3)
    assert found["relation_strict"] == (1, 1, 2)


def test_repeated_prediction_is_right_once() -> None:
    entities = [(0, 2, "A"), (3, 4, "B"), (5, 6, "A"), (5, 6, "A")]
    predicted = sentence(entities, [(0, 1, "r"), (0, 1, "r"), (0, 1, "r")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (3, 4, 3)
    assert found["relation_boundary"] == found["relation_strict"] == (1, 3, 2)


def test_repeated_gold_counts_each_time() -> None:
    gold = sentence([(0, 2, "A"), (3, 4, "B")], [(0, 1, "r"), (0, 1, "r")])
    once = sentence([(0, 2, "A"), (3, 4, "B")], [(0, 1, "r")])
    assert counts_of(METRIC, gold, once)["relation_boundary"] == (1, 1, 2)
    assert counts_of(METRIC, gold, gold)["relation_strict"] == (2, 2, 2)


def test_nested_and_wide_gold_stays() -> None:
    gold = sentence([(0, 12, "A"), (3, 4, "A")], [(0, 1, "r")])
    predicted = sentence([(3, 4, "A")])
    found = counts_of(METRIC, gold, predicted)
    assert found["entity"] == (1, 1, 2)
    assert found["relation_strict"] == (0, 0, 1)


def test_macro_is_the_mean_over_labels_of_gold_and_predictions() -> None:
    predicted = sentence([(0, 2, "A"), (3, 4, "B"), (5, 6, "C")], [(0, 1, "r"), (1, 2, "t")])
    relation = METRIC.score([GOLD], [predicted]).blocks["relation_boundary"]
    assert relation.counts == (1, 2, 2)
    assert {label: one.f1 for label, one in relation.per_type.items()} == {"r": 1, "s": 0, "t": 0}
    assert relation.macro_f1 == 1 / 3


def test_equals_naive_loops() -> None:
    compare_with_naive(METRIC, naive.pure)

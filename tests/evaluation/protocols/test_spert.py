import functools

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from jointre.evaluation import Metric
from jointre.evaluation.matching import mentions
from jointre.evaluation.protocols.spert import SpertMetric, without_overlaps
from tests.evaluation.checks import compare_with_naive, counts_of, numbers
from tests.evaluation.documents import disturbed, random_sentence, sentence
from tests.naive import matching as naive

SYMMETRIC = frozenset({"s"})
METRIC = SpertMetric(SYMMETRIC)
GOLD = sentence([(0, 2, "A"), (3, 4, "B"), (5, 6, "A")], [(0, 1, "r"), (2, 1, "s")])


def test_registered_with_its_blocks() -> None:
    assert Metric.by_name("spert") is SpertMetric
    assert SpertMetric.blocks == ("entity", "relation_boundary", "relation_strict")


def test_gold_scores_one_against_itself() -> None:
    report = METRIC.score([GOLD], [GOLD])
    assert numbers(report, "entity") == (1, 1, 1, 3)
    assert numbers(report, "relation_boundary") == (1, 1, 1, 2)
    assert numbers(report, "relation_strict") == (1, 1, 1, 2)


def test_no_prediction_and_no_gold() -> None:
    report = METRIC.score([GOLD], [sentence()])
    assert numbers(report, "relation_strict") == (0, 0, 0, 2)
    report = METRIC.score([sentence()], [GOLD])
    assert numbers(report, "entity") == (0, 0, 0, 0)
    report = METRIC.score([sentence()], [sentence()])
    assert numbers(report, "entity") == (0, 0, 0, 0)
    assert report.blocks["entity"].per_type == {}


def test_mistyped_entity_is_one_wrong_and_one_missed() -> None:
    predicted = sentence([(0, 2, "B"), (3, 4, "B"), (5, 6, "A")], [(0, 1, "r"), (2, 1, "s")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (2, 3, 3)
    assert found["relation_boundary"] == (2, 2, 2)
    assert found["relation_strict"] == (1, 2, 2)
    report = METRIC.score([GOLD], [predicted])
    types = report.blocks["entity"].per_type
    assert types["A"].counts == (1, 1, 2)
    assert types["B"].counts == (1, 2, 1)
    assert report.blocks["entity"].macro_f1 == pytest.approx(2 / 3)


def test_duplicates_count_once() -> None:
    predicted = sentence(
        [(0, 2, "A"), (0, 2, "A"), (3, 4, "B"), (5, 6, "A")],
        [(0, 2, "r"), (1, 2, "r"), (0, 2, "r")],
    )
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (3, 3, 3)
    assert found["relation_strict"] == (1, 1, 2)
    assert counts_of(METRIC, predicted, predicted)["relation_strict"] == (1, 1, 1)


def test_triples_that_differ_in_types_collapse_without_types() -> None:
    predicted = sentence([(0, 2, "A"), (0, 2, "B"), (3, 4, "B")], [(0, 2, "r"), (1, 2, "r")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["entity"] == (2, 3, 3)
    assert found["relation_boundary"] == (1, 1, 2)
    assert found["relation_strict"] == (1, 2, 2)


@pytest.mark.parametrize("relations", [[(1, 2, "s")], [(2, 1, "s")], [(1, 2, "s"), (2, 1, "s")]])
def test_symmetric_relation_is_right_in_either_direction_and_counts_once(relations) -> None:
    predicted = sentence([(0, 2, "A"), (3, 4, "B"), (5, 6, "A")], relations)
    found = counts_of(METRIC, GOLD, predicted)
    assert found["relation_boundary"] == found["relation_strict"] == (1, 1, 2)
    directed = counts_of(SpertMetric(frozenset()), GOLD, predicted)
    assert directed["relation_strict"] == (int((2, 1, "s") in relations), len(relations), 2)


def test_other_relation_reversed_is_wrong() -> None:
    predicted = sentence([(0, 2, "A"), (3, 4, "B")], [(1, 0, "r")])
    assert counts_of(METRIC, GOLD, predicted)["relation_boundary"] == (0, 1, 2)


def test_symmetric_arguments_that_start_together_keep_their_order() -> None:
    gold = sentence([(0, 1, "A"), (0, 3, "A")], [(1, 0, "s")])
    predicted = sentence([(0, 1, "A"), (0, 3, "A")], [(0, 1, "s"), (1, 0, "s")])
    assert counts_of(METRIC, gold, predicted)["relation_strict"] == (1, 2, 1)


def test_nested_and_wide_gold_stays() -> None:
    gold = sentence([(0, 12, "A"), (3, 4, "A"), (3, 6, "B")], [(0, 1, "r"), (1, 2, "r")])
    predicted = sentence([(3, 4, "A"), (3, 6, "B")], [(0, 1, "r")])
    found = counts_of(METRIC, gold, predicted)
    assert found["entity"] == (2, 2, 3)
    assert found["relation_strict"] == (1, 1, 2)


def test_no_overlapping_removes_both_on_both_sides() -> None:
    gold = sentence(
        [(0, 2, "A"), (1, 3, "B"), (3, 4, "A"), (6, 7, "A"), (6, 7, "B"), (9, 10, "C")],
        [(0, 1, "r"), (0, 2, "r"), (3, 4, "r"), (2, 5, "r")],
    )
    predicted = sentence([(0, 2, "A"), (3, 4, "A"), (3, 4, "A")], [(0, 1, "r")])
    found = counts_of(SpertMetric(SYMMETRIC, no_overlapping=True), gold, predicted)
    assert found["entity"] == (1, 2, 2)
    assert found["relation_boundary"] == found["relation_strict"] == (1, 1, 2)


def test_without_overlaps_looks_past_the_neighbour() -> None:
    found = without_overlaps(
        mention for mention, _ in _mentions([(0, 9, "A"), (1, 2, "A"), (4, 5, "A"), (9, 10, "A")])
    )
    assert [mention.span for mention in found] == [(9, 10)]


def test_multi_mention_entities_count_each_mention() -> None:
    gold = _with_mentions()
    predicted = sentence([(0, 1, "A"), (2, 3, "B")])
    assert counts_of(METRIC, gold, predicted)["entity"] == (1, 2, 3)


def test_unlabelled_entities_are_no_entities_but_may_be_arguments() -> None:
    gold = sentence([(0, 1, None), (2, 3, "A")], [(0, 1, "r")])
    found = counts_of(METRIC, gold, gold)
    assert found["entity"] == (1, 1, 1)
    assert found["relation_strict"] == (1, 1, 1)


def test_relations_between_multi_mention_entities_are_refused() -> None:
    gold = _with_mentions(Relation("r", 1, 0))
    with pytest.raises(
        DataError,
        match=r"document 'd': relation 0 \(r\) links an entity of 2 mentions; protocol 'spert' "
        r"is for one-mention entities, choose a document protocol",
    ):
        METRIC.score([gold], [gold])


@pytest.mark.parametrize("no_overlapping", [False, True])
def test_equals_naive_loops(no_overlapping: bool) -> None:
    metric = SpertMetric(SYMMETRIC, no_overlapping)
    reference = functools.partial(naive.spert, symmetric=SYMMETRIC, no_overlapping=no_overlapping)
    if not no_overlapping:
        compare_with_naive(metric, reference)
        return
    # Few crowded sentences keep anything, so equality alone is checked.
    total = np.zeros(3, dtype=int)
    for seed in range(400):
        gold = random_sentence(seed, size=8)
        predicted = disturbed(gold, seed)
        found = counts_of(metric, gold, predicted)
        assert found == reference(gold, predicted), seed
        total += found["entity"]
    assert total[0] > 50


def test_equals_scikit_learn_over_the_union_of_tuples() -> None:
    gold = [random_sentence(seed) for seed in range(60)]
    predicted = [disturbed(one, seed) for seed, one in enumerate(gold)]
    report = SpertMetric(frozenset()).score(gold, predicted)
    for block, view in (("entity", _entity_tuples), ("relation_strict", _relation_tuples)):
        truth, guess = [], []
        for one, other in zip(gold, predicted, strict=True):
            wanted, given = view(one), view(other)
            for row in wanted | given:
                truth.append(row[-1] if row in wanted else "")
                guess.append(row[-1] if row in given else "")
        labels = sorted({*truth, *guess} - {""})
        scores = report.blocks[block]
        micro = precision_recall_fscore_support(
            truth, guess, labels=labels, average="micro", zero_division=0
        )
        assert (scores.precision, scores.recall, scores.f1) == pytest.approx(micro[:3])
        each = precision_recall_fscore_support(truth, guess, labels=labels, zero_division=0)
        assert list(scores.per_type) == labels
        ours = [
            (one.precision, one.recall, one.f1, one.support) for one in scores.per_type.values()
        ]
        assert np.array(ours) == pytest.approx(np.array(each).T)
        assert scores.macro_f1 == pytest.approx(each[2].mean())


def _entity_tuples(document: Document) -> set[tuple]:
    return {row[:3] for row in naive.entities_of(document)}


def _relation_tuples(document: Document) -> set[tuple]:
    return {row[:3] for row in naive.relations_of(document)}


def _mentions(rows: list) -> list:
    return mentions(sentence(rows))


def _with_mentions(*relations: Relation) -> Document:
    entities = (Entity("A", (Span(0, 1), Span(4, 5))), Entity("B", (Span(2, 4),)))
    return Document("d", sentence().tokens, entities=entities, relations=relations)

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from jointre.data.schema import Document
from jointre.evaluation import Metric, monitor_keys
from jointre.evaluation.protocols.jerex import JerexMetric
from jointre.evaluation.report import table
from tests.data.documents import TYPES_ARE_SAMPLED
from tests.evaluation.checks import counts_of, numbers
from tests.evaluation.clustered import disturbed, document, random_document, related
from tests.evaluation.documents import sentence
from tests.naive import clusters as naive

pytestmark = TYPES_ARE_SAMPLED

METRIC = JerexMetric(frozenset({"s"}))
E1, E2, E3 = ("A", (0, 1), (5, 6)), ("B", (3, 4)), ("B", (8, 10))
GOLD = document([E1, E2, E3], [(0, 1, "r"), (0, 2, "s")])
COUNTED = ("mention", "cluster", "entity", "relation_boundary", "relation_strict")


def test_registered_with_its_blocks_and_monitor_keys() -> None:
    assert Metric.by_name("jerex") is JerexMetric
    assert {*JerexMetric.blocks} == {*COUNTED, "coreference"}
    assert {"mention_f1", "cluster_f1", "coreference_f1", "relation_strict_f1"} <= set(
        monitor_keys(JerexMetric)
    )
    assert tuple(METRIC.score([GOLD], [GOLD]).blocks) == JerexMetric.blocks


def test_gold_scores_one_against_itself() -> None:
    report = METRIC.score([GOLD], [GOLD])
    assert all(value == 1 for value in report.flat().values())
    assert [report.blocks[block].support for block in COUNTED] == [4, 3, 3, 2, 2]


def test_no_prediction_and_no_gold() -> None:
    report = METRIC.score([GOLD], [document()])
    assert numbers(report, "mention") == (0, 0, 0, 4)
    assert numbers(report, "coreference") == (0, 0, 0, 4)
    assert set(METRIC.score([document()], [GOLD]).flat().values()) == {0}
    nothing = METRIC.score([document()], [document()])
    assert set(nothing.flat().values()) == {0}
    assert nothing.blocks["cluster"].per_type == {}


def test_without_documents() -> None:
    assert set(METRIC.score([], []).flat().values()) == {0}
    rows = METRIC.counts([], [])
    assert {block: found.shape for block, found in rows.items()} == dict.fromkeys(COUNTED, (0, 3))
    assert set(METRIC.counts([GOLD], [GOLD])) == set(COUNTED)


def test_a_document_with_a_bit_of_everything() -> None:
    """A mistyped entity, one with a wrong border, a relation the wrong way round."""
    predicted = document(
        [E1, ("A", (3, 4)), ("B", (8, 9))],
        [(0, 1, "r"), (1, 0, "r")],
    )
    report = METRIC.score([GOLD], [predicted])
    assert numbers(report, "mention") == (3 / 4, 3 / 4, 3 / 4, 4)
    assert numbers(report, "cluster") == pytest.approx((2 / 3, 2 / 3, 2 / 3, 3))
    assert numbers(report, "entity") == pytest.approx((1 / 3, 1 / 3, 1 / 3, 3))
    assert report.blocks["entity"].macro_f1 == pytest.approx(1 / 3)
    types = report.blocks["entity"].per_type
    assert (types["A"].precision, types["A"].recall) == (1 / 2, 1)
    assert numbers(report, "relation_boundary") == (1 / 2, 1 / 2, 1 / 2, 2)
    assert report.blocks["relation_boundary"].macro_f1 == pytest.approx(1 / 3)
    assert numbers(report, "relation_strict") == (0, 0, 0, 2)


def test_one_wrong_mention_takes_the_cluster_and_its_relations() -> None:
    predicted = document([("A", (0, 1)), ("A", (5, 6)), E2, E3], [(0, 2, "r"), (1, 3, "s")])
    assert counts_of(METRIC, GOLD, predicted) == {
        "mention": (4, 4, 4),
        "cluster": (2, 4, 3),
        "entity": (2, 4, 3),
        "relation_boundary": (0, 2, 2),
        "relation_strict": (0, 2, 2),
    }
    found = METRIC.score([GOLD], [predicted]).blocks["coreference"]
    assert found.per_type["muc"].f1 == 0
    assert found.per_type["b_cubed"].recall == 3 / 4
    assert found.per_type["ceaf_e"].recall == pytest.approx((2 / 3 + 2) / 3)


def test_duplicates_collapse() -> None:
    doubled = document([E1, ("A", (5, 6), (0, 1), (5, 6)), E2, E3], [(0, 2, "r"), (1, 2, "r")])
    assert counts_of(METRIC, GOLD, doubled) == {
        "mention": (4, 4, 4),
        "cluster": (3, 3, 3),
        "entity": (3, 3, 3),
        "relation_boundary": (1, 1, 2),
        "relation_strict": (1, 1, 2),
    }
    assert METRIC.score([GOLD], [doubled]).blocks["coreference"].f1 == 1
    assert counts_of(METRIC, doubled, doubled)["relation_strict"] == (1, 1, 1)


def test_a_span_of_two_entities_is_one_mention() -> None:
    gold = document([("A", (0, 1)), ("B", (0, 1), (3, 4))])
    predicted = document([("A", (0, 1)), ("B", (3, 4))])
    assert counts_of(METRIC, gold, predicted)["mention"] == (2, 2, 2)
    assert counts_of(METRIC, gold, predicted)["cluster"] == (1, 2, 2)


def test_symmetric_relations_must_meet_the_annotated_direction() -> None:
    predicted = document([E1, E2, E3], [(2, 0, "s")])
    assert counts_of(METRIC, GOLD, predicted)["relation_boundary"] == (0, 1, 2)


def test_entities_without_a_type() -> None:
    predicted = document([(None, *E1[1:]), E2, E3], [(0, 1, "r"), (0, 2, "s")])
    assert counts_of(METRIC, GOLD, predicted) == {
        "mention": (4, 4, 4),
        "cluster": (3, 3, 3),
        "entity": (2, 2, 3),
        "relation_boundary": (2, 2, 2),
        "relation_strict": (0, 2, 2),
    }
    assert counts_of(METRIC, predicted, predicted)["relation_strict"] == (2, 2, 2)


def test_sentences_are_documents_too() -> None:
    gold = sentence([(0, 2, "A"), (3, 4, "B")], [(0, 1, "r")])
    predicted = sentence([(0, 2, "A"), (3, 4, "A")], [(0, 1, "r")])
    found = counts_of(METRIC, gold, predicted)
    assert (found["cluster"], found["entity"]) == ((2, 2, 2), (1, 2, 2))
    assert (found["relation_boundary"], found["relation_strict"]) == ((1, 1, 1), (0, 1, 1))


def test_the_table_has_all_blocks() -> None:
    rows = table(METRIC.score([GOLD], [GOLD]))
    assert {row[0] for row in rows} == set(JerexMetric.blocks)
    assert [row[1] for row in rows if row[0] == "coreference"] == [
        "micro",
        "macro",
        "b_cubed",
        "ceaf_e",
        "muc",
    ]


def test_equals_naive_loops() -> None:
    matched = dict.fromkeys(COUNTED, 0)
    for seed in range(400):
        gold = related(random_document(seed), seed)
        predicted = disturbed(gold, 1000 + seed)
        found = counts_of(METRIC, gold, predicted)
        assert found == naive.jerex(gold, predicted), (seed, gold, predicted)
        for block, (tp, given_, wanted) in found.items():
            matched[block] += 0 < tp < min(given_, wanted)
    # Neither all right nor all wrong, or the test would show little.
    assert min(matched.values()) > 10, matched


def test_equals_scikit_learn_over_the_union_of_items() -> None:
    """The published code asks scikit-learn for the ratios over gold ∪ predicted items."""
    gold = [related(random_document(seed), seed) for seed in range(60)]
    predicted = [disturbed(one, seed) for seed, one in enumerate(gold)]
    truth, guess = [], []
    for one, other in zip(gold, predicted, strict=True):
        wanted, found = _links(one), _links(other)
        for row in wanted | found:
            truth.append(row[-1] if row in wanted else "")
            guess.append(row[-1] if row in found else "")
    labels = sorted({*truth, *guess} - {""})
    scores = METRIC.score(gold, predicted).blocks["relation_boundary"]
    micro = precision_recall_fscore_support(
        truth, guess, labels=labels, average="micro", zero_division=0
    )
    assert (scores.precision, scores.recall, scores.f1) == pytest.approx(micro[:3])
    each = precision_recall_fscore_support(truth, guess, labels=labels, zero_division=0)
    assert scores.macro_f1 == pytest.approx(each[2].mean())


def _links(one: Document) -> set[tuple]:
    return {
        (*(frozenset(one.entities[end].mentions) for end in (link.head, link.tail)), link.label)
        for link in one.relations
    }


@given(st.integers(0, 10**6), st.permutations(range(5)))
def test_order_of_entities_makes_no_difference(seed: int, order: list[int]) -> None:
    gold = related(random_document(seed), seed)
    predicted = disturbed(gold, seed)
    size = len(predicted.entities)
    old = [index for index in [*order, 5, 6] if index < size]
    mixed = document(
        [(predicted.entities[i].label, *reversed(predicted.entities[i].mentions)) for i in old],
        [
            (old.index(one.head), old.index(one.tail), one.label)
            for one in reversed(predicted.relations)
        ],
        predicted.id,
        " ".join(predicted.tokens),
    )
    flat = METRIC.score([gold], [predicted]).flat()
    assert METRIC.score([gold], [mixed]).flat() == pytest.approx(flat)

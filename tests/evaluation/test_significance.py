"""The paired bootstrap against a loop, against what is known, and its speed-free limits."""

import json
from dataclasses import replace

import numpy as np
import pytest

from jointre.data.schema import Document, Entity, Span
from jointre.errors import DataError
from jointre.evaluation.document_counts import Row, document_counts
from jointre.evaluation.metric import Metric
from jointre.evaluation.protocols.jerex import JerexMetric
from jointre.evaluation.protocols.spert import SpertMetric
from jointre.evaluation.report import Counts
from jointre.evaluation.significance import LEVEL, Comparison, compare, gains, intervals
from jointre.testing.tiny import tiny_documents, tiny_texts
from tests.naive.bootstrap import resampled

SPERT = SpertMetric(frozenset())


def documents(number: int, seed: int) -> tuple[list[Document], list[Document], list[Document]]:
    """Gold with two labels, and two sets of predictions, of which the second is better."""
    rng = np.random.default_rng(seed)
    gold = [
        Document(
            f"d{i}",
            tuple("abcdefgh"),
            entities=tuple(
                Entity(str(rng.choice(["A", "B"])), (Span(start, start + 1),))
                for start in range(int(rng.integers(0, 5)))
            ),
        )
        for i in range(number)
    ]

    def noisy(document: Document, share: float) -> Document:
        kept = [entity for entity in document.entities if rng.random() > share]
        wrong = [Entity("A", (Span(6, 8),))] if rng.random() < share else []
        return replace(document, entities=(*kept, *wrong))

    one, other = ([noisy(document, share) for document in gold] for share in (0.5, 0.2))
    return gold, one, other


def found(comparison: Comparison, label: str, block: str = "entity") -> tuple[float, ...]:
    (row,) = [d for d in comparison.differences if d.row == Row(block, label)]
    return row.one, row.other, row.low, row.high, row.p_value


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_equals_the_loop(seed: int) -> None:
    gold, one, other = documents(12, seed)
    made = compare(SPERT, gold, one, other, resamples=200, seed=seed)
    tallies = [[tally["entity"] for tally in SPERT.tallies(gold, each)] for each in (one, other)]
    drawn = resampled(tallies[0], tallies[1], 200, seed)
    reports = [SPERT.score(gold, each).blocks["entity"] for each in (one, other)]
    expected = {
        "micro": [report.f1 for report in reports],
        "macro": [report.macro_f1 for report in reports],
        **{label: [report.per_type[label].f1 for report in reports] for label in "AB"},
    }
    for label, scores in expected.items():
        values = np.array([each[label] for each in drawn])
        gain = scores[1] - scores[0]
        low, high = np.percentile(values, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
        extreme = (np.abs(values - gain) >= abs(gain) - 1e-12).sum()
        assert found(made, label) == pytest.approx((*scores, low, high, (1 + extreme) / 201))


def test_predictions_that_are_the_same_do_not_differ() -> None:
    gold, one, _ = documents(10, 0)
    made = compare(SPERT, gold, one, one, resamples=50)
    for row in made.differences:
        assert (row.difference, row.low, row.high, row.p_value) == (0, 0, 0, 1)
        assert not row.is_certain
    assert not any(made.influences.values())
    assert made.agreements["entity"].f1 == 1
    assert made.agreements["entity"].equal == 10


def test_a_large_difference_is_certain() -> None:
    gold, one, other = documents(200, 0)
    made = compare(SPERT, gold, one, other, resamples=1000)
    (micro,) = [d for d in made.differences if d.row == Row("entity", "micro")]
    assert micro.is_certain
    assert micro.low < micro.difference < micro.high
    assert micro.p_value == pytest.approx(1 / 1001)
    back = compare(SPERT, gold, other, one, resamples=1000)
    (turned,) = [d for d in back.differences if d.row == Row("entity", "micro")]
    assert (turned.low, turned.high) == pytest.approx((-micro.high, -micro.low))


def test_the_documents_that_decide() -> None:
    """Without the document that comes first, the difference is smaller by its effect."""
    gold, one, other = documents(20, 1)
    made = compare(SPERT, gold, one, other, resamples=10, shown=3)
    first = made.influences["entity"][0]
    rest = [i for i, document in enumerate(gold) if document.id != first.document]
    scores = [
        SPERT.score([gold[i] for i in rest], [each[i] for i in rest]).blocks["entity"].f1
        for each in (one, other)
    ]
    (micro,) = [d for d in made.differences if d.row == Row("entity", "micro")]
    assert first.effect == pytest.approx(micro.difference - (scores[1] - scores[0]))
    effects = [abs(each.effect) for each in made.influences["entity"]]
    assert len(effects) == 3
    assert effects == sorted(effects, reverse=True)
    number = next(i for i, document in enumerate(gold) if document.id == first.document)
    assert list(first.other) == SPERT.counts(gold, other)["entity"][number].tolist()


def test_agreement() -> None:
    gold, one, other = documents(30, 2)
    made = compare(SPERT, gold, one, other, resamples=10).agreements["entity"]
    assert made.f1 == SPERT.score(one, other).blocks["entity"].f1
    assert made.better + made.worse + made.equal == 30
    assert made.better > made.worse


def test_every_protocol() -> None:
    for name in Metric.names():
        metric = Metric.by_name(name)(symmetric=frozenset())
        gold = tiny_documents() if name not in ("jerex", "docred") else tiny_texts()
        bare = [replace(document, entities=(), relations=(), clusters=()) for document in gold]
        made = compare(metric, gold, bare, gold, resamples=20)
        assert {d.row.block for d in made.differences} | set(made.without_counts) == set(
            metric.reported
        )
        assert all(d.one == 0 for d in made.differences)
        full = [d.other for d in made.differences if d.row.label == "micro" and d.support]
        assert full
        assert min(full) > 0.5, name
        json.dumps(made.to_dict())


def test_a_block_without_counts_is_named() -> None:
    gold = tiny_texts()
    made = compare(JerexMetric(frozenset()), gold, gold, gold, resamples=5)
    assert made.without_counts == ["coreference"]


def test_nothing_to_compare() -> None:
    with pytest.raises(DataError, match="the data has no documents"):
        compare(SPERT, [], [], [])


def test_other_documents() -> None:
    gold, one, other = documents(3, 0)
    with pytest.raises(DataError, match="2 predicted ones"):
        compare(SPERT, gold, one, other[:2], resamples=5)


def test_several_runs_equal_the_loop() -> None:
    """A side's F1 is the mean over its runs, in the data and in every resample."""
    predictions = [documents(12, 5)]
    gold = predictions[0][0]
    rng = np.random.default_rng(0)

    def another(predicted: list[Document]) -> list[Document]:
        return [
            replace(each, entities=each.entities[: int(rng.integers(0, 6))]) for each in predicted
        ]

    one, other = predictions[0][1:]
    sides = [[one, another(one)], [other, another(other), another(other)]]
    counts = [[document_counts(SPERT, gold, run) for run in side] for side in sides]
    found = gains(SPERT.reported, counts[0], counts[1], resamples=150, seed=4)
    tallies = [
        [[tally["entity"] for tally in SPERT.tallies(gold, run)] for run in side] for side in sides
    ]
    scores = [[SPERT.score(gold, run).blocks["entity"].f1 for run in side] for side in sides]
    drawn = np.zeros(150)
    for number, side in enumerate(tallies):
        for run in side:
            # The loop's difference to runs without predictions is the F1 itself.
            empty = [dict.fromkeys(tally, Counts(0, 0, 1)) for tally in run]
            values = [row["micro"] for row in resampled(empty, run, 150, 4)]
            drawn += (1 if number else -1) * np.array(values) / len(side)
    gain = found[Row("entity", "micro")]
    assert gain.difference == pytest.approx(np.mean(scores[1]) - np.mean(scores[0]))
    assert [gain.low, gain.high] == pytest.approx(np.percentile(drawn, [2.5, 97.5]).tolist())
    assert gain.is_certain == (gain.low > 0 or gain.high < 0)


def test_runs_on_other_documents() -> None:
    gold, one, _ = documents(5, 0)
    counts = document_counts(SPERT, gold, one)
    with pytest.raises(DataError, match="scored on different documents"):
        gains(SPERT.reported, [counts], [counts[1:]])
    with pytest.raises(DataError, match="scored on no documents"):
        gains(SPERT.reported, [[]], [[]])


def test_intervals_are_those_of_the_difference_to_nothing() -> None:
    gold, _, predicted = documents(12, 3)
    nothing = [replace(document, entities=()) for document in gold]
    made = intervals(SPERT, gold, predicted, resamples=200, seed=4)
    other = compare(SPERT, gold, nothing, predicted, resamples=200, seed=4)
    assert made.keys() == {each.row for each in other.differences}
    for each in other.differences:
        interval = made[each.row]
        assert (interval.f1, interval.low, interval.high) == (each.other, each.low, each.high)
    assert intervals(SPERT, nothing, nothing) == {}
    with pytest.raises(DataError, match="no documents to score"):
        intervals(SPERT, [], [])

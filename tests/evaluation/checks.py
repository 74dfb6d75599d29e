"""What several tests of protocols ask for."""

from collections.abc import Callable

from jointre.data.schema import Document
from jointre.evaluation import Metric, Report
from tests.evaluation.documents import disturbed, random_sentence
from tests.naive.matching import Found


def counts_of(metric: Metric, gold: Document, predicted: Document) -> Found:
    """(right, predicted, gold) by block for one document."""
    rows = metric.counts([gold], [predicted])
    return {block: tuple(map(int, row[0])) for block, row in rows.items()}  # type: ignore[misc]


def numbers(report: Report, block: str) -> tuple[float, float, float, int]:
    """Precision, recall, F1 and support of one block."""
    scores = report.blocks[block]
    return scores.precision, scores.recall, scores.f1, scores.support


def compare_with_naive(metric: Metric, naive: Callable[[Document, Document], Found]) -> None:
    """The same counts as loops over lists on crowded random sentences."""
    matched = dict.fromkeys(metric.blocks, 0)
    for seed in range(400):
        gold = random_sentence(seed)
        predicted = disturbed(gold, 1000 + seed, scored=seed % 2 == 0)
        found = counts_of(metric, gold, predicted)
        assert found == naive(gold, predicted), (seed, gold, predicted)
        for block, (tp, given, wanted) in found.items():
            matched[block] += 0 < tp < min(given, wanted)
    # The documents are neither all right nor all wrong, or the test would show little.
    assert min(matched.values()) > 20

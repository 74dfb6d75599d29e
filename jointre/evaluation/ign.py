"""Ign F1: relation scores that leave out right relations which the training data state too."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.evaluation.clusters import clusters_of, relation_keys
from jointre.evaluation.matching import match_sets
from jointre.evaluation.report import Counts, Ratios, Scores, Tally, ratio
from jointre.evaluation.train_facts import Fact, names_of

Known = tuple[Tally, Counter[str]]
"""Counts of relations by label, and how many of the right ones are facts of training."""


def known_relations(
    gold: Document,
    predicted: Document,
    arguments: tuple[Sequence[Hashable], Sequence[Hashable]],
    facts: frozenset[Fact],
) -> Known:
    """Count the relations of one document, and the correct ones that are known facts.

    A relation is a fact when one of them joins any name of its head with any of its tail.

    Args:
        gold: Annotated document.
        predicted: The same document as predicted.
        arguments: Hashables that represent the gold and the predicted entities; entities
            with equal ones must have the same mentions.
        facts: Facts of the training data.
    """
    wanted = relation_keys(gold, arguments[0])
    given = relation_keys(predicted, arguments[1])
    clusters = dict(zip(arguments[1], clusters_of(predicted), strict=True))
    names = {argument: names_of(predicted, cluster) for argument, cluster in clusters.items()}
    known = Counter(
        str(label)
        for head, tail, label in wanted & given
        if any(
            Fact(one, other, str(label)) in facts for one in names[head] for other in names[tail]
        )
    )
    return match_sets(wanted, given), known


def ignoring(documents: Iterable[Known]) -> Scores:
    """Precision without the known facts, recall with them, and their F1 over a corpus.

    This is the official scorer's way: known facts go out of the right and of the predicted
    relations in precision, while recall stays over all gold (``support``).

    Args:
        documents: Result of :func:`known_relations` for each document.
    """
    sums: Tally = {}
    known: Counter[str] = Counter()
    for tally, facts in documents:
        known += facts
        for label, counts in tally.items():
            sums[label] = sums.get(label, Counts(0, 0, 0)).plus(counts)
    per_type = {label: _ratios(sums[label], known[label]) for label in sorted(sums)}
    every = Counts(0, 0, 0)
    for counts in sums.values():
        every = every.plus(counts)
    mean = ratio(sum(one.f1 for one in per_type.values()), len(per_type))
    return Scores(_ratios(every, known.total()), mean, per_type)


def check_labels(gold: Iterable[Document], facts: Iterable[Fact]) -> None:
    """Refuse facts with other label names than the gold data, which would have no effect.

    Args:
        gold: Annotated documents.
        facts: Facts of the training data.

    Raises:
        DataError: Both have several labels, and none in common.
    """
    wanted = {relation.label for document in gold for relation in document.relations}
    known = {fact.label for fact in facts}
    # A single label may be missing by chance.
    if min(len(wanted), len(known)) > 1 and wanted.isdisjoint(known):
        raise DataError(
            f"train_facts: none of their relation labels ({_some(known)}) occurs in gold "
            f"({_some(wanted)}); read both with the same label names, or give the training file "
            "as jsonl, converted as gold was"
        )


def _ratios(counts: Counts, known: int) -> Ratios:
    precision = ratio(counts.tp - known, counts.predicted - known)
    recall = ratio(counts.tp, counts.gold)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Ratios(precision, recall, f1, counts.gold)


def _some(labels: set[str]) -> str:
    shown = ", ".join(repr(label) for label in sorted(labels)[:3])
    return f"{shown}, …" if len(labels) > 3 else shown

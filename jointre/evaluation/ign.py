"""Ign F1: relation scores that ignore correct relations which are facts of the training data."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.evaluation.clusters import clusters_of, relation_keys
from jointre.evaluation.matching import match_sets
from jointre.evaluation.report import Counts, Ratios, Scores, Tally, ratio, total
from jointre.evaluation.train_facts import Fact, names_of

Known = tuple[Tally, Counter[str]]
"""Counts of relations by label, and the number of correct ones that are training facts."""


def known_relations(
    gold: Document,
    predicted: Document,
    arguments: tuple[Sequence[Hashable], Sequence[Hashable]],
    facts: frozenset[Fact],
) -> Known:
    """Count the relations of one document, and the correct ones that are known facts.

    A relation is known if a fact with its label links any name of its head with any of its tail.

    Args:
        gold: Annotated document.
        predicted: The same document as predicted.
        arguments: Hashables that represent the gold and the predicted entities; entities
            with equal ones must have the same mentions.
        facts: Facts of the training data.
    """
    gold_keys = relation_keys(gold, arguments[0])
    predicted_keys = relation_keys(predicted, arguments[1])
    clusters = dict(zip(arguments[1], clusters_of(predicted), strict=True))
    names = {argument: names_of(predicted, cluster) for argument, cluster in clusters.items()}
    known = Counter(
        str(label)
        for head, tail, label in gold_keys & predicted_keys
        if any(
            Fact(head_name, tail_name, str(label)) in facts
            for head_name in names[head]
            for tail_name in names[tail]
        )
    )
    return match_sets(gold_keys, predicted_keys), known


def ignoring(documents: Iterable[Known]) -> Scores:
    """Precision without the known facts, recall with them, and their F1 over a corpus.

    As in the official scorer, precision counts known facts neither as correct nor as predicted
    relations, while recall is over all gold relations (``support``).

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
    mean = ratio(sum(ratios.f1 for ratios in per_type.values()), len(per_type))
    return Scores(_ratios(total(sums), known.total()), mean, per_type)


def check_labels(gold: Iterable[Document], facts: Iterable[Fact]) -> None:
    """Refuse facts with other label names than the gold data, which would have no effect.

    Args:
        gold: Annotated documents.
        facts: Facts of the training data.

    Raises:
        DataError: Both have several labels, and none in common.
    """
    gold_labels = {relation.label for document in gold for relation in document.relations}
    fact_labels = {fact.label for fact in facts}
    # A single label may be missing by chance.
    if min(len(gold_labels), len(fact_labels)) > 1 and gold_labels.isdisjoint(fact_labels):
        raise DataError(
            f"train_facts: none of their relation labels ({_listed(fact_labels)}) occurs in gold "
            f"({_listed(gold_labels)}); read both with the same label names, or give the training "
            "file as jsonl, converted as gold was"
        )


def _ratios(counts: Counts, known: int) -> Ratios:
    precision = ratio(counts.tp - known, counts.predicted - known)
    recall = ratio(counts.tp, counts.gold)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Ratios(precision, recall, f1, counts.gold)


def _listed(labels: set[str]) -> str:
    shown = ", ".join(repr(label) for label in sorted(labels)[:3])
    return f"{shown}, …" if len(labels) > 3 else shown

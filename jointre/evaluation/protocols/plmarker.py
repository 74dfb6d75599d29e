"""PlmarkerMetric: symmetric relations count twice, and overlapping predictions are removed."""

from collections.abc import Iterable
from typing import ClassVar, final

from jointre.data.schema import Document
from jointre.evaluation.matching import (
    Mention,
    Triple,
    by_score,
    match_sets,
    mentions,
    suppress,
    triples,
)
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Tally


@final
@Metric.register("plmarker")
class PlmarkerMetric(Metric):
    """The evaluation of PL-Marker: sets, with symmetric relations in both directions.

    A symmetric relation stands for both of its directions, in gold and in predictions. It counts
    twice, and it may be annotated or predicted in either direction. Other relations count once.

    Overlapping predictions are removed, beginning with the highest score. (Predictions without a
    score come last, in their order.) An entity is removed if it overlaps a remaining entity of
    its type. A triple is removed if it overlaps a remaining triple of its label in the head and in
    the tail, in the predicted direction. Entities and triples are treated separately: a triple
    remains if an entity that it names is removed. Gold is never removed.

    Blocks: ``entity`` compares (span, type); ``relation_boundary`` compares both spans and the
    label; ``relation_strict`` also compares the entity types.

    Paper: Ye et al. 2022, https://arxiv.org/abs/2109.06067.

    Differences: The released model predicts one label for each pair. This is part of its decoding
    and not of its scoring, so it is not enforced here.

    Args:
        symmetric: Relation labels that count in both directions (in the released code, PER-SOC in
            ACE, CONJUNCTION and COMPARE in SciERC).
    """

    blocks: ClassVar[tuple[str, ...]] = ("entity", "relation_boundary", "relation_strict")

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        gold_mentions = {mention for mention, _ in mentions(gold)}
        wanted = self._both_ways(triple for triple, _ in triples(gold, self.registered_name))
        given = self._both_ways(thin_triples(triples(predicted, self.registered_name)))
        return {
            "entity": match_sets(gold_mentions, thin_mentions(mentions(predicted))),
            "relation_boundary": match_sets(
                (triple.boundary for triple in wanted), (triple.boundary for triple in given)
            ),
            "relation_strict": match_sets(wanted, given),
        }

    def _both_ways(self, triples: Iterable[Triple]) -> set[Triple]:
        triples = set(triples)
        return triples | {triple.reversed() for triple in triples if triple.label in self.symmetric}


def thin_mentions(mentions: list[tuple[Mention, float | None]]) -> list[Mention]:
    """Mentions, except those that overlap a mention of their label with a higher score."""
    groups: dict[str | None, list[Mention]] = {}
    for mention in by_score(mentions):
        groups.setdefault(mention.label, []).append(mention)
    return [
        group[index]
        for group in groups.values()
        for index in suppress([(mention,) for mention in group])
    ]


def thin_triples(triples: list[tuple[Triple, float | None]]) -> list[Triple]:
    """Triples, except those whose head and tail overlap those of a better triple of their label."""
    groups: dict[str, list[Triple]] = {}
    for triple in by_score(triples):
        groups.setdefault(triple.label, []).append(triple)
    return [
        group[index]
        for group in groups.values()
        for index in suppress([(triple.head, triple.tail) for triple in group])
    ]

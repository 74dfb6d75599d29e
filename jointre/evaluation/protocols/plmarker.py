"""PlmarkerMetric: symmetric relations count twice, overlapping predictions are thinned out."""

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

    A symmetric relation stands for both of its directions, in gold and in predictions:
    it counts 2, whichever direction is annotated or predicted. Others count 1.

    Predictions are thinned out, highest score first (in the order given when they have no
    score; what has none comes after what has one): an entity goes when it overlaps a kept
    entity of its type; a triple goes when a kept one of its label overlaps it in the head
    and in the tail, as directed in the prediction. The two lists are thinned out each by
    itself: a triple does not go with the entity it names. Gold is never thinned out.

    Blocks: ``entity`` compares (span, type); ``relation_boundary`` both spans and the
    label; ``relation_strict`` the entity types too.

    Paper: Ye et al. 2022, https://arxiv.org/abs/2109.06067.

    Differences: the one label for each pair is the released model's decoding, not its
    scoring, and is not enforced here.

    Args:
        symmetric: relation labels that count in both directions (there: PER-SOC in ACE,
            CONJUNCTION and COMPARE in SciERC).
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

    def _both_ways(self, found: Iterable[Triple]) -> set[Triple]:
        once = set(found)
        return once | {triple.reversed() for triple in once if triple.label in self.symmetric}


def thin_mentions(found: list[tuple[Mention, float | None]]) -> list[Mention]:
    """Mentions without those that overlap a better one of their label."""
    groups: dict[str | None, list[Mention]] = {}
    for mention in by_score(found):
        groups.setdefault(mention.label, []).append(mention)
    return [
        group[index]
        for group in groups.values()
        for index in suppress([(mention,) for mention in group])
    ]


def thin_triples(found: list[tuple[Triple, float | None]]) -> list[Triple]:
    """Triples without those that overlap a better one of their label in head and tail."""
    groups: dict[str, list[Triple]] = {}
    for triple in by_score(found):
        groups.setdefault(triple.label, []).append(triple)
    return [
        group[index]
        for group in groups.values()
        for index in suppress([(triple.head, triple.tail) for triple in group])
    ]

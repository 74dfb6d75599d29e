"""SpertMetric: sets of typed spans and triples, symmetric relations counted once."""

from collections.abc import Iterable
from itertools import pairwise
from typing import ClassVar, final

from jointre.data.schema import Document
from jointre.evaluation.matching import Mention, Triple, left_to_right, match_sets, mentions
from jointre.evaluation.matching import triples as read_triples
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Tally


@final
@Metric.register("spert")
class SpertMetric(Metric):
    """The evaluation of SpERT and SINET, the default.

    Blocks: ``entity`` compares (span, type); ``relation_boundary`` ("Rel", without NEC)
    compares both spans and the label; ``relation_strict`` ("Rel+", with NEC) also compares the
    entity types. Each block compares sets, so duplicates count once; in ``relation_boundary``
    these include triples that differ only in entity types. An entity with a wrong type is one
    wrong and one missed entity. Gold is never filtered: entities that are too wide or were cut
    off count as missed.

    Symmetric relations are ordered from left to right in gold and predictions, by the starts of
    their arguments. So a relation that is predicted in the reverse direction, or in both, is one
    correct relation. Arguments that start at the same token keep their order.

    Paper: Eberts and Ulges 2020, https://arxiv.org/abs/1909.07755.

    Args:
        symmetric: Relation labels whose direction has no meaning.
        no_overlapping: Whether to ignore every entity that overlaps another one of its document,
            and every relation whose arguments overlap, in gold and predictions.

    Example:
        >>> from jointre.data.schema import Document, Entity, Span
        >>> gold = Document("d", ("Marie", "Curie"), entities=(Entity("Per", (Span(0, 2),)),))
        >>> none = Document("d", ("Marie", "Curie"))
        >>> SpertMetric(frozenset()).score([gold, gold], [gold, none]).flat()["entity_recall"]
        0.5
    """

    blocks: ClassVar[tuple[str, ...]] = ("entity", "relation_boundary", "relation_strict")

    def __init__(self, symmetric: frozenset[str], no_overlapping: bool = False) -> None:
        super().__init__(symmetric)
        self.no_overlapping = no_overlapping

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        entities = [self._entities(document) for document in (gold, predicted)]
        relations = [self._relations(document) for document in (gold, predicted)]
        boundary = [[triple.boundary for triple in triples] for triples in relations]
        strict = [[triple.strict for triple in triples] for triples in relations]
        return {
            "entity": match_sets(entities[0], entities[1]),
            "relation_boundary": match_sets(boundary[0], boundary[1]),
            "relation_strict": match_sets(strict[0], strict[1]),
        }

    def _entities(self, document: Document) -> set[Mention]:
        entities = {mention for mention, _ in mentions(document)}
        return without_overlaps(entities) if self.no_overlapping else entities

    def _relations(self, document: Document) -> list[Triple]:
        triples = [triple for triple, _ in read_triples(document, self.registered_name)]
        if self.no_overlapping:
            triples = [triple for triple in triples if not triple.head.overlaps(triple.tail)]
        return [left_to_right(triple, self.symmetric) for triple in triples]


def without_overlaps(mentions: Iterable[Mention]) -> set[Mention]:
    """The mentions that share no token with another mention.

    Two types of one span overlap; repetitions of a mention count as one mention.
    """
    ordered = sorted(set(mentions), key=lambda mention: (mention.start, mention.end))
    overlapping: set[Mention] = set()
    reach = 0
    for index, mention in enumerate(ordered):
        if index and mention.start < reach:
            overlapping.add(mention)
        reach = max(reach, mention.end)
    # A mention that overlaps any later one overlaps the next one, because starts are sorted.
    overlapping.update(
        mention for mention, following in pairwise(ordered) if following.start < mention.end
    )
    return set(ordered) - overlapping

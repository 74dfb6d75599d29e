"""Errors by kind: what went wrong with each entity and relation that does not match."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from jointre.data.schema import Document
from jointre.evaluation.matching import Mention, Triple, left_to_right, mentions, triples
from jointre.evaluation.metric import check_pairs

ENTITY_KINDS = ("correct", "type", "boundary", "missed", "spurious")
RELATION_KINDS = ("correct", "type", "direction", "label", "boundary", "missed", "spurious")

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item]):
    """One gold item, one predicted item, or two that belong together.

    Args:
        document: id of the document.
        kind: one of ``ENTITY_KINDS`` or ``RELATION_KINDS``.
        gold: the annotated item, None when spurious.
        predicted: the predicted item, None when missed.
    """

    document: str
    kind: str
    gold: Item | None
    predicted: Item | None


def errors_by_kind(
    gold: Sequence[Document],
    predicted: Sequence[Document],
    symmetric: frozenset[str] = frozenset(),
) -> dict[str, dict[str, int]]:
    """How many entities and relations are correct or wrong in each way.

    Every predicted and every gold item (duplicates collapsed) is counted exactly once,
    and a pair of them once as well: predicted items are all kinds but ``missed``, gold
    items all kinds but ``spurious``.

    Args:
        gold: annotated documents.
        predicted: the same documents in the same order, as predicted.
        symmetric: relation labels whose direction has no meaning.

    Raises:
        DataError: the documents do not belong together, or a relation links entities of
            several mentions.
    """
    counts = {
        "entity": dict.fromkeys(ENTITY_KINDS, 0),
        "relation": dict.fromkeys(RELATION_KINDS, 0),
    }
    check_pairs(gold, predicted)
    for one, other in zip(gold, predicted, strict=True):
        for entity in entity_outcomes(one, other):
            counts["entity"][entity.kind] += 1
        for relation in relation_outcomes(one, other, symmetric):
            counts["relation"][relation.kind] += 1
    return counts


def entity_outcomes(gold: Document, predicted: Document) -> list[Outcome[Mention]]:
    """What became of each entity mention of one document, best explanation first.

    ``type``: the span is right, its label is not. ``boundary``: the label is right and the
    spans overlap. What is left over is ``missed`` or ``spurious``.
    """
    pairing = _Pairing[Mention](
        gold.id,
        list(dict.fromkeys(mention for mention, _ in mentions(gold))),
        list(dict.fromkeys(mention for mention, _ in mentions(predicted))),
    )
    pairing.match("correct", lambda one: one)
    pairing.match("type", lambda one: one.span)
    pairing.match("boundary", lambda one: one.label, Mention.overlaps)
    return pairing.finish()


def relation_outcomes(
    gold: Document, predicted: Document, symmetric: frozenset[str] = frozenset()
) -> list[Outcome[Triple]]:
    """What became of each relation of one document, best explanation first.

    ``type``: spans and label are right, an entity type is not. ``direction``: right but
    for head and tail, which are exchanged. ``label``: the pair of spans is right, its label
    is not. ``boundary``: the label is right, head overlaps head and tail overlaps tail.
    What is left over is ``missed`` or ``spurious``. Symmetric relations are read from left
    to right.

    Raises:
        DataError: an argument has several mentions.
    """
    wanted, given = (
        list(
            dict.fromkeys(
                left_to_right(one, symmetric) for one, _ in triples(document, "errors by kind")
            )
        )
        for document in (gold, predicted)
    )
    pairing = _Pairing[Triple](gold.id, wanted, given)
    pairing.match("correct", lambda one: one)
    pairing.match("type", lambda one: one.boundary)
    pairing.match(
        "direction", lambda one: one.boundary, of_gold=lambda one: one.reversed().boundary
    )
    pairing.match("label", lambda one: (one.head.span, one.tail.span))
    pairing.match("boundary", lambda one: one.label, _arguments_overlap)
    return pairing.finish()


def _reversed(one: Triple) -> Hashable:
    return one.reversed().boundary


def _arguments_overlap(one: Triple, other: Triple) -> bool:
    return one.head.overlaps(other.head) and one.tail.overlaps(other.tail)


class _Pairing(Generic[Item]):
    """Pairs gold with predicted items, each used once, by one rule after the other."""

    def __init__(self, document: str, gold: list[Item], predicted: list[Item]) -> None:
        self.document = document
        self.gold = gold
        self.predicted = predicted
        self.outcomes: list[Outcome[Item]] = []

    def match(
        self,
        kind: str,
        key: Callable[[Item], Hashable],
        also: Callable[[Item, Item], bool] | None = None,
        of_gold: Callable[[Item], Hashable] | None = None,
    ) -> None:
        """Pairs what has the same key (and fulfils ``also``), in the order given."""
        waiting: dict[Hashable, list[Item]] = {}
        for item in self.gold:
            waiting.setdefault((of_gold or key)(item), []).append(item)
        rest = []
        for item in self.predicted:
            candidates = waiting.get(key(item), [])
            partner = next((one for one in candidates if not also or also(one, item)), None)
            if partner is None:
                rest.append(item)
            else:
                candidates.remove(partner)
                self.outcomes.append(Outcome(self.document, kind, partner, item))
        self.predicted = rest
        self.gold = [item for group in waiting.values() for item in group]

    def finish(self) -> list[Outcome[Item]]:
        """All outcomes; whatever is still alone is missed or spurious."""
        missed = [Outcome(self.document, "missed", item, None) for item in self.gold]
        spurious = [Outcome(self.document, "spurious", None, item) for item in self.predicted]
        return [*self.outcomes, *missed, *spurious]

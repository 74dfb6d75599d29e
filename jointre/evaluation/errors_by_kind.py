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
    """A gold item, a predicted item, or a pair of both.

    Args:
        document: Id of the document.
        kind: One of ``ENTITY_KINDS`` or ``RELATION_KINDS``.
        gold: Annotated item; None if the predicted item is spurious.
        predicted: Predicted item; None if the gold item is missed.
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

    Every predicted and every gold item (duplicates collapsed) is counted exactly once, and a pair
    of them counts once. So the number of predicted items is the sum of all kinds except ``missed``,
    and the number of gold items that of all kinds except ``spurious``.

    Args:
        gold: Annotated documents.
        predicted: The same documents in the same order, as predicted.
        symmetric: Relation labels whose direction has no meaning.

    Raises:
        DataError: The documents do not belong together, or a relation links entities of several
            mentions.
    """
    counts = {
        "entity": dict.fromkeys(ENTITY_KINDS, 0),
        "relation": dict.fromkeys(RELATION_KINDS, 0),
    }
    check_pairs(gold, predicted)
    for gold_document, predicted_document in zip(gold, predicted, strict=True):
        for entity in entity_outcomes(gold_document, predicted_document):
            counts["entity"][entity.kind] += 1
        for relation in relation_outcomes(gold_document, predicted_document, symmetric):
            counts["relation"][relation.kind] += 1
    return counts


def entity_outcomes(gold: Document, predicted: Document) -> list[Outcome[Mention]]:
    """The outcome of each entity mention of a document; the best explanation is tried first.

    ``type``: the span is correct, but not its label. ``boundary``: the label is correct and the
    spans overlap. All other mentions are ``missed`` or ``spurious``.
    """
    pairing = _Pairing[Mention](
        gold.id,
        list(dict.fromkeys(mention for mention, _ in mentions(gold))),
        list(dict.fromkeys(mention for mention, _ in mentions(predicted))),
    )
    pairing.match("correct", lambda mention: mention)
    pairing.match("type", lambda mention: mention.span)
    pairing.match("boundary", lambda mention: mention.label, Mention.overlaps)
    return pairing.finish()


def relation_outcomes(
    gold: Document, predicted: Document, symmetric: frozenset[str] = frozenset()
) -> list[Outcome[Triple]]:
    """The outcome of each relation of a document; the best explanation is tried first.

    ``type``: spans and label are correct, but not an entity type. ``direction``: correct except
    that head and tail are exchanged. ``label``: the pair of spans is correct, but not its label.
    ``boundary``: the label is correct, the heads overlap and the tails overlap. All other relations
    are ``missed`` or ``spurious``. Symmetric relations are read from left to right.

    Raises:
        DataError: An argument has several mentions.
    """
    gold_triples, predicted_triples = (
        list(
            dict.fromkeys(
                left_to_right(triple, symmetric)
                for triple, _ in triples(document, "errors by kind")
            )
        )
        for document in (gold, predicted)
    )
    pairing = _Pairing[Triple](gold.id, gold_triples, predicted_triples)
    pairing.match("correct", lambda triple: triple)
    pairing.match("type", lambda triple: triple.boundary)
    pairing.match(
        "direction",
        lambda triple: triple.boundary,
        gold_key=lambda triple: triple.reversed().boundary,
    )
    pairing.match("label", lambda triple: (triple.head.span, triple.tail.span))
    pairing.match("boundary", lambda triple: triple.label, _arguments_overlap)
    return pairing.finish()


def _arguments_overlap(gold: Triple, predicted: Triple) -> bool:
    return gold.head.overlaps(predicted.head) and gold.tail.overlaps(predicted.tail)


class _Pairing(Generic[Item]):
    """Pairs gold items with predicted ones by several rules in turn; each item is used once."""

    def __init__(self, document: str, gold: list[Item], predicted: list[Item]) -> None:
        self.document = document
        self.gold = gold
        self.predicted = predicted
        self.outcomes: list[Outcome[Item]] = []

    def match(
        self,
        kind: str,
        key: Callable[[Item], Hashable],
        condition: Callable[[Item, Item], bool] = lambda gold, predicted: True,
        gold_key: Callable[[Item], Hashable] | None = None,
    ) -> None:
        """Pair the remaining items by a rule, in their order.

        Args:
            kind: Kind of the outcomes.
            key: Key of an item; two items with equal keys may be paired.
            condition: Says whether a gold and a predicted item with equal keys are paired.
            gold_key: Key of a gold item; None: ``key``.
        """
        unpaired_gold: dict[Hashable, list[Item]] = {}
        for item in self.gold:
            unpaired_gold.setdefault((gold_key or key)(item), []).append(item)
        unpaired = []
        for item in self.predicted:
            candidates = unpaired_gold.get(key(item), [])
            partner = next((gold for gold in candidates if condition(gold, item)), None)
            if partner is None:
                unpaired.append(item)
            else:
                candidates.remove(partner)
                self.outcomes.append(Outcome(self.document, kind, partner, item))
        self.predicted = unpaired
        self.gold = [item for group in unpaired_gold.values() for item in group]

    def finish(self) -> list[Outcome[Item]]:
        """All outcomes; items without a partner are missed or spurious."""
        missed = [Outcome(self.document, "missed", item, None) for item in self.gold]
        spurious = [Outcome(self.document, "spurious", None, item) for item in self.predicted]
        return [*self.outcomes, *missed, *spurious]

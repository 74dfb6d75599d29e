"""Mentions and links of a PubTator document as entities, one per concept, and relations."""

from collections.abc import Iterable
from itertools import product
from typing import Literal

from jointre.data.mentions import agreed_label
from jointre.data.schema import Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.formats.pubtator.ids import NO_CONCEPT, split_ids
from jointre.formats.pubtator.lines import ConceptLink, Mention

MultiId = Literal["all", "first", "drop"]
Ungrounded = Literal["drop", "singleton"]


class Concepts:
    """Collects the entities of one document while it is read, in the order of first mentions.

    Args:
        multi_id: What happens to a mention with several identifiers: it belongs to all of their
            concepts, to the first, or to none.
        ungrounded: What happens to a mention without a concept: it is skipped or becomes a separate
            entity.
        skipped: Counts what is skipped or decided.
    """

    def __init__(self, multi_id: MultiId, ungrounded: Ungrounded, skipped: SkippedData) -> None:
        self._multi_id = multi_id
        self._ungrounded = ungrounded
        self._skipped = skipped
        # Label and span of the mentions of each concept; entities without one have numbers as keys.
        self._mentions_of: dict[str | int, list[tuple[str, Span]]] = {}

    def add(self, mention: Mention, span: Span, location: str) -> None:
        """Add a mention that covers the words ``span`` to its concepts."""
        if len(mention.ids) > 1 and self._multi_id == "drop":
            self._skipped.add("mentions with several identifiers skipped", location)
            return
        ids = [name for name in dict.fromkeys(mention.ids) if name not in NO_CONCEPT]
        if self._multi_id == "first" and len(ids) > 1:
            self._skipped.add("further identifiers of mentions skipped", location, len(ids) - 1)
            ids = ids[:1]
        if not ids and self._ungrounded == "drop":
            self._skipped.add("mentions without a concept skipped", location)
            return
        names: list[str | int] = [*ids] or [len(self._mentions_of)]
        for name in names:
            group = self._mentions_of.setdefault(name, [])
            if (mention.label, span) in group:
                self._skipped.add("mentions listed twice in one entity kept once", location)
            else:
                group.append((mention.label, span))

    def entities(self, location: str) -> list[Entity]:
        """The entities; a concept whose mentions differ in type gets the most frequent type."""
        entities = []
        for name, group in self._mentions_of.items():
            labels = [label for label, _ in group]
            if len(set(labels)) > 1:
                kind = "entities whose mentions differ in type given the most frequent"
                self._skipped.add(kind, f"{location}, concept {name!r}")
            mentions = tuple(dict.fromkeys(span for _, span in group))
            concept = name if isinstance(name, str) else None
            entities.append(Entity(agreed_label(labels), mentions, id=concept))
        return entities

    def relations(self, links: Iterable[tuple[str, ConceptLink]]) -> list[Relation]:
        """The relations of the links whose concepts have mentions; other links are counted.

        A link that names a list of concepts is one relation per concept.

        Args:
            links: Location and content of each link.
        """
        index = {name: number for number, name in enumerate(self._mentions_of)}
        relations = []
        for location, link in links:
            pairs = list(product(split_ids(link.head), split_ids(link.tail)))
            if len(pairs) > 1:
                kind = "relations of lists of concepts read as one relation per concept"
                self._skipped.add(kind, location)
            for names in pairs:
                head, tail = (index.get(name) for name in names)
                if head is None or tail is None:
                    kind = "relations of concepts without a mention skipped"
                    self._skipped.add(
                        kind, f"{location}, {names[0] if head is None else names[1]!r}"
                    )
                else:
                    relations.append(Relation(link.label, head, tail))
        return relations

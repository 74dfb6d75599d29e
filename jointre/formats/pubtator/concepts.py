"""Mentions and links of a PubTator document become entities, one a concept, and relations."""

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
        self._losses = skipped
        # Entities without a concept are under numbers.
        self._found: dict[str | int, list[tuple[str, Span]]] = {}

    def add(self, mention: Mention, span: Span, place: str) -> None:
        """Adds a mention that covers the words ``span`` to its concepts."""
        if len(mention.ids) > 1 and self._multi_id == "drop":
            self._losses.add("mentions with several identifiers skipped", place)
            return
        ids = [name for name in dict.fromkeys(mention.ids) if name not in NO_CONCEPT]
        if self._multi_id == "first" and len(ids) > 1:
            self._losses.add("further identifiers of mentions skipped", place, len(ids) - 1)
            ids = ids[:1]
        if not ids and self._ungrounded == "drop":
            self._losses.add("mentions without a concept skipped", place)
            return
        names: list[str | int] = [*ids] or [len(self._found)]
        for name in names:
            group = self._found.setdefault(name, [])
            if (mention.label, span) in group:
                self._losses.add("mentions listed twice in one entity kept once", place)
            else:
                group.append((mention.label, span))

    def entities(self, place: str) -> list[Entity]:
        """The entities; a concept whose mentions differ in type takes the most frequent."""
        entities = []
        for name, group in self._found.items():
            labels = [label for label, _ in group]
            if len(set(labels)) > 1:
                kind = "entities whose mentions differ in type given the most frequent"
                self._losses.add(kind, f"{place}, concept {name!r}")
            mentions = tuple(dict.fromkeys(span for _, span in group))
            concept = name if isinstance(name, str) else None
            entities.append(Entity(agreed_label(labels), mentions, id=concept))
        return entities

    def relations(self, links: Iterable[tuple[str, ConceptLink]]) -> list[Relation]:
        """The relations of the links whose concepts have mentions; other links are counted.

        A link that names a list of concepts is one relation per concept.

        Args:
            links: The place of each link, and the link.
        """
        index = {name: number for number, name in enumerate(self._found)}
        relations = []
        for place, link in links:
            pairs = list(product(split_ids(link.head), split_ids(link.tail)))
            if len(pairs) > 1:
                kind = "relations of lists of concepts read as one relation per concept"
                self._losses.add(kind, place)
            for names in pairs:
                head, tail = (index.get(name) for name in names)
                if head is None or tail is None:
                    kind = "relations of concepts without a mention skipped"
                    self._losses.add(kind, f"{place}, {names[0] if head is None else names[1]!r}")
                else:
                    relations.append(Relation(link.label, head, tail))
        return relations

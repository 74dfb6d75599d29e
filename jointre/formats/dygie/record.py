"""The annotations of a DyGIE document: its lists as entities, relations, clusters, and back."""

from collections.abc import Sequence
from typing import Any

from jointre.data.fields import integer, sequence, shown, string
from jointre.data.schema import Document, Entity, Relation, Span, extra_keys, written_id
from jointre.data.sentences import sentence_of, sentences_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.plurals import counted

KEYS = frozenset({"sentences", "ner", "relations", "clusters"})


class DygieAnnotation:
    """Collects entities, relations and clusters of one document while it is read.

    Args:
        borders: Sentences, as spans of the document.
        location: Location of the document, for messages.
        skipped: Counts what is skipped.
        predictions: Whether items end with a probability, and arguments of relations and mentions
            of clusters need not be predicted entities.
    """

    def __init__(
        self,
        borders: Sequence[Span],
        location: str,
        skipped: SkippedData,
        predictions: bool = False,
    ) -> None:
        self.entities: list[Entity] = []
        self.relations: list[Relation] = []
        self.clusters: list[tuple[int, ...]] = []
        self._borders = borders
        self._size = borders[-1].end if borders else 0
        self._location = location
        self._skipped = skipped
        self._predictions = predictions
        self._last_entity: dict[Span, int] = {}

    def read_ner(self, value: Any) -> None:
        """Entities: per sentence a list of ``[start, end, label]``; more fields are scores."""
        seen: set[tuple[Span, str]] = set()
        for sentence, what, item in self._items(value, "ner", 3):
            label = string(item[2], self._location, f"{what}[2]")
            span = self._span(item, 0, what)
            if span is None:
                continue
            if (span, label) in seen:
                self._count_skipped("entities listed twice kept once", what)
                continue
            seen.add((span, label))
            if sentence_of(span, self._borders) != sentence:
                self._count_skipped("entities outside the sentence that lists them, kept", what)
            self._last_entity[span] = len(self.entities)
            self.entities.append(Entity(label, (span,), self._score(item, 3, what)))

    def read_relations(self, value: Any, capitalize: bool) -> None:
        """Relations: per sentence a list of ``[start, end, start, end, label]``."""
        for _, what, item in self._items(value, "relations", 5):
            label = string(item[4], self._location, f"{what}[4]")
            spans = self._span(item, 0, what), self._span(item, 2, what)
            if spans[0] is None or spans[1] is None:
                continue
            head, tail = self._argument(spans[0]), self._argument(spans[1])
            if head is None or tail is None:
                self._count_skipped(
                    "relations skipped, because their head or tail is not an entity", what
                )
                continue
            name = label.capitalize() if capitalize else label
            self.relations.append(Relation(name, head, tail, self._score(item, 5, what)))

    def _argument(self, span: Span) -> int | None:
        """Index of the entity of a span; a prediction may name a span that has no label."""
        if self._predictions and span not in self._last_entity:
            self._last_entity[span] = len(self.entities)
            self.entities.append(Entity(None, (span,)))
        return self._last_entity.get(span)

    def _score(self, item: Sequence[Any], size: int, what: str) -> float | None:
        """The probability that ends a predicted item."""
        if not self._predictions or len(item) == size:
            return None
        value = item[-1]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DataError(f"{self._location}: {what} ends with {shown(value)}, not a probability")
        return float(value)

    def read_clusters(self, value: Any) -> None:
        """Clusters: lists of ``[start, end]``."""
        for index, group in enumerate(sequence(value, self._location, "clusters")):
            members = []
            for number, item in enumerate(sequence(group, self._location, f"clusters[{index}]")):
                what = f"clusters[{index}][{number}]"
                span = self._span(self._fields(item, 2, what), 0, what)
                if span is None:
                    continue
                member = self._argument(span)
                if member is not None:
                    members.append(member)
                else:
                    self._count_skipped("cluster mentions that are not entities skipped", what)
            if members or not group:
                self.clusters.append(tuple(members))

    def _items(self, value: Any, key: str, size: int) -> list[tuple[int, str, list[Any]]]:
        groups = sequence(value, self._location, key)
        if groups and len(groups) != len(self._borders):
            raise DataError(
                f"{self._location}: {key} has {counted(len(groups), 'lists')} for "
                f"{counted(len(self._borders), 'sentences')}; there must be one per sentence"
            )
        located_items = []
        for sentence, group in enumerate(groups):
            for number, item in enumerate(sequence(group, self._location, f"{key}[{sentence}]")):
                what = f"{key}[{sentence}][{number}]"
                located_items.append((sentence, what, self._fields(item, size, what)))
        return located_items

    def _fields(self, item: Any, size: int, what: str) -> list[Any]:
        fields = sequence(item, self._location, what)
        if len(fields) < size:
            raise DataError(f"{self._location}: {what} needs {size} values, not {shown(item)}")
        if len(fields) > size and not self._predictions:
            self._count_skipped("further values of annotations skipped", what, len(fields) - size)
        return fields

    def _span(self, item: Sequence[Any], at: int, what: str) -> Span | None:
        first, last = (integer(item[at + i], self._location, f"{what}[{at + i}]") for i in (0, 1))
        if last < first:
            raise DataError(f"{self._location}: {what} ends at {last}, before its start {first}")
        if first < 0 or last >= self._size:
            self._count_skipped(
                f"{what.partition('[')[0]} with spans outside the document skipped", what
            )
            return None
        return Span(first, last + 1)

    def _count_skipped(self, kind: str, what: str, count: int = 1) -> None:
        self._skipped.add(kind, f"{self._location}, {what}", count)


def record_of(document: Document, skipped: SkippedData) -> dict[str, Any]:
    """The JSON object of a document whose entities have one mention each.

    Args:
        document: Document to write.
        skipped: Counts relations and cluster mentions that will be read as those of another entity.
    """
    borders = sentences_of(document)
    ner: list[list[list[Any]]] = [[] for _ in borders]
    relations: list[list[list[Any]]] = [[] for _ in borders]
    last_entity: dict[Span, int] = {}
    for index, entity in enumerate(document.entities):
        sentence = _sentence_of_start(entity.span, borders)
        ner[sentence].append([*_inclusive(entity.span), entity.label])
        last_entity[entity.span] = index
    for relation in document.relations:
        head, tail = (document.entities[index].span for index in (relation.head, relation.tail))
        if (last_entity[head], last_entity[tail]) != (relation.head, relation.tail):
            skipped.add(
                "relations of a span with two labels moved to the last",
                f"document {document.id!r}, {relation.label}",
            )
        fields = [*_inclusive(head), *_inclusive(tail), relation.label]
        relations[_sentence_of_start(head, borders)].append(fields)
    members = [member for group in document.clusters for member in group]
    moved = sum(last_entity[document.entities[member].span] != member for member in members)
    if moved:
        kind = "cluster mentions of a span with two labels moved to the last"
        skipped.add(kind, f"document {document.id!r}", moved)
    return {
        **extra_keys(document, KEYS, skipped),
        "doc_key": written_id(document, "doc_key"),
        "sentences": [list(document.tokens[start:end]) for start, end in borders],
        "ner": ner,
        "relations": relations,
        "clusters": [
            [_inclusive(document.entities[member].span) for member in group]
            for group in document.clusters
        ],
    }


def _inclusive(span: Span) -> list[int]:
    return [span.start, span.end - 1]


def _sentence_of_start(span: Span, borders: Sequence[Span]) -> int:
    """The sentence where a span begins."""
    sentence = sentence_of(Span(span.start, span.start + 1), borders)
    if sentence is None:  # sentences_of guarantees that sentences cover the document
        raise AssertionError(f"{span} begins in none of {borders}")
    return sentence

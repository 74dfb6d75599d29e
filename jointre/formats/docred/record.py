"""The annotations of a DocRED document: its lists as entities and relations, and back."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from jointre.data.fields import integer, mapping, pair, sequence, span, string
from jointre.data.kept_entities import links_of_kept
from jointre.data.mentions import agreed_label, keep_mentions
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.sentences import sentence_of, sentences_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.docred.rel_info import name_of
from jointre.plurals import there_are

MixedTypes = Literal["majority", "first"]
ANNOTATED = ("vertexSet", "labels")
KEYS = frozenset({"sents", *ANNOTATED})


class DocredAnnotation:
    """Collects entities and relations of one document while it is read.

    Args:
        borders: Sentences, as spans of the document.
        location: Location of the document, for messages.
        skipped: Counts what is skipped or decided.
        mixed_types: Which type an entity gets if those of its mentions differ.
    """

    def __init__(
        self, borders: Sequence[Span], location: str, skipped: SkippedData, mixed_types: MixedTypes
    ) -> None:
        self.entities: list[Entity] = []
        self.relations: list[Relation] = []
        self._borders = borders
        self._location = location
        self._skipped = skipped
        self._mixed_types: MixedTypes = mixed_types
        self._mentioned_rows: list[
            int
        ] = []  # indices, in the file, of the entities that have mentions
        self._count = 0

    def read_record(self, record: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """Read the vertices and labels of a record; missing ones count as empty.

        Args:
            record: The record of a document.
            names: Name of each relation code; empty if names are not known.
        """
        vertices, labels = (record.get(key) for key in ANNOTATED)
        self.read_entities([] if vertices is None else vertices)
        self.read_relations([] if labels is None else labels, names)

    def read_entities(self, value: Any) -> None:
        """Entities: lists of mentions ``{name, sent_id, pos, type}``; ``pos`` is half-open."""
        groups = sequence(value, self._location, "vertexSet")
        self._count = len(groups)
        for index, group in enumerate(groups):
            what = f"vertexSet[{index}]"
            labels, spans = [], []
            for number, item in enumerate(sequence(group, self._location, what)):
                label, mention = self._mention(item, f"{what}[{number}]")
                labels.append(label)
                spans.append(mention)
            if not spans:
                self._count_skipped("entities without a mention skipped", what)
                continue
            distinct = tuple(dict.fromkeys(spans))
            if len(distinct) < len(spans):
                kind = "mentions listed twice in one entity kept once"
                self._count_skipped(kind, what, len(spans) - len(distinct))
            if len(set(labels)) > 1:
                how = {"majority": "the most frequent", "first": "that of the first mention"}
                kind = "entities whose mentions differ in type given"
                self._count_skipped(f"{kind} {how[self._mixed_types]}", what)
            self._mentioned_rows.append(index)
            self.entities.append(Entity(agreed_label(labels, self._mixed_types), distinct))

    def _mention(self, value: Any, what: str) -> tuple[str, Span]:
        item = mapping(value, self._location, what)
        sentence = integer(item.get("sent_id"), self._location, f"{what}.sent_id")
        if not 0 <= sentence < len(self._borders):
            raise DataError(
                f"{self._location}: {what}.sent_id is {sentence}, but "
                f"{there_are(len(self._borders), 'sentences')}, counted from 0"
            )
        border = self._borders[sentence]
        bounds = pair(item.get("pos"), self._location, f"{what}.pos")
        start, end = span(
            *bounds, border.width, self._location, f"{what}.pos in sentence {sentence}"
        )
        label = string(item.get("type"), self._location, f"{what}.type")
        return label, Span(border.start + start, border.start + end)

    def read_relations(self, value: Any, names: Mapping[str, str]) -> None:
        """Relations: ``{h, t, r, evidence}`` by indices into the entities read before."""
        relations = [
            self._relation(item, f"labels[{index}]", names)
            for index, item in enumerate(sequence(value, self._location, "labels"))
        ]
        location = f"{self._location}, labels"
        linked, _ = links_of_kept(self._mentioned_rows, relations, (), location, self._skipped)
        self.relations += linked

    def _relation(self, value: Any, what: str, names: Mapping[str, str]) -> Relation:
        item = mapping(value, self._location, what)
        ends = []
        for role in ("h", "t"):
            index = integer(item.get(role), self._location, f"{what}.{role}")
            if not 0 <= index < self._count:
                raise DataError(
                    f"{self._location}: {what}.{role} is {index}, but "
                    f"{there_are(self._count, 'entities')}, counted from 0"
                )
            ends.append(index)
        code = string(item.get("r"), self._location, f"{what}.r")
        name = name_of(code, names, f"{self._location}: {what}.r")
        return Relation(name, ends[0], ends[1], evidence=self._evidence(item, what))

    def _evidence(self, item: Mapping[str, Any], what: str) -> tuple[int, ...]:
        where = f"{what}.evidence"
        values = sequence(item.get("evidence", []), self._location, where)
        sentences = [integer(number, self._location, where) for number in values]
        existing = tuple(number for number in sentences if 0 <= number < len(self._borders))
        if len(existing) < len(sentences):
            kind = "sentences of evidence that do not exist skipped"
            self._count_skipped(kind, where, len(sentences) - len(existing))
        return existing

    def _count_skipped(self, kind: str, what: str, count: int = 1) -> None:
        self._skipped.add(kind, f"{self._location}, {what}", count)


def annotated(document: Document, names: Mapping[str, str]) -> dict[str, Any]:
    """The vertices and labels with which a document is written.

    Args:
        document: The document.
        names: Name of each relation code; empty if names are not known.
    """
    codes = {name: code for code, name in names.items()}
    return {"vertexSet": entities_of(document), "labels": relations_of(document, codes)}


def inside_sentences(document: Document, skipped: SkippedData) -> Document:
    """The document without mentions that cross a sentence border; these are counted.

    Entities that lose all of their mentions are removed with their relations, which are also
    counted.
    """
    borders = sentences_of(document)
    location = f"document {document.id!r}"
    inside, mentions, relations = keep_mentions(
        document, lambda mention: sentence_of(mention, borders) is not None
    )
    if mentions:
        skipped.add("mentions across sentences skipped", location, mentions)
    if relations:
        skipped.add("relations of entities without a mention skipped", location, relations)
    return inside


def entities_of(document: Document) -> list[list[dict[str, Any]]]:
    """The ``vertexSet`` of a document whose mentions lie within its sentences."""
    borders = sentences_of(document)
    return [
        [_mention_of(document, entity.label, mention, borders) for mention in entity.mentions]
        for entity in document.entities
    ]


def _mention_of(
    document: Document, label: str | None, mention: Span, borders: Sequence[Span]
) -> dict[str, Any]:
    sentence = sentence_of(mention, borders)
    if sentence is None:  # inside_sentences guarantees that there is one
        raise AssertionError(f"{mention} is in none of {borders}")
    start = borders[sentence].start
    return {
        "name": " ".join(document.tokens[mention.start : mention.end]),
        "sent_id": sentence,
        "pos": [mention.start - start, mention.end - start],
        "type": label,
    }


def relations_of(document: Document, codes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The ``labels`` of a document; ``codes`` are those of the relations' names."""
    return [
        {
            "r": codes.get(item.label, item.label),
            "h": item.head,
            "t": item.tail,
            "evidence": list(item.evidence),
        }
        for item in document.relations
    ]

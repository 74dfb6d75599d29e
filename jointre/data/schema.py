"""Document: the frozen record that every part of jointre reads and returns."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from jointre.data.annotation import Entity, Relation, Span, Triple
from jointre.data.char_spans import Offsets, chars_of
from jointre.data.record import RECORD_KEYS, arguments_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError, abbreviated
from jointre.plurals import counted, there_are

__all__ = ["Document", "Entity", "Relation", "Span", "Triple", "show_documents"]


@dataclass(frozen=True, slots=True)
class Document:
    """A tokenised text with its entities and relations; a sentence is a Document too.

    Args:
        id: Name of the document, unique within a file.
        tokens: Words of the document.
        text: The raw text, if it is known.
        offsets: First character of each token in ``text``, and the character after its last.
        sentences: Token spans that cover the document; empty means one sentence.
        entities: Entities with their mentions.
        relations: Relations between ``entities`` by index.
        clusters: Groups of indices into ``entities`` that corefer (in DyGIE files, where the
            types of mentions may differ within a cluster).
        flags: Remarks about the document, for example ``"truncated"``.
        extra: Fields of the format that jointre does not use, kept for writing.

    Raises:
        DataError: A span, an index or an offset lies outside the document.

    Example:
        >>> ada, rome = Entity("Person", (Span(0, 1),)), Entity("Place", (Span(3, 4),))
        >>> words = ("Ada", "lives", "in", "Rome")
        >>> Document(
        ...     "d", words, entities=(ada, rome), relations=(Relation("lives in", 0, 2),)
        ... )
        Traceback (most recent call last):
        jointre.errors.DataError: document 'd': relation 0 has tail 2, but there are 2 entities
    """

    id: str
    tokens: tuple[str, ...]
    text: str | None = None
    offsets: tuple[tuple[int, int], ...] | None = None
    sentences: tuple[Span, ...] = ()
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    clusters: tuple[tuple[int, ...], ...] = ()
    flags: tuple[str, ...] = field(default=(), compare=False)
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)

    def __post_init__(self) -> None:
        size = len(self.tokens)
        for index, entity in enumerate(self.entities):
            if not entity.mentions:
                raise self._wrong(f"entity {index} has no mention")
            for start, end in entity.mentions:
                if not 0 <= start < end <= size:
                    raise self._wrong(
                        f"entity {index} spans [{start}, {end}), "
                        f"but 0 <= start < end <= {size} tokens must hold"
                    )
        count = len(self.entities)
        for index, relation in enumerate(self.relations):
            for role, value in (("head", relation.head), ("tail", relation.tail)):
                if not 0 <= value < count:
                    raise self._wrong(
                        f"relation {index} has {role} {value}, but {there_are(count, 'entities')}"
                    )
        for group in self.clusters:
            if not all(0 <= member < count for member in group):
                raise self._wrong(f"a cluster {group} names an entity that does not exist")
        if self.offsets is not None and len(self.offsets) != size:
            raise self._wrong(
                f"{counted(len(self.offsets), 'offsets')} for {counted(size, 'tokens')}"
            )
        for start, end in self.sentences:
            if not 0 <= start <= end <= size:
                raise self._wrong(f"sentence [{start}, {end}) outside {size} tokens")

    def _wrong(self, problem: str) -> DataError:
        return DataError(f"document {abbreviated(self.id)}: {problem}")

    def text_of(self, span: Span) -> str:
        """The text of a span; without the raw text, its words with spaces between them.

        Example:
            >>> Document("d", ("Ada", "met", "Bob")).text_of(Span(0, 2))
            'Ada met'
        """
        if self.text is None or self.offsets is None:
            return " ".join(self.tokens[span.start : span.end])
        return self.text[self.offsets[span.start][0] : self.offsets[span.end - 1][1]]

    @property
    def entity_texts(self) -> tuple[str, ...]:
        """The text of the first mention of each entity.

        Example:
            >>> ada = Entity("Person", (Span(0, 1),))
            >>> Document("d", ("Ada", "left"), entities=(ada,)).entity_texts
            ('Ada',)
        """
        return tuple(self.text_of(entity.span) for entity in self.entities)

    def triples(self) -> list["Triple"]:
        """The relations in words, in the order of ``relations``.

        Example:
            >>> ada, rome = Entity("Person", (Span(0, 1),)), Entity("Place", (Span(3, 4),))
            >>> words = ("Ada", "lives", "in", "Rome")
            >>> document = Document(
            ...     "d", words, entities=(ada, rome), relations=(Relation("lives in", 0, 1, 0.9),)
            ... )
            >>> document.triples()
            [Triple(head_text='Ada', label='lives in', tail_text='Rome', score=0.9)]
        """
        texts = self.entity_texts
        return [
            Triple(texts[relation.head], relation.label, texts[relation.tail], relation.score)
            for relation in self.relations
        ]

    def to_dict(self) -> dict[str, Any]:
        """The document as a ``jsonl`` record of plain lists, strings and numbers.

        Keys of ``extra`` with the name of one of the record's own keys are omitted.

        Example:
            >>> Document("d", ("Ada",), entities=(Entity("Person", (Span(0, 1),)),)).to_dict()
            {'id': 'd', 'tokens': ['Ada'], \
'entities': [{'label': 'Person', 'mentions': [[0, 1]]}], 'relations': []}
        """
        return record_of(self, SkippedData())

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Document":
        """The document of a ``jsonl`` record; one with only ``text`` is cut into words.

        Args:
            record: ``{"tokens" or "text", "id"?, "entities"?, "relations"?, …}``.

        Raises:
            DataError: The value is not a record, or a part of it does not fit into a document.

        Example:
            >>> Document.from_dict({"id": "d", "tokens": ["Ada"]})
            Document(id='d', tokens=('Ada',), text=None, offsets=None, sentences=(), entities=(), \
relations=(), clusters=(), flags=(), extra={})
        """
        return cls(**arguments_of(record))

    def _repr_html_(self) -> str | None:
        """The HTML for notebooks, once ``show_documents`` was called; None before that."""
        return None if _notebook is None else _notebook(self)


def record_of(document: Document, skipped: SkippedData) -> dict[str, Any]:
    """The JSON object of a document, without keys that would be empty.

    Args:
        document: Document to write.
        skipped: Counts keys of ``extra`` that are keys of the format, and skipped offsets.
    """
    record: dict[str, Any] = {"id": written_id(document)}
    if document.text is not None:
        record["text"] = document.text
    record["tokens"] = list(document.tokens)
    offsets = _spelled(document, skipped)
    if offsets is not None:
        record["offsets"] = [list(item) for item in offsets]
    if document.sentences:
        record["sentences"] = [list(item) for item in document.sentences]
    record["entities"] = [_entity(item, offsets) for item in document.entities]
    record["relations"] = [_relation(item) for item in document.relations]
    if document.clusters:
        record["clusters"] = [list(group) for group in document.clusters]
    if document.flags:
        record["flags"] = list(document.flags)
    return record | {
        key: value
        for key, value in extra_keys(document, RECORD_KEYS, skipped).items()
        if key != "id"
    }


def _spelled(document: Document, skipped: SkippedData) -> Offsets | None:
    """The document's offsets; None if its text has other words there."""
    text, offsets = document.text, document.offsets
    if text is None or offsets is None:
        return offsets
    words = zip(document.tokens, offsets, strict=True)
    if all(text[left:right] == token for token, (left, right) in words):
        return offsets
    kind = "lists of character offsets that do not spell the words skipped"
    skipped.add(kind, f"document {document.id!r}")
    return None


def _entity(entity: Entity, offsets: Offsets | None) -> dict[str, Any]:
    item: dict[str, Any] = {"label": entity.label, "mentions": [list(m) for m in entity.mentions]}
    if offsets is not None:
        item["chars"] = [list(chars_of(mention, offsets)) for mention in entity.mentions]
    if entity.score is not None:
        item["score"] = entity.score
    if entity.mention_scores is not None:
        item["mention_scores"] = list(entity.mention_scores)
    if entity.id is not None:
        item["id"] = entity.id
    return item


def _relation(relation: Relation) -> dict[str, Any]:
    item: dict[str, Any] = {
        "label": relation.label,
        "head": relation.head,
        "tail": relation.tail,
    }
    if relation.score is not None:
        item["score"] = relation.score
    if relation.evidence:
        item["evidence"] = list(relation.evidence)
    return item


def written_id(document: Document, key: str = "id") -> Any:
    """The document's id for writing: a number if ``extra`` says that the file had a number.

    Args:
        document: Document to write.
        key: Key of the id in the format.
    """
    name = document.extra.get(key, document.id)
    return document.id if name is None or str(name) != document.id else name


def extra_keys(document: Document, own_keys: Set[str], skipped: SkippedData) -> dict[str, Any]:
    """The document's ``extra`` for writing, without keys that have a meaning in the format.

    Args:
        document: Document to write.
        own_keys: Keys of the format.
        skipped: Counts the extra keys that clash with them.
    """
    clash = document.extra.keys() & own_keys
    if clash:
        skipped.add(
            "extra keys with a meaning of their own in the format skipped",
            f"{sorted(clash)[0]!r} of document {document.id!r}",
            len(clash),
        )
    return {key: value for key, value in document.extra.items() if key not in clash}


_notebook: Callable[[Document], str] | None = None


def show_documents(page: Callable[[Document], str]) -> None:
    """Set how notebooks show documents; importing :mod:`jointre.display` calls this.

    Args:
        page: Makes the HTML of a document.
    """
    global _notebook
    _notebook = page

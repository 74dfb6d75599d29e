"""Span, Entity, Relation, Document: the frozen records every part of jointre speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from jointre.errors import DataError, abbreviated
from jointre.plurals import counted, there_are

if TYPE_CHECKING:
    from networkx import MultiDiGraph
    from spacy.language import Language
    from spacy.tokens import Doc


class Span(NamedTuple):
    """A stretch of tokens, half-open: ``start`` is inside, ``end`` is not.

    Args:
        start: the first token.
        end: the token after the last.

    Example:
        >>> Span(2, 5).width
        3
    """

    start: int
    end: int

    @property
    def width(self) -> int:
        """Number of tokens."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Entity:
    """A label and the mentions that carry it (one mention in sentence-level data).

    Args:
        label: entity type, or None when only the mentions are known.
        mentions: the spans that name the entity, at least one.
        score: probability of the label, in 0..1, for predictions.
        mention_scores: one probability a mention, for models that score mentions.
        id: the entity's name in its source (a MeSH number, say), if any.

    Example:
        >>> Entity("Person", (Span(0, 2), Span(7, 8))).span
        Span(start=0, end=2)
    """

    label: str | None
    mentions: tuple[Span, ...]
    score: float | None = field(default=None, compare=False)
    mention_scores: tuple[float, ...] | None = field(default=None, compare=False)
    id: str | None = None

    @property
    def span(self) -> Span:
        """The first mention; the only one in sentence-level data."""
        return self.mentions[0]


@dataclass(frozen=True, slots=True)
class Relation:
    """A labelled, directed link between two entities of one document.

    Args:
        label: relation type.
        head: index of the head in the document's entities.
        tail: index of the tail in the document's entities.
        score: the relation's own probability in 0..1, not multiplied by its entities'.
        evidence: indices of the sentences that support it, where a corpus says so.

    Example:
        >>> Relation("lives in", head=0, tail=1).label
        'lives in'
    """

    label: str
    head: int
    tail: int
    score: float | None = field(default=None, compare=False)
    evidence: tuple[int, ...] = ()


class Triple(NamedTuple):
    """A relation in words.

    Args:
        head_text: Text of the head's first mention.
        label: Relation type.
        tail_text: Text of the tail's first mention.
        score: Probability of the relation, for predictions.
    """

    head_text: str
    label: str
    tail_text: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Document:
    """A tokenised text with its entities and relations; a sentence is a Document too.

    Args:
        id: names the document; unique within a file.
        tokens: the words.
        text: the raw text, when known.
        offsets: one ``(start, end)`` pair of characters of ``text`` for each token.
        sentences: token spans that cover the document; empty means one sentence.
        entities: the labelled entities.
        relations: links between ``entities`` by index.
        clusters: groups of indices into ``entities`` that corefer (DyGIE files, whose
            typed mentions may differ within a cluster).
        flags: remarks about the document, ``"truncated"`` for example.
        extra: Fields of the format that jointre does not use, kept for writing.

    Raises:
        DataError: a span, an index or an offset lies outside the document.

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

    # The forms below read what this module defines, so their modules are imported when needed.

    def to_dict(self) -> dict[str, Any]:
        """The document as a ``jsonl`` record of plain lists, strings and numbers.

        Keys of ``extra`` with the name of a record's own key are left out.

        Example:
            >>> Document("d", ("Ada",), entities=(Entity("Person", (Span(0, 1),)),)).to_dict()
            {'id': 'd', 'tokens': ['Ada'], \
'entities': [{'label': 'Person', 'mentions': [[0, 1]]}], 'relations': []}
        """
        from jointre.data.skipped import SkippedData
        from jointre.formats.jsonl.record import record_of

        return record_of(self, SkippedData())

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Document":
        """The document of a ``jsonl`` record; one with only ``text`` is cut into words.

        Args:
            record: ``{"tokens" or "text", "id"?, "entities"?, "relations"?, …}``.

        Raises:
            DataError: it is no record, or something in it has no place in a document.

        Example:
            >>> Document.from_dict({"id": "d", "tokens": ["Ada"]})
            Document(id='d', tokens=('Ada',), text=None, offsets=None, sentences=(), entities=(), \
relations=(), clusters=(), flags=(), extra={})
        """
        from jointre.formats.jsonl.reader import document_of

        return document_of(record)

    def to_spacy(self, nlp: "Language", key: str = "jointre") -> "Doc":
        """A spaCy Doc with the same words, entities and relations.

        ``doc.spans[key]`` has all mentions, ``doc.ents`` the longest that do not overlap,
        ``doc.user_data`` the entities and relations as the component ``jointre`` and ``.spacy``
        files keep them. White space between words is tokens of its own, as spaCy has it; a
        mention of white space alone has no place there.

        Args:
            nlp: the pipeline whose vocabulary the Doc shares.
            key: Key of the span group and of the relations.

        Raises:
            DataError: a word is empty.

        Example:
            >>> import spacy
            >>> ada = Entity("Person", (Span(0, 1),))
            >>> doc = Document("d", ("Ada", "left"), entities=(ada,)).to_spacy(spacy.blank("en"))
            >>> doc.ents
            (Ada,)
        """
        from jointre.formats.docbin.doc import doc_of

        doc: Doc = doc_of(self, nlp.vocab, key)
        return doc

    def to_networkx(self) -> "MultiDiGraph[int]":
        """A directed graph: entities are nodes by index, relations edges.

        Nodes have ``text`` (of the first mention), ``mentions`` (pairs of tokens) and, where
        known, ``label``, ``score`` and ``id``; edges have ``label`` and, where known, ``score``.

        Raises:
            DataError: networkx is not installed.

        Example:
            >>> ada, bob = (Entity("Person", (Span(i, i + 1),)) for i in (0, 2))
            >>> document = Document(
            ...     "d", ("Ada", "met", "Bob"), None, None, (), (ada, bob), (Relation("met", 0, 1),)
            ... )
            >>> list(document.to_networkx().edges(data="label"))
            [(0, 1, 'met')]
        """
        from jointre.integrations.graph import to_networkx

        return to_networkx(self)

    def render(
        self,
        style: Literal["relations", "entities"] = "relations",
        format: Literal["svg", "html"] | None = None,
        output: str | Path | None = None,
        *,
        colors: Mapping[str, str] | None = None,
    ) -> str:
        """A picture of the entities and relations, which needs no other file.

        Args:
            style: ``"relations"`` draws them as arcs over the labelled words; ``"entities"``
                highlights entities alone, in HTML by spaCy's displaCy.
            format: ``"svg"``, or ``"html"`` for a whole page; None: what the name of the output
                says, ``"svg"`` without output.
            output: a file to write, which appears when it is whole.
            colors: Colours of labels, such as ``{"Person": "#77aadd"}``, if the usual ones are not
                wanted; a label's usual colour is the same in every picture.

        Raises:
            DataError: there is no such style, format or colour, or the file cannot be written.

        Example:
            >>> Document("d", ("Ada",)).render()[:36]
            '<svg xmlns="http://www.w3.org/2000/s'
        """
        from jointre.display.render import render

        return render(self, style, format, output, colors)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from jointre.display.page import inner

        return inner(self, "relations", {})

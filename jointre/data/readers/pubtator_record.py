"""A PubTator document as a Document: words, entities by concept, relations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jointre.data.losses import Losses
from jointre.data.readers.char_spans import chars_of, covered, cut_at
from jointre.data.readers.pubtator_concepts import Concepts, MultiId, Ungrounded
from jointre.data.readers.pubtator_lines import Mention, Record, parse_line
from jointre.data.readers.pubtator_words import words_between
from jointre.data.schema import Document, Span

InsideWords = Literal["split", "widen"]


@dataclass(frozen=True, slots=True)
class Options:
    """How documents are read; see :class:`PubtatorReader`."""

    multi_id: MultiId = "all"
    ungrounded: Ungrounded = "drop"
    inside_words: InsideWords = "split"


EVERYTHING = Options("all", "singleton", "split")


def document_of(record: Record, options: Options, place: str, losses: Losses) -> Document:
    """The document of a record.

    Args:
        record: as :func:`read_records` gives it.
        options: what to do where a Document holds less than the record.
        place: of the record, for messages.
        losses: counts what is left out or decided.

    Raises:
        DataError: a line is no annotation, or a mention is not at its offsets.
    """
    text = record.text
    concepts = Concepts(options.multi_id, options.ungrounded, losses)
    mentions, links = [], []
    for here, line in record.lines:
        found = parse_line(line, text, here)
        if isinstance(found, Mention):
            mentions.append((here, found))
        else:
            links.append((here, found))
    words = words_between(record.title, record.abstract)
    if options.inside_words == "split":
        # Those of all mentions, so that the words depend on no other option.
        borders = (edge for _, mention in mentions for edge in (mention.start, mention.end))
        whole, words = words, cut_at(borders, words)
        added = len(words.tokens) - len(whole.tokens)
        if added:
            losses.add("words split where a mention begins or ends", place, added)
    for here, mention in mentions:
        span = _span(mention, words.offsets, here, losses)
        if span is not None:
            concepts.add(mention, span, here)
    return Document(
        id=record.id,
        tokens=words.tokens,
        text=text,
        offsets=words.offsets,
        sentences=words.sentences,
        entities=tuple(concepts.entities(place)),
        relations=tuple(concepts.relations(links)),
        extra={"title_length": len(record.title)},
    )


def _span(
    mention: Mention, offsets: Sequence[tuple[int, int]], place: str, losses: Losses
) -> Span | None:
    span = covered(mention.start, mention.end, offsets)
    if span is None:
        losses.add("mentions without a word left out", place)
        return None
    left, right = chars_of(span, offsets)
    if left < mention.start or right > mention.end:
        losses.add("mentions that begin or end inside a word widened to it", place)
    elif (left, right) != (mention.start, mention.end):
        losses.add("mentions with outer spaces narrowed to their words", place)
    return span

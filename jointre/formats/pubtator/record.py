"""A PubTator document as a Document: words, entities by concept, relations."""

from dataclasses import dataclass

from jointre.data.char_spans import ENGLISH, CharSpan, WordRules, fit
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats.common.reading import Reading, StrictReading
from jointre.formats.common.tool_offsets import SIMILAR
from jointre.formats.pubtator.concepts import Concepts, MultiId, Ungrounded
from jointre.formats.pubtator.lines import ConceptLink, Mention, PubtatorRecord, parse_line
from jointre.formats.pubtator.words import words_between


@dataclass(frozen=True, slots=True)
class PubtatorOptions:
    """How documents are read; see :class:`PubtatorReader`."""

    multi_id: MultiId = "all"
    ungrounded: Ungrounded = "drop"
    words: WordRules = ENGLISH


EVERYTHING = PubtatorOptions("all", "singleton")


def document_of(
    record: PubtatorRecord,
    options: PubtatorOptions,
    location: str,
    skipped: SkippedData,
    reading: Reading | None = None,
) -> Document:
    """The document of a record.

    Args:
        record: Record as :func:`read_records` returns it.
        options: Options of the reader for what a Document cannot represent.
        location: Location of the record, for messages.
        skipped: Counts what is skipped or decided.
        reading: Decides what happens to lines with errors; None: the first error is raised.

    Raises:
        DataError: A line is not an annotation, or a mention is not at its offsets.
    """
    text = record.text
    mentions, links = _mentions_and_links(record, skipped, reading or StrictReading())
    # The words are made from all mentions, so that they do not depend on other options.
    words, spans = fit(
        text,
        [CharSpan(mention.start, mention.end, line) for line, mention in mentions],
        skipped,
        location,
        words_between(record.title, record.abstract, options.words.language, skipped, location),
        options.words,
    )
    concepts = Concepts(options.multi_id, options.ungrounded, skipped)
    for (line_location, mention), span in zip(mentions, spans, strict=True):
        if span is not None:
            concepts.add(mention, span, line_location)
    return Document(
        id=record.id,
        tokens=words.tokens,
        text=text,
        offsets=words.offsets,
        sentences=words.sentences,
        entities=tuple(concepts.entities(location)),
        relations=tuple(concepts.relations(links)),
        extra={"title_length": len(record.title)},
    )


def _mentions_and_links(
    record: PubtatorRecord, skipped: SkippedData, reading: Reading
) -> tuple[list[tuple[str, Mention]], list[tuple[str, ConceptLink]]]:
    """The annotations of a record, each after the location of its line."""
    mentions: list[tuple[str, Mention]] = []
    links: list[tuple[str, ConceptLink]] = []
    for line_location, line in record.lines:
        with reading.guard("annotation lines"):
            annotation = parse_line(line, record.text, line_location)
            if isinstance(annotation, ConceptLink):
                links.append((line_location, annotation))
                continue
            # A column cannot hold a tab.
            text_there = record.text[annotation.start : annotation.end].replace("\t", " ")
            if annotation.text != text_there:
                skipped.add(SIMILAR, line_location)
            mentions.append((line_location, annotation))
    return mentions, links

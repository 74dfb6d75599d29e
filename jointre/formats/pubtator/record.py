"""A PubTator document as a Document: words, entities by concept, relations."""

from dataclasses import dataclass

from jointre.data.char_spans import ENGLISH, CharSpan, WordRules, fit
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats.common.reading import Reading, StrictReading
from jointre.formats.common.tool_offsets import SIMILAR
from jointre.formats.pubtator.concepts import Concepts, MultiId, Ungrounded
from jointre.formats.pubtator.lines import ConceptLink, PubtatorRecord, parse_line
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
    place: str,
    skipped: SkippedData,
    reading: Reading | None = None,
) -> Document:
    """The document of a record.

    Args:
        record: Record as :func:`read_records` returns it.
        options: Options of the reader for what a Document cannot represent.
        place: Place of the record, for messages.
        skipped: Counts what is skipped or decided.
        reading: Decides what happens to lines with errors; None: the first error is raised.

    Raises:
        DataError: a line is not an annotation, or a mention is not at its offsets.
    """
    text = record.text
    concepts = Concepts(options.multi_id, options.ungrounded, skipped)
    guard = (reading or StrictReading()).guard
    mentions, links = [], []
    for here, line in record.lines:
        with guard("annotation lines"):
            found = parse_line(line, text, here)
            if isinstance(found, ConceptLink):
                links.append((here, found))
                continue
            # A tab cannot stand in a line's column.
            if found.text != text[found.start : found.end].replace("\t", " "):
                skipped.add(SIMILAR, here)
            mentions.append((here, found))
    # Of all mentions, so that the words depend on no other option.
    words, spans = fit(
        text,
        [CharSpan(mention.start, mention.end, here) for here, mention in mentions],
        skipped,
        place,
        words_between(record.title, record.abstract, options.words.language, skipped, place),
        options.words,
    )
    for (here, mention), span in zip(mentions, spans, strict=True):
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

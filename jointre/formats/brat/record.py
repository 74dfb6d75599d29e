"""A text and its .ann lines as a Document: words, entities, relations, clusters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from jointre.data.char_spans import ENGLISH, CharSpan, WordRules, fit
from jointre.data.fields import shown
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.brat.events import argument_relations, triggers
from jointre.formats.brat.lines import (
    AnnotationLine,
    BratRelation,
    Equivalence,
    Event,
    Mention,
    Normalisation,
    Other,
    parse_line,
)
from jointre.formats.common.clusters import merged_clusters
from jointre.formats.common.reading import Reading, StrictReading
from jointre.formats.common.tool_offsets import SIMILAR, Claim, Part, locate
from jointre.plurals import counted

Events = Literal["triggers", "relations"]
LocatedLine = tuple[str, AnnotationLine]
"""A line of an .ann file after its location."""
Guard = Callable[[], AbstractContextManager[None]]
"""Makes a context that handles an error of one line."""


@dataclass(frozen=True, slots=True)
class BratOptions:
    """How documents are read; see :class:`BratReader`."""

    discontinuous: Literal["skip", "cover", "error"] = "skip"
    clusters: Literal["keep", "merge"] = "keep"
    events: Events = "triggers"
    words: WordRules = ENGLISH


class BratRecord(NamedTuple):
    """Content of the two files of a document.

    Args:
        id: Common name of both files.
        text: Content of the .txt file.
        lines: Lines of the .ann file that are not blank, each with its location.
    """

    id: str
    text: str
    lines: tuple[tuple[str, str], ...]


def document_of(
    record: BratRecord,
    options: BratOptions,
    location: str,
    skipped: SkippedData,
    reading: Reading | None = None,
) -> Document:
    """The document of a record.

    Args:
        record: Text and lines of the document.
        options: Options of the reader for what a Document cannot represent.
        location: Location of the .ann file, for messages.
        skipped: Counts what is skipped or decided.
        reading: Decides what happens to lines with errors; None: the first error is raised.

    Raises:
        DataError: A line is not an annotation, a mention is not at its offsets, two mentions have
            the same id, or a mention has several parts, which ``options`` do not allow.
    """
    guard = partial((reading or StrictReading()).guard, "annotation lines")
    lines = _parsed(record.lines, guard)
    _count_others(lines, options.events, skipped)
    named = [(line_location, line) for line_location, line in lines if isinstance(line, Mention)]
    distinct = _distinct(named, guard)
    mentions = _read_mentions(record.text, distinct, options, location, skipped, guard)
    spans = [chars for _, chars in mentions]
    fitted = fit(record.text, spans, skipped, location, rules=options.words)
    events = triggers(lines, skipped)
    names = _names(lines, {mention.id for mention, _ in mentions}, events, skipped)
    entities, index = _entities([mention for mention, _ in mentions], fitted.spans, names)
    index |= {name: index[trigger] for name, trigger in events.items() if trigger in index}
    document = Document(
        id=record.id,
        tokens=fitted.words.tokens,
        text=record.text,
        offsets=fitted.words.offsets,
        sentences=fitted.words.sentences,
        entities=tuple(entities),
        relations=tuple(_relations(lines, index, options.events, skipped)),
        clusters=tuple(_clusters(lines, index, skipped)),
    )
    return merged_clusters(document, location, skipped) if options.clusters == "merge" else document


def _parsed(lines: Iterable[tuple[str, str]], guard: Guard) -> list[LocatedLine]:
    parsed: list[LocatedLine] = []
    for line_location, line in lines:
        with guard():
            parsed.append((line_location, parse_line(line, line_location)))
    return parsed


def _count_others(lines: Iterable[LocatedLine], events: Events, skipped: SkippedData) -> None:
    """Count the lines and arguments of which nothing is read."""
    for line_location, line in lines:
        if isinstance(line, Other):
            skipped.add(f"{line.kind}s not used, their lines only kept in extra", line_location)
        elif isinstance(line, Event) and line.arguments and events == "triggers":
            kind = "arguments of events only kept in extra; events='relations' reads them"
            skipped.add(kind, line_location, len(line.arguments))


def _distinct(mentions: Iterable[tuple[str, Mention]], guard: Guard) -> list[tuple[str, Mention]]:
    """The mentions without those whose id an earlier one has, which is an error."""
    first_lines: dict[str, str] = {}
    distinct = []
    for line_location, mention in mentions:
        with guard():
            if mention.id in first_lines:
                raise DataError(
                    f"{line_location}: an earlier mention has the id {shown(mention.id)} "
                    f"({first_lines[mention.id]}); ids must differ in a file"
                )
            first_lines[mention.id] = line_location
            distinct.append((line_location, mention))
    return distinct


def _read_mentions(
    text: str,
    mentions: Sequence[tuple[str, Mention]],
    options: BratOptions,
    location: str,
    skipped: SkippedData,
    guard: Guard,
) -> list[tuple[Mention, CharSpan]]:
    """The mentions that become entities, each with its characters from the first to the last."""
    read = []
    all_parts = _parts_in_text(text, mentions, location, skipped)
    for (line_location, mention), parts in zip(mentions, all_parts, strict=True):
        with guard():
            if parts is None:
                raise DataError(_misplaced_message(text, mention, line_location))
            if len(parts) == 1 or _covers(mention, line_location, options, skipped):
                read.append((mention, CharSpan(parts[0][0], parts[-1][1], line_location)))
    return read


def _entities(
    mentions: Sequence[Mention], spans: Sequence[Span | None], names: Mapping[str, str]
) -> tuple[list[Entity], dict[str, int]]:
    """One entity per mention that has a word, and their indices by the mentions' ids."""
    entities: list[Entity] = []
    index: dict[str, int] = {}
    for mention, span in zip(mentions, spans, strict=True):
        if span is not None:
            index[mention.id] = len(entities)
            entities.append(Entity(mention.label, (span,), id=names.get(mention.id)))
    return entities, index


def _parts_in_text(
    text: str, mentions: Sequence[tuple[str, Mention]], location: str, skipped: SkippedData
) -> list[tuple[Part, ...] | None]:
    """The parts of each mention; parts with only white space between them are joined.

    None stands for a mention that is not at its offsets.
    """
    located = locate(text, [Claim(mention.parts, mention.text) for _, mention in mentions])
    all_parts = [None if parts is None else _joined(text, parts) for parts in located.places]
    if located.similar:
        skipped.add(SIMILAR, mentions[located.similar[0]][0], len(located.similar))
    if located.counting != "code points":
        kind = f"texts in which offsets count {located.counting}, corrected"
        skipped.add(kind, location)
    return all_parts


def _misplaced_message(text: str, mention: Mention, line_location: str) -> str:
    offsets = ";".join(f"{start} {end}" for start, end in mention.parts)
    if not all(0 <= start <= end <= len(text) for start, end in mention.parts):
        return (
            f"{line_location}: the mention {mention.id} has the offsets {offsets}, but "
            f"0 <= start <= end <= {counted(len(text), 'characters')} must hold"
        )
    text_there = " ".join(text[start:end] for start, end in mention.parts)
    return (
        f"{line_location}: the mention {mention.id}, {shown(mention.text)}, is not at its "
        f"offsets {offsets}, where {shown(text_there)} stands; the .txt file is not the "
        "text that was annotated"
    )


def _joined(text: str, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Parts with only white space between them joined, as the tool cuts mentions at line ends."""
    joined = [parts[0]]
    for start, end in parts[1:]:
        first, last = joined[-1]
        if text[last:start].strip():
            joined.append((start, end))
        else:
            joined[-1] = (first, max(last, end))
    return tuple(joined)


def _covers(
    mention: Mention, line_location: str, options: BratOptions, skipped: SkippedData
) -> bool:
    """Whether a mention of several parts is read, namely from its first to its last word."""
    if options.discontinuous == "error":
        raise DataError(
            f"{line_location}: the mention {mention.id}, {shown(mention.text)}, has several parts, "
            "which a span of words cannot have; discontinuous='skip' skips such mentions, 'cover' "
            "reads everything from the first word to the last"
        )
    cover = options.discontinuous == "cover"
    kind = "widened to all between their parts" if cover else "skipped"
    skipped.add(f"mentions of several parts {kind}", line_location)
    return cover


def _names(
    lines: Iterable[LocatedLine],
    mentions: set[str],
    events: Mapping[str, str],
    skipped: SkippedData,
) -> dict[str, str]:
    """The first database name of each mention, by the mention's id; it is the entity's id."""
    names: dict[str, str] = {}
    for line_location, line in lines:
        if not isinstance(line, Normalisation):
            continue
        mention = events.get(line.mention, line.mention)
        if mention not in mentions:
            skipped.add(
                "normalisations skipped, because what they name is not a mention here",
                line_location,
            )
        elif mention in names:
            skipped.add("further normalisations of mentions only kept in extra", line_location)
        else:
            names[mention] = line.name
    return names


def _relations(
    lines: Iterable[LocatedLine],
    index: dict[str, int],
    events: Events,
    skipped: SkippedData,
) -> Iterable[Relation]:
    for line_location, line in lines:
        if isinstance(line, Event) and events == "relations":
            yield from argument_relations(line, index, line_location, skipped)
        if not isinstance(line, BratRelation):
            continue
        head, tail = index.get(line.head), index.get(line.tail)
        if head is None or tail is None:
            skipped.add(
                "relations skipped, because their head or tail is not a mention here", line_location
            )
        else:
            yield Relation(line.label, head, tail)


def _clusters(
    lines: Iterable[LocatedLine], index: dict[str, int], skipped: SkippedData
) -> Iterable[tuple[int, ...]]:
    for line_location, line in lines:
        if not isinstance(line, Equivalence):
            continue
        members = tuple(dict.fromkeys(index[name] for name in line.members if name in index))
        missing = sum(name not in index for name in line.members)
        if missing:
            skipped.add(
                "members of equivalences skipped, because no mention here has their id",
                line_location,
                missing,
            )
        if members:
            yield members

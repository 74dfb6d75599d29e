"""A text and its .ann lines as a Document: words, entities, relations, clusters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from jointre.data.char_spans import ENGLISH, CharSpan, WordRules, fit
from jointre.data.fields import shown
from jointre.data.mentions import one_entity_a_cluster
from jointre.data.schema import Document, Entity, Relation
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
from jointre.formats.common.reading import Reading, StrictReading
from jointre.formats.common.tool_offsets import SIMILAR, Claim, Part, locate
from jointre.plurals import counted

Events = Literal["triggers", "relations"]


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
        lines: Lines of the .ann file that are not blank, each with its place.
    """

    id: str
    text: str
    lines: tuple[tuple[str, str], ...]


def document_of(
    record: BratRecord,
    options: BratOptions,
    place: str,
    skipped: SkippedData,
    reading: Reading | None = None,
) -> Document:
    """The document of a record.

    Args:
        record: Text and lines of the document.
        options: Options of the reader for what a Document cannot represent.
        place: Place of the .ann file, for messages.
        skipped: Counts what is skipped or decided.
        reading: Decides what happens to lines with errors; None: the first error is raised.

    Raises:
        DataError: a line is not an annotation, a mention is not at its offsets or named twice, or
            it has several parts and ``options`` forbid that.
    """
    guard = partial((reading or StrictReading()).guard, "annotation lines")
    found: list[tuple[str, AnnotationLine]] = []
    for here, line in record.lines:
        with guard():
            found.append((here, parse_line(line, here)))
    _count_others(found, options.events, skipped)
    named = [(here, line) for here, line in found if isinstance(line, Mention)]
    mentions = _distinct(named, guard)
    places = _places(record.text, mentions, place, skipped)
    spans: list[CharSpan] = []
    kept: list[Mention] = []
    for (here, mention), parts in zip(mentions, places, strict=True):
        with guard():
            if parts is None:
                raise DataError(_astray(record.text, mention, here))
            if len(parts) == 1 or _covers(mention, here, options, skipped):
                kept.append(mention)
                spans.append(CharSpan(parts[0][0], parts[-1][1], here))
    fitted = fit(record.text, spans, skipped, place, rules=options.words)
    events = triggers(found, skipped)
    names = _names(found, {mention.id for mention in kept}, events, skipped)
    index: dict[str, int] = {}
    entities: list[Entity] = []
    for mention, span in zip(kept, fitted.spans, strict=True):
        if span is not None:
            index[mention.id] = len(entities)
            entities.append(Entity(mention.label, (span,), id=names.get(mention.id)))
    index |= {name: index[trigger] for name, trigger in events.items() if trigger in index}
    document = Document(
        id=record.id,
        tokens=fitted.words.tokens,
        text=record.text,
        offsets=fitted.words.offsets,
        sentences=fitted.words.sentences,
        entities=tuple(entities),
        relations=tuple(_relations(found, index, options.events, skipped)),
        clusters=tuple(_clusters(found, index, skipped)),
    )
    return _merged(document, place, skipped) if options.clusters == "merge" else document


def _count_others(
    found: Iterable[tuple[str, AnnotationLine]], events: Events, skipped: SkippedData
) -> None:
    for here, line in found:
        if isinstance(line, Other):
            skipped.add(f"{line.kind}s not used, their lines only kept in extra", here)
        elif isinstance(line, Event) and line.arguments and events == "triggers":
            kind = "arguments of events only kept in extra; events='relations' reads them"
            skipped.add(kind, here, len(line.arguments))


def _distinct(
    mentions: Iterable[tuple[str, Mention]], guard: Callable[[], AbstractContextManager[None]]
) -> list[tuple[str, Mention]]:
    seen: dict[str, str] = {}
    distinct = []
    for here, mention in mentions:
        with guard():
            if mention.id in seen:
                raise DataError(
                    f"{here}: the id {shown(mention.id)} is that of a mention before "
                    f"({seen[mention.id]}); ids must differ in a file"
                )
            seen[mention.id] = here
            distinct.append((here, mention))
    return distinct


def _places(
    text: str, mentions: Sequence[tuple[str, Mention]], place: str, skipped: SkippedData
) -> list[tuple[Part, ...] | None]:
    """The parts of each mention; parts with nothing but white space between them are one.

    None stands for a mention that is not at its offsets.
    """
    located = locate(text, [Claim(mention.parts, mention.text) for _, mention in mentions])
    places = [None if parts is None else _joined(text, parts) for parts in located.places]
    if located.similar:
        skipped.add(SIMILAR, mentions[located.similar[0]][0], len(located.similar))
    if located.counting != "code points":
        kind = f"texts in which offsets count {located.counting}, corrected"
        skipped.add(kind, place)
    return places


def _astray(text: str, mention: Mention, here: str) -> str:
    shape = ";".join(f"{start} {end}" for start, end in mention.parts)
    if not all(0 <= start <= end <= len(text) for start, end in mention.parts):
        return (
            f"{here}: the mention {mention.id} has the offsets {shape}, but "
            f"0 <= start <= end <= {counted(len(text), 'characters')} must hold"
        )
    stands = " ".join(text[start:end] for start, end in mention.parts)
    return (
        f"{here}: the mention {mention.id}, {shown(mention.text)}, is not at its offsets {shape}, "
        f"where {shown(stands)} stands; the .txt file is not the text that was annotated"
    )


def _joined(text: str, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The tool cuts mentions at line ends."""
    joined = [parts[0]]
    for start, end in parts[1:]:
        first, last = joined[-1]
        if text[last:start].strip():
            joined.append((start, end))
        else:
            joined[-1] = (first, max(last, end))
    return tuple(joined)


def _covers(mention: Mention, here: str, options: BratOptions, skipped: SkippedData) -> bool:
    """Whether a mention of several parts is read, as all from its first to its last word."""
    if options.discontinuous == "error":
        raise DataError(
            f"{here}: the mention {mention.id}, {shown(mention.text)}, has several parts, which a "
            "span of words cannot have; discontinuous='skip' leaves such mentions out, 'cover' "
            "takes all from the first word to the last"
        )
    cover = options.discontinuous == "cover"
    kind = "widened to all between their parts" if cover else "skipped"
    skipped.add(f"mentions of several parts {kind}", here)
    return cover


def _names(
    found: Iterable[tuple[str, AnnotationLine]],
    mentions: set[str],
    events: Mapping[str, str],
    skipped: SkippedData,
) -> dict[str, str]:
    """Under a mention's id the entity's: its first name in a database."""
    names: dict[str, str] = {}
    for here, line in found:
        if not isinstance(line, Normalisation):
            continue
        mention = events.get(line.mention, line.mention)
        if mention not in mentions:
            skipped.add(
                "normalisations skipped, because what they name is not a mention here", here
            )
        elif mention in names:
            skipped.add("further normalisations of mentions only kept in extra", here)
        else:
            names[mention] = line.name
    return names


def _relations(
    found: Iterable[tuple[str, AnnotationLine]],
    index: dict[str, int],
    events: Events,
    skipped: SkippedData,
) -> Iterable[Relation]:
    for here, line in found:
        if isinstance(line, Event) and events == "relations":
            yield from argument_relations(line, index, here, skipped)
        if not isinstance(line, BratRelation):
            continue
        head, tail = index.get(line.head), index.get(line.tail)
        if head is None or tail is None:
            skipped.add("relations skipped, because their head or tail is not a mention here", here)
        else:
            yield Relation(line.label, head, tail)


def _clusters(
    found: Iterable[tuple[str, AnnotationLine]], index: dict[str, int], skipped: SkippedData
) -> Iterable[tuple[int, ...]]:
    for here, line in found:
        if not isinstance(line, Equivalence):
            continue
        members = tuple(dict.fromkeys(index[name] for name in line.members if name in index))
        gone = sum(name not in index for name in line.members)
        if gone:
            skipped.add(
                "members of equivalences skipped, because no mention here has their id", here, gone
            )
        if members:
            yield members


def _merged(document: Document, place: str, skipped: SkippedData) -> Document:
    document, mixed, repeated = one_entity_a_cluster(document)
    if mixed:
        skipped.add("clusters of different labels given the most frequent", place, mixed)
    if repeated:
        skipped.add("relations of merged mentions kept once", place, repeated)
    return document

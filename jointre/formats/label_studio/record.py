"""A text and the results of one annotation of Label Studio's as a Document."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from jointre.data.char_spans import ENGLISH, CharSpan, WordRules, fit
from jointre.data.fields import mapping, shown, string, strings
from jointre.data.schema import Document, Entity, Relation
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.tool_offsets import SIMILAR, Claim, Part, locate

_TURNS = {"right": (False,), "left": (True,), "bi": (False, True)}
"""Under a direction, whether a relation of it goes from its second region to its first."""


class TaskRecord(NamedTuple):
    """A text as one annotator left it.

    Args:
        id: Id of the document.
        text: Text that the offsets refer to.
        key: Key of the text in the task.
        result: Regions and relations in the form of the file.
    """

    id: str
    text: str
    key: str
    result: list[Any]


class Region(NamedTuple):
    """A stretch of text with labels.

    Args:
        id: Name of the region in relations.
        target: Tag of the text to which the region belongs.
        claim: Place and text of the region.
        labels: Labels, at least one.
        place: Place in the file, for messages.
    """

    id: str | None
    target: str | None
    claim: Claim
    labels: tuple[str, ...]
    place: str


class RegionLink(NamedTuple):
    """A relation between two regions: its ends in reading direction, and its labels."""

    head: str
    tail: str
    labels: tuple[str, ...]
    place: str


def document_of(
    record: TaskRecord,
    relation_label: str | None,
    place: str,
    skipped: SkippedData,
    rules: WordRules = ENGLISH,
) -> Document:
    """The document of a record.

    Args:
        record: Text and its results.
        relation_label: Label for relations that have none; None: these are skipped.
        place: Place of the task, for messages.
        skipped: Counts what is skipped or decided.
        rules: Rules that split the text into words.

    Raises:
        DataError: a result has not the form of its kind.
    """
    regions: list[Region] = []
    links: list[RegionLink] = []
    for number, value in enumerate(record.result):
        here = f"{place}, result[{number}]"
        item = mapping(value, here, "a result")
        if item.get("type") == "relation":
            links += _links(item, here, skipped)
        else:
            regions += _region(item, here, skipped)
    placed = list(_placed(record, regions, place, skipped))
    spans = [CharSpan(start, end, region.place) for region, (start, end) in placed]
    try:
        fitted = fit(record.text, spans, skipped, place, rules=rules)
    except DataError as error:
        raise DataError(f"{place}: {error}") from error
    entities: list[Entity] = []
    index: dict[str, int] = {}
    for (region, _), span in zip(placed, fitted.spans, strict=True):
        if span is not None:
            if region.id is not None:
                index.setdefault(region.id, len(entities))
            entities += [Entity(label, (span,)) for label in region.labels]
    return Document(
        id=record.id,
        tokens=fitted.words.tokens,
        text=record.text,
        offsets=fitted.words.offsets,
        sentences=fitted.words.sentences,
        entities=tuple(entities),
        relations=tuple(_relations(links, index, relation_label, skipped)),
    )


def _region(item: dict[str, Any], here: str, skipped: SkippedData) -> Iterator[Region]:
    """The region of a result, if it is one of text and has a label."""
    kind = item.get("type")
    if kind != "labels":
        example = f"{here} of the type {shown(kind)}"
        skipped.add("results other than labels and relations skipped", example)
        return
    value = mapping(item.get("value"), here, "value")
    start, end = value.get("start"), value.get("end")
    if type(start) is not int or type(end) is not int:
        skipped.add("regions of other things than plain text skipped", here)
        return
    labels = tuple(dict.fromkeys(strings(value.get("labels") or [], here, "value.labels")))
    if not labels:
        skipped.add("regions without a label skipped", here)
        return
    if len(labels) > 1:
        kind = "regions with several labels read as an entity a label, relations joining the first"
        skipped.add(kind, here)
    text, id, target = value.get("text"), item.get("id"), item.get("to_name")
    yield Region(
        None if id is None else string(id, here, "id"),
        None if target is None else string(target, here, "to_name"),
        Claim(((start, end),), None if text is None else string(text, here, "value.text")),
        labels,
        here,
    )


def _links(item: dict[str, Any], here: str, skipped: SkippedData) -> Iterator[RegionLink]:
    """One relation, or two where it goes in both directions."""
    ends = tuple(string(item.get(key), here, key) for key in ("from_id", "to_id"))
    labels = tuple(dict.fromkeys(strings(item.get("labels") or [], here, "labels")))
    direction = item.get("direction") or "right"
    turns = _TURNS.get(direction) if isinstance(direction, str) else None
    if turns is None:
        raise DataError(
            f"{here}: the direction of a relation is one of {', '.join(_TURNS)}, not "
            f"{shown(direction)}"
        )
    if len(turns) > 1:
        skipped.add("relations in both directions read as two", here)
    for turned in turns:
        head, tail = reversed(ends) if turned else ends
        yield RegionLink(head, tail, labels, here)


def _placed(
    record: TaskRecord, regions: Sequence[Region], place: str, skipped: SkippedData
) -> Iterator[tuple[Region, Part]]:
    """The regions that are of this text and where it says, with their characters."""
    if len({region.target for region in regions}) > 1:
        own = [region for region in regions if region.target == record.key]
        if len(own) < len(regions):
            other = next(region for region in regions if region.target != record.key)
            skipped.add("regions of other texts skipped", other.place, len(regions) - len(own))
        regions = own
    located = locate(record.text, [region.claim for region in regions])
    if located.counting != "code points":
        skipped.add(f"texts in which offsets count {located.counting}, corrected", place)
    if located.similar:
        skipped.add(SIMILAR, regions[located.similar[0]].place, len(located.similar))
    for region, parts in zip(regions, located.places, strict=True):
        if parts is None:
            skipped.add("regions skipped, because their text is not at their offsets", region.place)
        else:
            yield region, parts[0]


def _relations(
    links: Sequence[RegionLink], index: dict[str, int], default: str | None, skipped: SkippedData
) -> Iterator[Relation]:
    for link in links:
        head, tail = index.get(link.head), index.get(link.tail)
        if head is None or tail is None:
            kind = "relations skipped, because a region of theirs is missing or skipped"
            skipped.add(kind, link.place)
            continue
        labels = link.labels or (() if default is None else (default,))
        if not labels:
            skipped.add("relations without a label skipped", link.place)
        for label in labels:
            yield Relation(label, head, tail)

"""A text and the results of one annotation of Label Studio's as a Document."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from jointre.data.char_spans import ENGLISH, CharSpan, WordRules, fit
from jointre.data.fields import mapping, shown, string, strings
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.tool_offsets import SIMILAR, Claim, Part, locate

_REVERSALS = {"right": (False,), "left": (True,), "bi": (False, True)}
"""For each direction, whether its relations go from the second region to the first."""


class TaskRecord(NamedTuple):
    """A text with the annotation of one annotator.

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
        location: Location in the file, for messages.
    """

    id: str | None
    target: str | None
    claim: Claim
    labels: tuple[str, ...]
    location: str


class RegionLink(NamedTuple):
    """A relation between two regions: its ends in reading direction, and its labels."""

    head: str
    tail: str
    labels: tuple[str, ...]
    location: str


def document_of(
    record: TaskRecord,
    relation_label: str | None,
    location: str,
    skipped: SkippedData,
    rules: WordRules = ENGLISH,
) -> Document:
    """The document of a record.

    Args:
        record: Text and its results.
        relation_label: Label for relations that have none; None: these are skipped.
        location: Location of the task, for messages.
        skipped: Counts what is skipped or decided.
        rules: Rules that split the text into words.

    Raises:
        DataError: A result does not have the form of its kind.
    """
    regions, links = _regions_and_links(record, location, skipped)
    placed = list(_placed(record, regions, location, skipped))
    spans = [CharSpan(start, end, region.location) for region, (start, end) in placed]
    try:
        fitted = fit(record.text, spans, skipped, location, rules=rules)
    except DataError as error:
        raise DataError(f"{location}: {error}") from error
    entities, index = _entities([region for region, _ in placed], fitted.spans)
    return Document(
        id=record.id,
        tokens=fitted.words.tokens,
        text=record.text,
        offsets=fitted.words.offsets,
        sentences=fitted.words.sentences,
        entities=tuple(entities),
        relations=tuple(_relations(links, index, relation_label, skipped)),
    )


def _regions_and_links(
    record: TaskRecord, location: str, skipped: SkippedData
) -> tuple[list[Region], list[RegionLink]]:
    regions: list[Region] = []
    links: list[RegionLink] = []
    for number, value in enumerate(record.result):
        result_location = f"{location}, result[{number}]"
        item = mapping(value, result_location, "a result")
        if item.get("type") == "relation":
            links += _links(item, result_location, skipped)
        else:
            regions += _region(item, result_location, skipped)
    return regions, links


def _entities(
    regions: Sequence[Region], spans: Sequence[Span | None]
) -> tuple[list[Entity], dict[str, int]]:
    """One entity per label of each region, and the index of the first one by the region's id."""
    entities: list[Entity] = []
    index: dict[str, int] = {}
    for region, span in zip(regions, spans, strict=True):
        if span is not None:
            if region.id is not None:
                index.setdefault(region.id, len(entities))
            entities += [Entity(label, (span,)) for label in region.labels]
    return entities, index


def _region(item: dict[str, Any], location: str, skipped: SkippedData) -> Iterator[Region]:
    """The region of a result, if it is one of text and has a label."""
    kind = item.get("type")
    if kind != "labels":
        example = f"{location} of the type {shown(kind)}"
        skipped.add("results other than labels and relations skipped", example)
        return
    value = mapping(item.get("value"), location, "value")
    start, end = value.get("start"), value.get("end")
    if type(start) is not int or type(end) is not int:
        skipped.add("regions of other things than plain text skipped", location)
        return
    labels = tuple(dict.fromkeys(strings(value.get("labels") or [], location, "value.labels")))
    if not labels:
        skipped.add("regions without a label skipped", location)
        return
    if len(labels) > 1:
        kind = (
            "regions with several labels read as one entity per label, relations joining the first"
        )
        skipped.add(kind, location)
    text, id, target = value.get("text"), item.get("id"), item.get("to_name")
    yield Region(
        None if id is None else string(id, location, "id"),
        None if target is None else string(target, location, "to_name"),
        Claim(((start, end),), None if text is None else string(text, location, "value.text")),
        labels,
        location,
    )


def _links(item: dict[str, Any], location: str, skipped: SkippedData) -> Iterator[RegionLink]:
    """One relation, or two where it goes in both directions."""
    ends = tuple(string(item.get(key), location, key) for key in ("from_id", "to_id"))
    labels = tuple(dict.fromkeys(strings(item.get("labels") or [], location, "labels")))
    direction = item.get("direction") or "right"
    reversals = _REVERSALS.get(direction) if isinstance(direction, str) else None
    if reversals is None:
        raise DataError(
            f"{location}: the direction of a relation is one of {', '.join(_REVERSALS)}, not "
            f"{shown(direction)}"
        )
    if len(reversals) > 1:
        skipped.add("relations in both directions read as two", location)
    for is_reversed in reversals:
        head, tail = reversed(ends) if is_reversed else ends
        yield RegionLink(head, tail, labels, location)


def _placed(
    record: TaskRecord, regions: Sequence[Region], location: str, skipped: SkippedData
) -> Iterator[tuple[Region, Part]]:
    """The regions of this text whose text is at their offsets, with their characters."""
    if len({region.target for region in regions}) > 1:
        regions_of_text = [region for region in regions if region.target == record.key]
        if len(regions_of_text) < len(regions):
            other_region = next(region for region in regions if region.target != record.key)
            skipped.add(
                "regions of other texts skipped",
                other_region.location,
                len(regions) - len(regions_of_text),
            )
        regions = regions_of_text
    located = locate(record.text, [region.claim for region in regions])
    if located.counting != "code points":
        skipped.add(f"texts in which offsets count {located.counting}, corrected", location)
    if located.similar:
        skipped.add(SIMILAR, regions[located.similar[0]].location, len(located.similar))
    for region, parts in zip(regions, located.places, strict=True):
        if parts is None:
            skipped.add(
                "regions skipped, because their text is not at their offsets", region.location
            )
        else:
            yield region, parts[0]


def _relations(
    links: Sequence[RegionLink], index: dict[str, int], default: str | None, skipped: SkippedData
) -> Iterator[Relation]:
    for link in links:
        head, tail = index.get(link.head), index.get(link.tail)
        if head is None or tail is None:
            kind = "relations skipped, because one of their regions is missing or skipped"
            skipped.add(kind, link.location)
            continue
        labels = link.labels or (() if default is None else (default,))
        if not labels:
            skipped.add("relations without a label skipped", link.location)
        for label in labels:
            yield Relation(label, head, tail)

"""The lines of brat's .ann files."""

import re
from typing import NamedTuple

from jointre.data.fields import shown
from jointre.errors import DataError

EQUIVALENCE = "*"
KINDS = {
    "T": "mention",
    "R": "relation",
    EQUIVALENCE: "equivalence",
    "N": "normalisation",
    "E": "event",
    "A": "attribute",
    "M": "attribute",
    "#": "note",
}
"""The kind of a line, by its first character."""

_OWN_ID = "id:"  # replaces the database if an entity's id names none
_SPAN = re.compile(r"(\S+) ([0-9]{1,15} [0-9]{1,15}(?:;[0-9]{1,15} [0-9]{1,15})*)")
_LINK = re.compile(r"(\S+) (\S+?):(\S+) (\S+?):(\S+)")
_NORMALISATION = re.compile(r"\S+ (\S+) (\S+:\S+)")
_DATABASE_NAME = re.compile(r"\S+:\S+")


class Mention(NamedTuple):
    """A text-bound annotation, ``T1⇥Person 0 3⇥Ada``.

    Args:
        id: Name of the annotation in other lines.
        label: Entity type.
        parts: Half-open character range of each part, in the order of the text.
        text: Text of the parts, with spaces between them.
    """

    id: str
    label: str
    parts: tuple[tuple[int, int], ...]
    text: str


class BratRelation(NamedTuple):
    """A relation, ``R1⇥Knows Arg1:T1 Arg2:T2``: its label and the ids that it joins."""

    label: str
    head: str
    tail: str


class Equivalence(NamedTuple):
    """Mentions of the same thing, ``*⇥Equiv T1 T2``."""

    members: tuple[str, ...]


class Normalisation(NamedTuple):
    """The name of a mention in a database, ``N1⇥Reference T1 Wikipedia:534366⇥Ada``."""

    mention: str
    name: str


class Event(NamedTuple):
    """An event, ``E1⇥Mix:T2 Acts-on:T1 Using:E3``.

    Args:
        id: Name of the event in other lines.
        label: Event type.
        trigger: Id of the mention that stands for the event.
        arguments: Role and id of each mention or event that takes part.
    """

    id: str
    label: str
    trigger: str
    arguments: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> str:
        """The name of such lines in messages."""
        return KINDS["E"]


class Other(NamedTuple):
    """A line of a kind that a Document cannot hold."""

    kind: str


AnnotationLine = Mention | BratRelation | Equivalence | Normalisation | Event | Other


def parse_line(line: str, location: str) -> AnnotationLine:
    """Parse a line of an .ann file.

    Args:
        line: Line that is not blank, without its end.
        location: Location of the line, for messages.

    Raises:
        DataError: The kind of the line is unknown, or the line does not have the form of its kind.
    """
    id, _, remainder = line.partition("\t")
    kind = KINDS.get(id[:1])
    annotation, _, text = remainder.partition("\t")
    annotation = annotation.strip(" ")
    if kind is None or not annotation:
        raise DataError(
            f"{location}: {shown(line)} is not a line of an .ann file; an id, T1 for example, a "
            f"tab and the annotation are expected, and an id begins with one of {' '.join(KINDS)}"
        )
    if kind == "mention":
        return _mention(id, annotation, text, location)
    if kind == "relation":
        return _link(annotation, location)
    if kind == "equivalence":
        return Equivalence(tuple(annotation.split(" ")[1:]))
    if kind == "normalisation":
        match = _NORMALISATION.fullmatch(annotation)
        if match is None:
            raise DataError(
                f"{location}: {shown(annotation)} is not a normalisation; "
                "'Reference T1 DATABASE:NAME' is expected"
            )
        return Normalisation(match[1], match[2].removeprefix(_OWN_ID))
    return _event(id, annotation, location) if kind == "event" else Other(kind)


def _mention(id: str, annotation: str, text: str, location: str) -> Mention:
    match = _SPAN.fullmatch(annotation)
    if match is None or not text:
        raise DataError(
            f"{location}: {shown(annotation)} with the text {shown(text)} is not a mention; "
            "'LABEL START END' or 'LABEL START END;START END', a tab and the text are expected"
        )
    parts = [part.split(" ") for part in match[2].split(";")]
    return Mention(id, match[1], tuple(sorted((int(a), int(b)) for a, b in parts)), text)


def _link(annotation: str, location: str) -> BratRelation:
    match = _LINK.fullmatch(annotation)
    if match is None:
        raise DataError(
            f"{location}: {shown(annotation)} is not a relation; "
            "'LABEL Arg1:T1 Arg2:T2' is expected"
        )
    label, first, head, second, tail = match.groups()
    # The roles are usually Arg1 and Arg2, but a project may choose others.
    return (
        BratRelation(label, tail, head)
        if (first, second) == ("Arg2", "Arg1")
        else BratRelation(label, head, tail)
    )


def _event(id: str, annotation: str, location: str) -> Event:
    parts = [part.rpartition(":") for part in annotation.split()]
    if not all(name and value for name, _, value in parts):
        raise DataError(
            f"{location}: {shown(annotation)} is not an event; 'LABEL:T1 ROLE:T2 ROLE:E3' is "
            "expected, the trigger and any number of arguments"
        )
    (label, _, trigger), *arguments = parts
    return Event(id, label, trigger, tuple((role, value) for role, _, value in arguments))


def database_name(id: str) -> str | None:
    """An entity's id as a line writes it, after a database; None if no line can hold it."""
    without_database = _DATABASE_NAME.fullmatch(id) is None or id.startswith(_OWN_ID)
    name = f"{_OWN_ID}{id}" if without_database else id
    return name if _DATABASE_NAME.fullmatch(name) else None

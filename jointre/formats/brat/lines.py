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
"""What the first character of a line says it is."""

_OWN_ID = "id:"  # stands where an entity's id names no database
_PLACE = re.compile(r"(\S+) ([0-9]{1,15} [0-9]{1,15}(?:;[0-9]{1,15} [0-9]{1,15})*)")
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
    """A relation, ``R1⇥Knows Arg1:T1 Arg2:T2``: its label and what it joins."""

    label: str
    head: str
    tail: str


class Equivalence(NamedTuple):
    """What means the same, ``*⇥Equiv T1 T2``."""

    members: tuple[str, ...]


class Normalisation(NamedTuple):
    """What a mention is called in a database, ``N1⇥Reference T1 Wikipedia:534366⇥Ada``."""

    mention: str
    name: str


class Event(NamedTuple):
    """An event, ``E1⇥Mix:T2 Acts-on:T1 Using:E3``.

    Args:
        id: What other lines call it.
        label: Its type.
        trigger: The id of the mention that stands for it.
        arguments: Role and id of each mention or event that takes part.
    """

    id: str
    label: str
    trigger: str
    arguments: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> str:
        """What such a line is called in messages."""
        return KINDS["E"]


class Other(NamedTuple):
    """A line of a kind that a Document has no place for."""

    kind: str


AnnotationLine = Mention | BratRelation | Equivalence | Normalisation | Event | Other


def parse_line(line: str, place: str) -> AnnotationLine:
    """Parse a line of an .ann file.

    Args:
        line: Line that is not blank, without its end.
        place: Place of the line, for messages.

    Raises:
        DataError: The line has an unknown kind, or not the form of its kind.
    """
    id, _, rest = line.partition("\t")
    kind = KINDS.get(id[:1])
    body, _, text = rest.partition("\t")
    body = body.strip(" ")
    if kind is None or not body:
        raise DataError(
            f"{place}: {shown(line)} is not a line of an .ann file; an id, T1 for example, a tab "
            f"and the annotation are expected, and an id begins with one of {' '.join(KINDS)}"
        )
    if kind == "mention":
        return _mention(id, body, text, place)
    if kind == "relation":
        return _link(body, place)
    if kind == "equivalence":
        return Equivalence(tuple(body.split(" ")[1:]))
    if kind == "normalisation":
        found = _NORMALISATION.fullmatch(body)
        if found is None:
            raise DataError(
                f"{place}: {shown(body)} is not a normalisation; "
                "'Reference T1 DATABASE:NAME' is expected"
            )
        return Normalisation(found[1], found[2].removeprefix(_OWN_ID))
    return _event(id, body, place) if kind == "event" else Other(kind)


def _mention(id: str, body: str, text: str, place: str) -> Mention:
    found = _PLACE.fullmatch(body)
    if found is None or not text:
        raise DataError(
            f"{place}: {shown(body)} with the text {shown(text)} is not a mention; "
            "'LABEL START END' or 'LABEL START END;START END', a tab and the text are expected"
        )
    parts = [part.split(" ") for part in found[2].split(";")]
    return Mention(id, found[1], tuple(sorted((int(a), int(b)) for a, b in parts)), text)


def _link(body: str, place: str) -> BratRelation:
    found = _LINK.fullmatch(body)
    if found is None:
        raise DataError(
            f"{place}: {shown(body)} is not a relation; 'LABEL Arg1:T1 Arg2:T2' is expected"
        )
    label, first, head, second, tail = found.groups()
    # Usually Arg1 and Arg2, but a project may call them as it likes.
    return (
        BratRelation(label, tail, head)
        if (first, second) == ("Arg2", "Arg1")
        else BratRelation(label, head, tail)
    )


def _event(id: str, body: str, place: str) -> Event:
    parts = [part.rpartition(":") for part in body.split()]
    if not all(name and value for name, _, value in parts):
        raise DataError(
            f"{place}: {shown(body)} is not an event; 'LABEL:T1 ROLE:T2 ROLE:E3' is expected, the "
            "trigger and any number of arguments"
        )
    (label, _, trigger), *arguments = parts
    return Event(id, label, trigger, tuple((role, value) for role, _, value in arguments))


def database_name(id: str) -> str | None:
    """An entity's id as lines have it, with a database before it; None when none can hold it."""
    alone = _DATABASE_NAME.fullmatch(id) is None or id.startswith(_OWN_ID)
    name = f"{_OWN_ID}{id}" if alone else id
    return name if _DATABASE_NAME.fullmatch(name) else None

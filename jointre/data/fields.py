"""Checked access to the values of a JSON record; every mistake is a DataError with its place."""

from collections.abc import Mapping, Set
from math import isfinite
from typing import Any

from jointre.data.annotation import Entity, Relation, Span
from jointre.errors import DataError, abbreviated
from jointre.plurals import there_are

shown = abbreviated

LONGEST_INTEGER = 2**63
"""Offsets, indices and numbers of sentences are closer to 0."""


def mapping(value: Any, location: str, what: str) -> dict[str, Any]:
    """The value, when it is a JSON object."""
    if not isinstance(value, dict):
        raise DataError(f"{location}: {what} must be an object, not {shown(value)}")
    return value


def sequence(value: Any, location: str, what: str) -> list[Any]:
    """The value, when it is a JSON list."""
    if not isinstance(value, list):
        raise DataError(f"{location}: {what} must be a list, not {shown(value)}")
    return value


def string(value: Any, location: str, what: str) -> str:
    """The value, when it is a string."""
    if not isinstance(value, str):
        raise DataError(f"{location}: {what} must be a string, not {shown(value)}")
    return value


def strings(value: Any, location: str, what: str) -> tuple[str, ...]:
    """The value as a tuple, when it is a list of strings."""
    return tuple(
        string(item, location, f"{what}[{index}]")
        for index, item in enumerate(sequence(value, location, what))
    )


def integer(value: Any, location: str, what: str) -> int:
    """The value, when it is an integer of at most 64 bits; true and 1.0 are none."""
    if type(value) is not int:
        raise DataError(f"{location}: {what} must be an integer, not {shown(value)}")
    if abs(value) >= LONGEST_INTEGER:
        raise DataError(f"{location}: {what} must be an integer of 64 bits, not {shown(value)}")
    return value


def score(value: Any, location: str, what: str) -> float | None:
    """The value as a float, when it is a finite number; None stays None."""
    if value is None:
        return None
    if type(value) not in (int, float) or not isfinite(value):
        raise DataError(f"{location}: {what} must be a finite number, not {shown(value)}")
    return float(value)


def pair(value: Any, location: str, what: str) -> tuple[int, int]:
    """The value as two integers, when it is a list of two."""
    items = sequence(value, location, what)
    if len(items) != 2:
        raise DataError(f"{location}: {what} must be [start, end], not {shown(value)}")
    return integer(items[0], location, f"{what}[0]"), integer(items[1], location, f"{what}[1]")


def span(start: int, end: int, size: int, location: str, what: str) -> Span:
    """A half-open span, when it is not empty and lies within ``size`` tokens."""
    if end <= start:
        raise DataError(f"{location}: {what} ends at {end}, not after its start {start}")
    if start < 0 or end > size:
        raise DataError(f"{location}: {what} spans [{start}, {end}), outside the {size} tokens")
    return Span(start, end)


def relation(value: Any, key: str, count: int, location: str, what: str) -> Relation:
    """A relation object: its label under ``key``, head and tail as indices below ``count``."""
    item = mapping(value, location, what)
    ends = []
    for role in ("head", "tail"):
        index = integer(item.get(role), location, f"{what}.{role}")
        if not 0 <= index < count:
            raise DataError(
                f"{location}: {what}.{role} is {index}, but {there_are(count, 'entities')}, "
                "counted from 0"
            )
        ends.append(index)
    return Relation(string(item.get(key), location, f"{what}.{key}"), ends[0], ends[1])


def entity(value: Any, key: str, size: int, location: str, what: str) -> Entity:
    """An entity object with its label under ``key`` and half-open ``start`` and ``end``."""
    item = mapping(value, location, what)
    start = integer(item.get("start"), location, f"{what}.start")
    end = integer(item.get("end"), location, f"{what}.end")
    return Entity(
        string(item.get(key), location, f"{what}.{key}"), (span(start, end, size, location, what),)
    )


def further_keys(record: Mapping[str, Any], own: Set[str], id_key: str) -> dict[str, Any]:
    """The keys of a record that a document keeps in ``extra``.

    An id that is not a string is kept too, so that writing can give it back as the file had it.

    Args:
        record: Record of a document.
        own: Keys of the format, except that of the id.
        id_key: Key of the document's id.
    """
    unused = own | {id_key} if isinstance(record.get(id_key), str) else own
    return {key: value for key, value in record.items() if key not in unused}


def identity(value: Any, default: str, location: str, what: str) -> str:
    """A document's name: a string as it is, an integer in digits, ``default`` when absent."""
    if value is None:
        return default
    if type(value) is int:
        return str(value)
    return value if isinstance(value, str) else str(integer(value, location, what))

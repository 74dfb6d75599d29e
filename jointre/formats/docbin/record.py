"""Entities and relations in the ``user_data`` of a spaCy Doc: plain values, by characters.

What was found or annotated is one record under one key. The key has the form that spaCy gives to
custom attributes of spans, and the record's characters count from the key's start: spaCy moves such
keys when it joins Docs or takes a part of one, so the record stays right. Characters, unlike
tokens, survive a retokenisation. A DocBin keeps the record when it stores user data.
"""

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any, NamedTuple

from jointre.data.fields import integer, mapping, pair, score, sequence, string
from jointre.errors import DataError
from jointre.plurals import counted, there_are

PREFIX = "jointre."
Chars = tuple[int, int]
UserData = MutableMapping[Any, Any]


class EntityRecord(NamedTuple):
    """An entity, in characters.

    Args:
        label: Entity type; None if it is unknown.
        score: Probability of the label.
        mentions: Half-open character ranges, at least one.
        mention_scores: Probability of each mention.
        id: Name of the entity in its source.
    """

    label: str | None
    score: float | None
    mentions: Sequence[Chars]
    mention_scores: Sequence[float] | None = None
    id: str | None = None


class RelationRecord(NamedTuple):
    """A relation between the entities of its record, by their indices."""

    label: str
    head: int
    tail: int
    score: float | None = None
    evidence: Sequence[int] = ()


class DocRecord(NamedTuple):
    """What one component found, or an annotator: see :class:`jointre.data.schema.Document`."""

    entities: Sequence[EntityRecord]
    relations: Sequence[RelationRecord]
    clusters: Sequence[Sequence[int]] = ()


class Stored(NamedTuple):
    """A record as user data hold it.

    Args:
        place: its key there.
        key: the ``spans_key`` of the component it belongs to.
        record: characters count from the text's beginning, which may lie before the Doc's.
    """

    place: tuple[Any, ...]
    key: str
    record: DocRecord


def put(user_data: UserData, key: str, size: int, record: DocRecord) -> None:
    """Store a record, and replace those with the same key.

    Args:
        user_data: User data of a Doc, which are changed.
        key: The ``spans_key`` of the component.
        size: Length of the Doc's text.
        record: Record, in characters of that text.
    """
    for place, _ in _places(user_data, key):
        del user_data[place]
    user_data["._.", PREFIX + key, 0, size] = {
        "entities": [
            [
                label,
                value,
                [list(chars) for chars in mentions],
                None if scores is None else list(scores),
                id,
            ]
            for label, value, mentions, scores, id in record.entities
        ],
        "relations": [[*item[:4], list(item.evidence)] for item in record.relations],
        "clusters": [list(group) for group in record.clusters],
    }


def records(user_data: UserData, key: str | None, place: str) -> Iterator[Stored]:
    """The records of user data, component by component, each in the order of the text.

    Args:
        user_data: User data of a Doc, possibly from an untrusted file.
        key: Key of one component; None: all keys.
        place: Place of the Doc, for messages.

    Raises:
        DataError: a record has not the form that :func:`put` gives it.
    """
    found = list(_places(user_data, key))
    order = {name: rank for rank, name in enumerate(dict.fromkeys(name for _, name in found))}
    for where, name in sorted(found, key=lambda item: (order[item[1]], item[0][2])):
        what = f"{place}, user_data of {PREFIX + name!r}"
        yield Stored(where, name, _checked(lists(user_data[where]), where[2], what))


def _places(user_data: UserData, key: str | None) -> list[tuple[tuple[Any, ...], str]]:
    """The keys of records, each with the name of its component."""
    found = []
    for place in user_data:
        if isinstance(place, tuple) and len(place) == 4 and place[0] == "._.":
            name, start = place[1:3]
            if isinstance(name, str) and name.startswith(PREFIX) and type(start) is int:
                found.append((place, name.removeprefix(PREFIX)))
    return [item for item in found if key in (None, item[1])]


def lists(value: Any) -> Any:
    """A value of user data with lists for tuples: msgpack gives either."""
    if isinstance(value, tuple | list):
        return [lists(item) for item in value]
    return {k: lists(v) for k, v in value.items()} if isinstance(value, dict) else value


def _checked(value: Any, start: int, place: str) -> DocRecord:
    parts = mapping(value, place, "the record")
    entities = tuple(
        _entity(_fields(item, place, what, 3, 5), start, place, what)
        for what, item in _items(parts.get("entities"), place, "entities")
    )
    relations = tuple(
        _relation(_fields(item, place, what, 4, 5), len(entities), place, what)
        for what, item in _items(parts.get("relations"), place, "relations")
    )
    clusters = tuple(
        tuple(_index(member, len(entities), place, what) for member in sequence(group, place, what))
        for what, group in _items(parts.get("clusters", []), place, "clusters")
    )
    return DocRecord(entities, relations, clusters)


def _items(value: Any, place: str, name: str) -> list[tuple[str, Any]]:
    return [(f"{name}[{i}]", item) for i, item in enumerate(sequence(value, place, name))]


def _fields(value: Any, place: str, what: str, least: int, most: int) -> list[Any]:
    """A row with as many values as there may be; absent ones are None."""
    row = sequence(value, place, what)
    if not least <= len(row) <= most:
        raise DataError(f"{place}: {what} has {counted(len(row), 'values')}, not {least} to {most}")
    return row + [None] * (most - len(row))


def _entity(row: list[Any], start: int, place: str, what: str) -> EntityRecord:
    label, value, mentions, scores, id = row
    found = [pair(item, place, name) for name, item in _items(mentions, place, f"{what}.mentions")]
    if not found:
        raise DataError(f"{place}: {what} has no mention; an entity needs at least one")
    each = None if scores is None else _items(scores, place, f"{what}.mention_scores")
    known = None if each is None else [score(item, place, name) for name, item in each]
    if known is not None and (len(known) != len(found) or None in known):
        raise DataError(f"{place}: {what}.mention_scores must be {counted(len(found), 'numbers')}")
    return EntityRecord(
        None if label is None else string(label, place, f"{what}.label"),
        score(value, place, f"{what}.score"),
        tuple((left + start, right + start) for left, right in found),
        None if known is None else tuple(item for item in known if item is not None),
        None if id is None else string(id, place, f"{what}.id"),
    )


def _relation(row: list[Any], count: int, place: str, what: str) -> RelationRecord:
    label, head, tail, value, evidence = row
    return RelationRecord(
        string(label, place, f"{what}.label"),
        _index(head, count, place, f"{what}.head"),
        _index(tail, count, place, f"{what}.tail"),
        score(value, place, f"{what}.score"),
        tuple(integer(item, place, name) for name, item in _items(evidence or [], place, what)),
    )


def _index(value: Any, count: int, place: str, what: str) -> int:
    index = integer(value, place, what)
    if not 0 <= index < count:
        raise DataError(f"{place}: {what} is {index}, but {there_are(count, 'entities')}")
    return index

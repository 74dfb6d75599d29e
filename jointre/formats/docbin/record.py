"""Entities and relations in the ``user_data`` of a spaCy Doc: plain values, by characters.

The predictions of a component, or annotations, are one record under one key. The key has the form
that spaCy gives to custom attributes of spans, and the record's characters count from the key's
start: spaCy moves such keys when it joins Docs or takes a part of one, so the record stays right.
Characters, unlike tokens, survive a retokenisation. A DocBin keeps the record when it stores user
data.
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
    """The annotations of one component or annotator, see :class:`jointre.data.schema.Document`."""

    entities: Sequence[EntityRecord]
    relations: Sequence[RelationRecord]
    clusters: Sequence[Sequence[int]] = ()


class Stored(NamedTuple):
    """A record as user data hold it.

    Args:
        user_data_key: Its key in the user data.
        key: The ``spans_key`` of the component that it belongs to.
        record: Its characters count from the beginning of the text, which may lie before the Doc.
    """

    user_data_key: tuple[Any, ...]
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
    for user_data_key, _ in _record_keys(user_data, key):
        del user_data[user_data_key]
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


def records(user_data: UserData, key: str | None, location: str) -> Iterator[Stored]:
    """The records of user data, component by component, each in the order of the text.

    Args:
        user_data: User data of a Doc, possibly from an untrusted file.
        key: Key of one component; None: all keys.
        location: Location of the Doc, for messages.

    Raises:
        DataError: A record does not have the form that :func:`put` gives it.
    """
    record_keys = list(_record_keys(user_data, key))
    order = {name: rank for rank, name in enumerate(dict.fromkeys(name for _, name in record_keys))}
    for user_data_key, name in sorted(record_keys, key=lambda item: (order[item[1]], item[0][2])):
        what = f"{location}, user_data of {PREFIX + name!r}"
        yield Stored(
            user_data_key, name, _checked(lists(user_data[user_data_key]), user_data_key[2], what)
        )


def _record_keys(user_data: UserData, key: str | None) -> list[tuple[tuple[Any, ...], str]]:
    """The keys of records, each with the name of its component."""
    record_keys = []
    for user_data_key in user_data:
        if (
            isinstance(user_data_key, tuple)
            and len(user_data_key) == 4
            and user_data_key[0] == "._."
        ):
            name, start = user_data_key[1:3]
            if isinstance(name, str) and name.startswith(PREFIX) and type(start) is int:
                record_keys.append((user_data_key, name.removeprefix(PREFIX)))
    return [item for item in record_keys if key in (None, item[1])]


def lists(value: Any) -> Any:
    """A value of user data with lists in place of tuples, because msgpack gives either."""
    if isinstance(value, tuple | list):
        return [lists(item) for item in value]
    return {k: lists(v) for k, v in value.items()} if isinstance(value, dict) else value


def _checked(value: Any, start: int, location: str) -> DocRecord:
    record = mapping(value, location, "the record")
    entities = tuple(
        _entity(_fields(item, location, what, 3, 5), start, location, what)
        for what, item in _items(record.get("entities"), location, "entities")
    )
    relations = tuple(
        _relation(_fields(item, location, what, 4, 5), len(entities), location, what)
        for what, item in _items(record.get("relations"), location, "relations")
    )
    clusters = tuple(
        tuple(
            _index(member, len(entities), location, what)
            for member in sequence(group, location, what)
        )
        for what, group in _items(record.get("clusters", []), location, "clusters")
    )
    return DocRecord(entities, relations, clusters)


def _items(value: Any, location: str, name: str) -> list[tuple[str, Any]]:
    return [(f"{name}[{i}]", item) for i, item in enumerate(sequence(value, location, name))]


def _fields(value: Any, location: str, what: str, min_size: int, max_size: int) -> list[Any]:
    """A row with the maximum number of values; absent ones are None."""
    row = sequence(value, location, what)
    if not min_size <= len(row) <= max_size:
        raise DataError(
            f"{location}: {what} has {counted(len(row), 'values')}, not {min_size} to {max_size}"
        )
    return row + [None] * (max_size - len(row))


def _entity(row: list[Any], start: int, location: str, what: str) -> EntityRecord:
    label, value, mentions, score_list, id = row
    char_spans = [
        pair(item, location, name) for name, item in _items(mentions, location, f"{what}.mentions")
    ]
    if not char_spans:
        raise DataError(f"{location}: {what} has no mention; an entity needs at least one")
    located_scores = (
        None if score_list is None else _items(score_list, location, f"{what}.mention_scores")
    )
    mention_scores = (
        None
        if located_scores is None
        else [score(item, location, name) for name, item in located_scores]
    )
    if mention_scores is not None and (
        len(mention_scores) != len(char_spans) or None in mention_scores
    ):
        raise DataError(
            f"{location}: {what}.mention_scores must be {counted(len(char_spans), 'numbers')}"
        )
    return EntityRecord(
        None if label is None else string(label, location, f"{what}.label"),
        score(value, location, f"{what}.score"),
        tuple((left + start, right + start) for left, right in char_spans),
        None
        if mention_scores is None
        else tuple(item for item in mention_scores if item is not None),
        None if id is None else string(id, location, f"{what}.id"),
    )


def _relation(row: list[Any], count: int, location: str, what: str) -> RelationRecord:
    label, head, tail, value, evidence = row
    return RelationRecord(
        string(label, location, f"{what}.label"),
        _index(head, count, location, f"{what}.head"),
        _index(tail, count, location, f"{what}.tail"),
        score(value, location, f"{what}.score"),
        tuple(
            integer(item, location, name) for name, item in _items(evidence or [], location, what)
        ),
    )


def _index(value: Any, count: int, location: str, what: str) -> int:
    index = integer(value, location, what)
    if not 0 <= index < count:
        raise DataError(f"{location}: {what} is {index}, but {there_are(count, 'entities')}")
    return index

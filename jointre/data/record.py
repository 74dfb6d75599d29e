"""Read the record of a ``jsonl`` file: check it, and make the arguments of a Document."""

from collections.abc import Mapping, Sequence
from typing import Any

from jointre.data.annotation import Entity, Relation, Span, check_sentences
from jointre.data.char_spans import ENGLISH, SPLIT_WORDS, WordRules
from jointre.data.fields import (
    further_keys,
    identity,
    integer,
    mapping,
    pair,
    relation,
    score,
    sequence,
    shown,
    span,
    string,
    strings,
)
from jointre.data.kept_entities import links_of_kept
from jointre.data.record_words import CutWords, Given, cut_words
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.plurals import counted, there_are

RECORD_KEYS = frozenset(
    {"text", "tokens", "offsets", "sentences", "entities", "relations", "clusters", "flags"}
)
"""Keys of a record, except ``id``; others are kept in ``extra``."""

_ENTITY = frozenset({"label", "mentions", "chars", "score", "mention_scores", "id"})
_RELATION = frozenset({"label", "head", "tail", "score", "evidence"})

Offsets = tuple[tuple[int, int], ...]


class RecordAnnotation:
    """Collects entities, relations and clusters of one record while it is read.

    An entity whose mentions are all skipped is kept without mentions, so that relations can be
    counted before they are renumbered.

    Args:
        size: Number of tokens.
        offsets: Characters of each token, if they are known.
        location: Location of the record, for messages.
        skipped: Counts what is skipped.
        cut_spans: Words of each mention by characters, if words were split at mentions; None for a
            mention without a word. Missing mentions were counted before.
        starts: Index of the first part of each token of the record among the words, then the number
            of words, if words were split.

    Attributes:
        cut: Whether the tokens were made from the text, so that mentions are given as ``chars``.
    """

    cut: bool = False

    def __init__(
        self,
        size: int,
        offsets: Offsets | None,
        location: str,
        skipped: SkippedData,
        cut_spans: Mapping[tuple[int, int], Span | None] | None = None,
        starts: Sequence[int] | None = None,
    ) -> None:
        self.entities: list[Entity] = []
        self.relations: list[Relation] = []
        self.clusters: list[tuple[int, ...]] = []
        self._size = size
        self._offsets = offsets
        self._cut_spans = cut_spans
        self._given_size = size if starts is None else len(starts) - 1
        self._token_starts = range(size + 1) if starts is None else starts
        self._starts = {left: index for index, (left, _) in reversed([*enumerate(offsets or ())])}
        self._ends = {right: index + 1 for index, (_, right) in enumerate(offsets or ())}
        self._location = location
        self._skipped = skipped

    def read_entities(self, value: Any) -> None:
        """Entities by ``mentions`` in tokens, or by ``chars`` if there are none."""
        for index, item in enumerate(sequence(value, self._location, "entities")):
            what = f"entities[{index}]"
            fields = mapping(item, self._location, what)
            self._count_unknown_keys(fields, _ENTITY, "entities")
            mentions = self._mentions(fields, what)
            scores = self._scores(fields, len(mentions), what)
            mention_rows = [
                number for number, mention in enumerate(mentions) if mention is not None
            ]
            label = fields.get("label")
            name = fields.get("id")
            self.entities.append(
                Entity(
                    None if label is None else string(label, self._location, f"{what}.label"),
                    tuple(mention for mention in mentions if mention is not None),
                    score(fields.get("score"), self._location, f"{what}.score"),
                    None if scores is None else tuple(scores[number] for number in mention_rows),
                    None if name is None else identity(name, "", self._location, f"{what}.id"),
                )
            )

    def _mentions(self, fields: dict[str, Any], what: str) -> list[Span | None]:
        location, chars = self._location, fields.get("chars")
        if fields.get("mentions") is None:
            if chars is None or self._offsets is None:
                missing = "'mentions'" if self._offsets is None else "'mentions' or 'chars'"
                raise DataError(
                    f"{location}: {what} needs {missing}; found {shown(sorted(fields))}"
                )
            mentions = [
                self._aligned(item, f"{what}.chars[{n}]") for n, item in _items(chars, location)
            ]
        elif self.cut:
            raise DataError(
                f"{location}: {what}.mentions count tokens, but the record has only 'text'; "
                "give 'tokens' too, or the mentions as 'chars'"
            )
        else:
            mentions = [
                self._moved(
                    span(
                        *pair(item, location, f"{what}.mentions[{n}]"),
                        self._given_size,
                        location,
                        what,
                    )
                )
                for n, item in _items(fields["mentions"], location)
            ]
            self._count_different_chars(mentions, chars, what)
        if not mentions:
            raise DataError(f"{location}: {what} has no mention; an entity needs at least one")
        return mentions

    def _moved(self, mention: Span) -> Span:
        """The words that the record's tokens have become."""
        return Span(self._token_starts[mention.start], self._token_starts[mention.end])

    def _aligned(self, item: Any, what: str) -> Span | None:
        left, right = pair(item, self._location, what)
        if self._cut_spans is not None:
            return self._cut_spans.get((left, right))
        start, end = self._starts.get(left), self._ends.get(right)
        if start is not None and end is not None and start < end:
            return Span(start, end)
        kind = "mentions whose characters are not whole tokens skipped"
        self._skipped.add(kind, f"{self._location}, {what}")
        return None

    def _count_different_chars(self, spans: Sequence[Span | None], chars: Any, what: str) -> None:
        """Count ``chars`` that differ from the mentions beside them."""
        if chars is None:
            return
        listed_chars = [
            pair(item, self._location, f"{what}.chars[{n}]")
            for n, item in _items(chars, self._location)
        ]
        mentions = [mention for mention in spans if mention is not None]
        if self._offsets is None:
            self._skipped.add("chars without offsets skipped", f"{self._location}, {what}")
        elif listed_chars != [_chars(mention, self._offsets) for mention in mentions]:
            self._skipped.add("chars unlike the mentions skipped", f"{self._location}, {what}")

    def _scores(self, fields: dict[str, Any], size: int, what: str) -> list[float] | None:
        value = fields.get("mention_scores")
        if value is None:
            return None
        field = f"{what}.mention_scores"
        values = [
            score(item, self._location, field) for item in sequence(value, self._location, field)
        ]
        scores = [item for item in values if item is not None]
        if len(scores) != size or len(values) != size:
            raise DataError(
                f"{self._location}: {field} must be {counted(size, 'numbers')}, one per mention"
            )
        return scores

    def read_relations(self, value: Any) -> None:
        """Relations, by indices into the entities read before."""
        for index, item in enumerate(sequence(value, self._location, "relations")):
            what = f"relations[{index}]"
            checked = relation(item, "label", len(self.entities), self._location, what)
            self._count_unknown_keys(item, _RELATION, "relations")
            evidence = sequence(item.get("evidence", []), self._location, f"{what}.evidence")
            self.relations.append(
                Relation(
                    checked.label,
                    checked.head,
                    checked.tail,
                    score(item.get("score"), self._location, f"{what}.score"),
                    tuple(integer(n, self._location, f"{what}.evidence") for n in evidence),
                )
            )

    def read_clusters(self, value: Any) -> None:
        """Clusters: lists of indices into the entities read before."""
        count = len(self.entities)
        for index, group in enumerate(sequence(value, self._location, "clusters")):
            what = f"clusters[{index}]"
            members = [
                integer(n, self._location, what) for n in sequence(group, self._location, what)
            ]
            for member in members:
                if not 0 <= member < count:
                    raise DataError(
                        f"{self._location}: {what} names entity {member}, but "
                        f"{there_are(count, 'entities')}, counted from 0"
                    )
            self.clusters.append(tuple(members))

    def _count_unknown_keys(
        self, item: dict[str, Any], known_keys: frozenset[str], key: str
    ) -> None:
        unknown_keys = item.keys() - known_keys
        if unknown_keys:
            example = f"{self._location}, {sorted(unknown_keys)[0]!r}"
            self._skipped.add(f"unknown keys of {key} skipped", example, len(unknown_keys))


def _items(value: Any, location: str) -> list[tuple[int, Any]]:
    return list(enumerate(sequence(value, location, "a list of spans")))


def _chars(mention: Span, offsets: Offsets) -> tuple[int, int]:
    return offsets[mention.start][0], offsets[mention.end - 1][1]


def read_offsets(
    value: Any, tokens: Sequence[str], text: str | None, location: str
) -> Offsets | None:
    """One ``[start, end]`` per token, in characters; the text there, if it is known, is the token.

    Args:
        value: The record's ``offsets``.
        tokens: The record's tokens.
        text: The record's text, where it has one.
        location: Location of the record, for messages.

    Raises:
        DataError: The offsets cannot be right.
    """
    if value is None:
        return None
    size = len(tokens)
    pairs = tuple(pair(item, location, f"offsets[{n}]") for n, item in _items(value, location))
    if len(pairs) != size:
        raise DataError(
            f"{location}: {counted(len(pairs), 'offsets')} for {counted(size, 'tokens')}; give "
            "one per token"
        )
    for index, (left, right) in enumerate(pairs):
        if not 0 <= left <= right or (text is not None and right > len(text)):
            limit = "" if text is None else f" of {counted(len(text), 'characters')}"
            raise DataError(
                f"{location}: offsets[{index}] [{left}, {right}] is outside the text{limit}"
            )
        if text is not None and text[left:right] != tokens[index]:
            raise DataError(
                f"{location}: offsets[{index}] [{left}, {right}] is {shown(text[left:right])} "
                f"in the text, but tokens[{index}] is {shown(tokens[index])}; offsets count "
                "characters (Unicode code points) from 0, and the end is exclusive"
            )
    return pairs


def read_sentences(value: Any, tokens: tuple[str, ...], location: str) -> tuple[Span, ...]:
    """Spans that follow one another and cover all tokens; none when the list is empty."""
    spans = tuple(
        Span(*pair(item, location, f"sentences[{n}]"))
        for n, item in enumerate(sequence(value, location, "sentences"))
    )
    if spans:
        check_sentences(spans, len(tokens), location)
    return spans


def arguments_of(record: Any) -> dict[str, Any]:
    """The arguments of the Document that a record in memory describes.

    Args:
        record: A record as :func:`record_of` makes it.

    Raises:
        DataError: The value is not a record, or a part of it does not fit into a document.
    """
    skipped = SkippedData()
    arguments = read_arguments(checked_record(record, "record"), "0", "record", skipped)
    for kind, (count, example) in skipped:
        if kind != SPLIT_WORDS:
            raise DataError(
                f"this record does not fit into a document: {counted(count, kind)}; "
                f"first: {example}"
            )
    return arguments


def checked_record(record: Any, location: str) -> dict[str, Any]:
    """The record, if it has words or a text.

    Raises:
        DataError: The record has neither, or is not an object.
    """
    fields = mapping(record, location, "a document")
    if fields.get("tokens") is None and fields.get("text") is None:
        raise DataError(
            f"{location}: a document needs 'tokens' or 'text'; found {shown(sorted(fields))}"
        )
    return fields


def read_arguments(
    record: dict[str, Any],
    default: str,
    location: str,
    skipped: SkippedData,
    rules: WordRules = ENGLISH,
) -> dict[str, Any]:
    """The arguments of the Document that a record describes.

    Args:
        record: The record, see :func:`checked_record`.
        default: Id of the document if the record has none.
        location: Location of the record, for messages.
        skipped: Counts what the document cannot hold.
        rules: How a text without words is cut into words.

    Raises:
        DataError: A value cannot be right.
    """
    text = record.get("text")
    text = None if text is None else string(text, location, "text")
    cut = _words(record, text, location, skipped, rules)
    return {
        "id": identity(record.get("id"), default, location, "id"),
        "tokens": cut.words.tokens,
        "text": text,
        "offsets": cut.words.offsets if cut.known else None,
        "sentences": cut.words.sentences,
        **_annotations(record, cut, location, skipped),
        "flags": strings(record.get("flags", []), location, "flags"),
        "extra": further_keys(record, RECORD_KEYS, "id"),
    }


def _annotations(
    record: dict[str, Any], cut: CutWords, location: str, skipped: SkippedData
) -> dict[str, Any]:
    """Entities that have a mention, with their relations and clusters."""
    offsets = cut.words.offsets if cut.known else None
    size = len(cut.words.tokens)
    annotation = RecordAnnotation(size, offsets, location, skipped, cut.spans, cut.starts)
    annotation.cut = record.get("tokens") is None
    annotation.read_entities(record.get("entities", []))
    annotation.read_relations(record.get("relations", []))
    annotation.read_clusters(record.get("clusters", []))
    entities = annotation.entities
    kept_rows = [index for index, entity in enumerate(entities) if entity.mentions]
    if len(kept_rows) < len(entities):
        kind = "entities without a mention skipped"
        skipped.add(kind, location, len(entities) - len(kept_rows))
    relations, clusters = links_of_kept(
        kept_rows, annotation.relations, annotation.clusters, location, skipped
    )
    return {
        "entities": tuple(entities[index] for index in kept_rows),
        "relations": relations,
        "clusters": clusters,
    }


def _words(
    record: dict[str, Any], text: str | None, location: str, skipped: SkippedData, rules: WordRules
) -> CutWords:
    tokens, offsets = None, None
    sentences: tuple[Span, ...] = ()
    if record.get("tokens") is not None:
        tokens = strings(record["tokens"], location, "tokens")
        offsets = read_offsets(record.get("offsets"), tokens, text, location)
        sentences = read_sentences(record.get("sentences", []), tokens, location)
    elif record.get("offsets") is not None or record.get("sentences"):
        raise DataError(f"{location}: 'offsets' and 'sentences' need 'tokens'")
    entities = record.get("entities", [])
    return cut_words(Given(tokens, offsets, sentences, text), entities, rules, location, skipped)

"""The parts of the project's own record: checked and read, and written."""

from collections.abc import Mapping, Sequence
from typing import Any

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.sentences import sentences_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.fields import (
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
)
from jointre.formats.common.supported import extra_keys
from jointre.plurals import counted, there_are

_TAKEN = frozenset(
    {"text", "tokens", "offsets", "sentences", "entities", "relations", "clusters", "flags"}
)
_ENTITY = frozenset({"label", "mentions", "chars", "score", "mention_scores", "id"})
_RELATION = frozenset({"label", "head", "tail", "score", "evidence"})

Offsets = tuple[tuple[int, int], ...]


class Annotation:
    """Collects entities, relations and clusters of one record while it is read.

    An entity none of whose mentions is on token borders stays, without mentions, so that
    relations can be counted before they are renumbered.

    Args:
        size: number of tokens.
        offsets: characters of each token, where known.
        place: where the record stands, for messages.
        skipped: counts what must be left out.
        cut_spans: the words of each mention by characters, where words were cut at these; None
            for a mention without a word. Mentions that are missing were counted before.
        starts: the index of each of the record's own tokens among the words, and their number,
            where words were cut.

    Attributes:
        cut: the tokens were made from the text, so mentions can only come as ``chars``.
    """

    cut: bool = False

    def __init__(
        self,
        size: int,
        offsets: Offsets | None,
        place: str,
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
        self._place = place
        self._skipped = skipped

    def read_entities(self, value: Any) -> None:
        """Entities, by ``mentions`` in tokens or, failing that, by ``chars``."""
        for index, item in enumerate(sequence(value, self._place, "entities")):
            what = f"entities[{index}]"
            fields = mapping(item, self._place, what)
            self._unknown(fields, _ENTITY, "entities")
            mentions = self._mentions(fields, what)
            scores = self._scores(fields, len(mentions), what)
            kept = [number for number, mention in enumerate(mentions) if mention is not None]
            label = fields.get("label")
            name = fields.get("id")
            self.entities.append(
                Entity(
                    None if label is None else string(label, self._place, f"{what}.label"),
                    tuple(mention for mention in mentions if mention is not None),
                    score(fields.get("score"), self._place, f"{what}.score"),
                    None if scores is None else tuple(scores[number] for number in kept),
                    None if name is None else identity(name, "", self._place, f"{what}.id"),
                )
            )

    def _mentions(self, fields: dict[str, Any], what: str) -> list[Span | None]:
        place, chars = self._place, fields.get("chars")
        if fields.get("mentions") is None:
            if chars is None or self._offsets is None:
                missing = "'mentions'" if self._offsets is None else "'mentions' or 'chars'"
                raise DataError(f"{place}: {what} needs {missing}; found {shown(sorted(fields))}")
            found = [self._aligned(item, f"{what}.chars[{n}]") for n, item in _items(chars, place)]
        elif self.cut:
            raise DataError(
                f"{place}: {what}.mentions count tokens, but the record has only 'text'; "
                "give 'tokens' too, or the mentions as 'chars'"
            )
        else:
            found = [
                self._moved(
                    span(*pair(item, place, f"{what}.mentions[{n}]"), self._given_size, place, what)
                )
                for n, item in _items(fields["mentions"], place)
            ]
            self._compare(found, chars, what)
        if not found:
            raise DataError(f"{place}: {what} has no mention; an entity needs at least one")
        return found

    def _moved(self, mention: Span) -> Span:
        """The words that the record's tokens have become."""
        return Span(self._token_starts[mention.start], self._token_starts[mention.end])

    def _aligned(self, item: Any, what: str) -> Span | None:
        left, right = pair(item, self._place, what)
        if self._cut_spans is not None:
            return self._cut_spans.get((left, right))
        start, end = self._starts.get(left), self._ends.get(right)
        if start is not None and end is not None and start < end:
            return Span(start, end)
        kind = "mentions whose characters are not whole tokens left out"
        self._skipped.add(kind, f"{self._place}, {what}")
        return None

    def _compare(self, found: Sequence[Span | None], chars: Any, what: str) -> None:
        """Counts ``chars`` that say something else than the mentions beside them."""
        if chars is None:
            return
        given = [
            pair(item, self._place, f"{what}.chars[{n}]") for n, item in _items(chars, self._place)
        ]
        mentions = [mention for mention in found if mention is not None]
        if self._offsets is None:
            self._skipped.add("chars without offsets left out", f"{self._place}, {what}")
        elif given != [_chars(mention, self._offsets) for mention in mentions]:
            self._skipped.add("chars unlike the mentions left out", f"{self._place}, {what}")

    def _scores(self, fields: dict[str, Any], size: int, what: str) -> list[float] | None:
        value = fields.get("mention_scores")
        if value is None:
            return None
        where = f"{what}.mention_scores"
        found = [score(item, self._place, where) for item in sequence(value, self._place, where)]
        scores = [item for item in found if item is not None]
        if len(scores) != size or len(found) != size:
            raise DataError(
                f"{self._place}: {where} must be {counted(size, 'numbers')}, one per mention"
            )
        return scores

    def read_relations(self, value: Any) -> None:
        """Relations, by indices into the entities read before."""
        for index, item in enumerate(sequence(value, self._place, "relations")):
            what = f"relations[{index}]"
            plain = relation(item, "label", len(self.entities), self._place, what)
            self._unknown(item, _RELATION, "relations")
            evidence = sequence(item.get("evidence", []), self._place, f"{what}.evidence")
            self.relations.append(
                Relation(
                    plain.label,
                    plain.head,
                    plain.tail,
                    score(item.get("score"), self._place, f"{what}.score"),
                    tuple(integer(n, self._place, f"{what}.evidence") for n in evidence),
                )
            )

    def read_clusters(self, value: Any) -> None:
        """Clusters: lists of indices into the entities read before."""
        count = len(self.entities)
        for index, group in enumerate(sequence(value, self._place, "clusters")):
            what = f"clusters[{index}]"
            members = [integer(n, self._place, what) for n in sequence(group, self._place, what)]
            for member in members:
                if not 0 <= member < count:
                    raise DataError(
                        f"{self._place}: {what} names entity {member}, but "
                        f"{there_are(count, 'entities')}, counted from 0"
                    )
            self.clusters.append(tuple(members))

    def _unknown(self, item: dict[str, Any], known: frozenset[str], key: str) -> None:
        unknown = item.keys() - known
        if unknown:
            example = f"{self._place}, {sorted(unknown)[0]!r}"
            self._skipped.add(f"unknown keys of {key} left out", example, len(unknown))


def _items(value: Any, place: str) -> list[tuple[int, Any]]:
    return list(enumerate(sequence(value, place, "a list of spans")))


def _chars(mention: Span, offsets: Offsets) -> tuple[int, int]:
    return offsets[mention.start][0], offsets[mention.end - 1][1]


def read_offsets(value: Any, tokens: Sequence[str], text: str | None, place: str) -> Offsets | None:
    """One ``[start, end]`` per token, in characters; where the text is known, it spells the token.

    Args:
        value: The record's ``offsets``.
        tokens: The record's tokens.
        text: The record's text, where it has one.
        place: Where the record stands, for messages.

    Raises:
        DataError: The offsets cannot be right.
    """
    if value is None:
        return None
    size = len(tokens)
    pairs = tuple(pair(item, place, f"offsets[{n}]") for n, item in _items(value, place))
    if len(pairs) != size:
        raise DataError(
            f"{place}: {counted(len(pairs), 'offsets')} for {counted(size, 'tokens')}; give "
            "one a token"
        )
    for index, (left, right) in enumerate(pairs):
        if not 0 <= left <= right or (text is not None and right > len(text)):
            limit = "" if text is None else f" of {counted(len(text), 'characters')}"
            raise DataError(
                f"{place}: offsets[{index}] [{left}, {right}] is outside the text{limit}"
            )
        if text is not None and text[left:right] != tokens[index]:
            raise DataError(
                f"{place}: offsets[{index}] [{left}, {right}] is {shown(text[left:right])} in the "
                f"text, but tokens[{index}] is {shown(tokens[index])}; offsets count characters "
                "(Unicode code points) from 0, and the end is exclusive"
            )
    return pairs


def _spelled(document: Document, skipped: SkippedData) -> Offsets | None:
    """The document's offsets, unless its text has other words there."""
    text, offsets = document.text, document.offsets
    if text is None or offsets is None:
        return offsets
    words = zip(document.tokens, offsets, strict=True)
    if all(text[left:right] == token for token, (left, right) in words):
        return offsets
    kind = "lists of character offsets that do not spell the words left out"
    skipped.add(kind, f"document {document.id!r}")
    return None


def read_sentences(value: Any, tokens: tuple[str, ...], place: str) -> tuple[Span, ...]:
    """Spans that follow one another and cover all tokens; none when the list is empty."""
    spans = tuple(
        Span(*pair(item, place, f"sentences[{n}]"))
        for n, item in enumerate(sequence(value, place, "sentences"))
    )
    try:
        sentences_of(Document(place, tokens, sentences=spans))
    except DataError as error:
        raise DataError(str(error).replace(f"document {shown(place)}", place)) from error
    return spans


def record_of(document: Document, skipped: SkippedData) -> dict[str, Any]:
    """The JSON object of a document; keys that would be empty are left away.

    Args:
        document: about to be written.
        skipped: counts keys of ``extra`` that mean something else here, and offsets left out.
    """
    name = document.extra.get("id", document.id)
    record: dict[str, Any] = {
        "id": document.id if name is None or str(name) != document.id else name
    }
    if document.text is not None:
        record["text"] = document.text
    record["tokens"] = list(document.tokens)
    offsets = _spelled(document, skipped)
    if offsets is not None:
        record["offsets"] = [list(item) for item in offsets]
    if document.sentences:
        record["sentences"] = [list(item) for item in document.sentences]
    record["entities"] = [_entity(item, offsets) for item in document.entities]
    record["relations"] = [_relation(item) for item in document.relations]
    if document.clusters:
        record["clusters"] = [list(group) for group in document.clusters]
    if document.flags:
        record["flags"] = list(document.flags)
    return record | {
        key: value for key, value in extra_keys(document, _TAKEN, skipped).items() if key != "id"
    }


def _entity(entity: Entity, offsets: Offsets | None) -> dict[str, Any]:
    item: dict[str, Any] = {"label": entity.label, "mentions": [list(m) for m in entity.mentions]}
    if offsets is not None:
        item["chars"] = [list(_chars(mention, offsets)) for mention in entity.mentions]
    if entity.score is not None:
        item["score"] = entity.score
    if entity.mention_scores is not None:
        item["mention_scores"] = list(entity.mention_scores)
    if entity.id is not None:
        item["id"] = entity.id
    return item


def _relation(relation: Relation) -> dict[str, Any]:
    item: dict[str, Any] = {
        "label": relation.label,
        "head": relation.head,
        "tail": relation.tail,
    }
    if relation.score is not None:
        item["score"] = relation.score
    if relation.evidence:
        item["evidence"] = list(relation.evidence)
    return item

"""Overlapping windows over units too long to be read at once, and their merged predictions.

A unit within the limit is never cut, so its predictions do not depend on the rule below.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jointre.data.mentions import in_reading_order
from jointre.data.schema import Document, Entity, Relation, Span

STOPS = frozenset((".", "!", "?", "…", "。", "！", "？"))
FLAG = "windows"


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest unit that a model reads at once.

    Args:
        words: Most words of a window.
        pieces: Most pieces of a window, unless a single word has more.
        overlap: Words that neighbouring windows share, at most half of a window.
    """

    words: int
    pieces: int
    overlap: int


SENTENCE_LIMIT = Limit(words=256, pieces=2048, overlap=64)
DOCUMENT_LIMIT = Limit(words=4096, pieces=16_384, overlap=256)


@dataclass(frozen=True, slots=True)
class Cut:
    """The windows in which a unit is read.

    Args:
        windows: Words of each window in the unit.
        parts: Each window as a document.
        held: Indices of the unit's entities that each window contains.
    """

    windows: tuple[Span, ...]
    parts: tuple[Document, ...]
    held: tuple[tuple[int, ...], ...]

    def united(
        self, document: Document, predictions: Sequence[Document], given: bool, by_label: bool
    ) -> Document:
        """The unit with the predictions of its windows.

        Args:
            document: The unit.
            predictions: The prediction of each window.
            given: Whether the entities of the unit are kept, and only relations are predicted.
            by_label: Whether mentions of the same words with different labels are different
                entities.
        """
        if len(self.parts) == 1:
            return predictions[0]
        if given:
            return merged_given(document, self.windows, predictions, self.held)
        return merged(document, self.windows, predictions, by_label)


def cut(
    document: Document,
    count_pieces: Callable[[Sequence[str]], NDArray[np.int64]],
    limit: Limit,
) -> Cut:
    """The windows of a unit; the unit itself if it is within the limit.

    Args:
        document: The unit.
        count_pieces: Gives the number of pieces of each word.
        limit: Size and overlap of the windows.
    """
    tokens = document.tokens
    # A piece has at least one byte, so pieces of most units need not be counted.
    short = len(tokens) <= limit.words and 4 * sum(map(len, tokens)) <= limit.pieces
    windows = [Span(0, len(tokens))]
    if not short:
        windows = windows_of(document, count_pieces(tokens), limit)
    if len(windows) == 1:
        return Cut(tuple(windows), (document,), (tuple(range(len(document.entities))),))
    parts, held = zip(*(window_document(document, window) for window in windows), strict=True)
    return Cut(tuple(windows), parts, held)


def windows_of(document: Document, piece_counts: NDArray[np.int64], limit: Limit) -> list[Span]:
    """The windows of a unit; a single one within the limit.

    A window ends after the last full stop in its second half if there is one. The next one
    begins ``overlap`` words before that, so that pairs on both sides of the cut are read
    together, or up to as many words earlier if a sentence begins there.

    Args:
        document: The unit.
        piece_counts: Number of pieces of each word.
        limit: Size and overlap of the windows.
    """
    size = len(document.tokens)
    ends = np.concatenate([[0], piece_counts.cumsum()])

    def reach(start: int) -> int:
        room = int(np.searchsorted(ends, ends[start] + limit.pieces, side="right")) - 1
        return min(size, start + limit.words, max(room, start + 1))

    windows = [Span(0, _window_end(document, 0, reach(0), 0))]
    while windows[-1].end < size:
        first, last = windows[-1]
        overlap = min(limit.overlap, (last - first) // 2)
        latest = last - overlap
        earliest = max(first + 1, latest - overlap)
        begins = (i for i in range(latest, earliest - 1, -1) if document.tokens[i - 1] in STOPS)
        start = next(begins, latest)
        while reach(start) <= last:  # long words may fill the window before anything new
            start += 1
        windows.append(Span(start, _window_end(document, start, reach(start), last)))
    return windows


def _window_end(document: Document, start: int, end: int, after: int) -> int:
    """The end of a window: after a stop in its second half beyond ``after``, if there is one."""
    if end == len(document.tokens):
        return end
    half = max(start + (end - start) // 2, after)
    return next((i for i in range(end, half, -1) if document.tokens[i - 1] in STOPS), end)


def window_document(document: Document, window: Span) -> tuple[Document, tuple[int, ...]]:
    """A window as a document, and the indices of the unit's entities that it contains.

    Entities keep the mentions inside the window; entities without such mentions are removed.

    Args:
        document: The unit.
        window: Its words.
    """
    start, end = window
    held: list[int] = []
    entities: list[Entity] = []
    for index, entity in enumerate(document.entities):
        inside = [mention for mention in entity.mentions if _holds(window, mention)]
        if inside:
            held.append(index)
            spans = tuple(Span(left - start, right - start) for left, right in inside)
            entities.append(Entity(entity.label, spans))
    sentences = tuple(
        Span(max(left, start) - start, min(right, end) - start)
        for left, right in document.sentences
        if left < end and right > start
    )
    part = Document(
        f"{document.id}[{start}:{end}]",
        document.tokens[start:end],
        sentences=sentences,
        entities=tuple(entities),
    )
    return part, tuple(held)


def merged(
    document: Document, windows: Sequence[Span], predictions: Sequence[Document], by_label: bool
) -> Document:
    """The unit with the merged predictions of its windows.

    A mention that several windows contain is taken from the window in which it is farthest from an
    edge. Entities that share a mention are one entity, with the most probable label; a relation
    that several windows predict has its highest probability.

    Args:
        document: The unit.
        windows: Its windows, in order.
        predictions: The prediction of each window.
        by_label: Whether mentions of the same words with different labels are different entities.
    """
    groups = _Groups()
    for window, prediction in zip(windows, predictions, strict=True):
        groups.add_entities(window, prediction, by_label)
    entities: list[Entity] = []
    new_index: dict[int, int] = {}
    for root, members in groups.members().items():
        entity = _united(members, windows)
        if entity is not None:
            new_index[root] = len(entities)
            entities.append(entity)
    relations = _merged_relations(predictions, groups, new_index)
    unit = replace(document, entities=tuple(entities), relations=relations, clusters=())
    return in_reading_order(_flagged(unit, windows))


def _merged_relations(
    predictions: Sequence[Document], groups: "_Groups", new_index: Mapping[int, int]
) -> tuple[Relation, ...]:
    """The relations of all windows between the entities of groups, each with its highest score."""
    relations: dict[tuple[str, int, int], Relation] = {}
    for number, prediction in enumerate(predictions):
        for relation in prediction.relations:
            head, tail = (groups.root(number, i) for i in (relation.head, relation.tail))
            if head not in new_index or tail not in new_index:
                continue
            if (head == tail) == (relation.head == relation.tail):
                renumbered = replace(relation, head=new_index[head], tail=new_index[tail])
                _keep_best(relations, renumbered)
    return tuple(relations.values())


def merged_given(
    document: Document,
    windows: Sequence[Span],
    predictions: Sequence[Document],
    held: Sequence[Sequence[int]],
) -> Document:
    """The unit with its own entities, in their order, and the relations predicted in its windows.

    Args:
        document: The unit.
        windows: Its windows, in order.
        predictions: The prediction of each window.
        held: Indices of the unit's entities that each window contains.
    """
    entities = list(document.entities)
    relations: dict[tuple[str, int, int], Relation] = {}
    for number, (prediction, indices) in enumerate(zip(predictions, held, strict=True)):
        for index, entity in zip(indices, prediction.entities, strict=True):
            given = document.entities[index]
            if number == _owner(given.span, windows):
                entities[index] = replace(given, label=entity.label, score=entity.score)
        for relation in prediction.relations:
            renumbered = replace(relation, head=indices[relation.head], tail=indices[relation.tail])
            _keep_best(relations, renumbered)
    united = replace(document, entities=tuple(entities), relations=tuple(relations.values()))
    return _flagged(replace(united, clusters=()), windows)


class _Groups:
    """Entities of all windows; those that share a mention are in one group."""

    def __init__(self) -> None:
        self._entities: list[list[tuple[int, Entity]]] = []
        self._parents: list[int] = []
        self._first: list[int] = []
        self._by_mention: dict[tuple[Span, str | None], int] = {}

    def add_entities(self, window: Span, prediction: Document, by_label: bool) -> None:
        """Add the entities of the next window, moved to the words of the unit."""
        number = len(self._first)
        self._first.append(len(self._parents))
        for entity in prediction.entities:
            spans = tuple(Span(a + window.start, b + window.start) for a, b in entity.mentions)
            node = len(self._parents)
            self._parents.append(node)
            self._entities.append([(number, replace(entity, mentions=spans))])
            for span in spans:
                key = span, entity.label if by_label else None
                other_root = self._find(self._by_mention.setdefault(key, node))
                own_root = self._find(node)
                self._parents[max(own_root, other_root)] = min(own_root, other_root)

    def root(self, window: int, index: int) -> int:
        """The group of an entity of a window."""
        return self._find(self._first[window] + index)

    def members(self) -> dict[int, list[tuple[int, Entity]]]:
        """The window and the entity of each member of each group."""
        groups: dict[int, list[tuple[int, Entity]]] = {}
        for node, entities in enumerate(self._entities):
            groups.setdefault(self._find(node), []).extend(entities)
        return groups

    def _find(self, node: int) -> int:
        while self._parents[node] != node:
            node = self._parents[node]
        return node


def _united(members: Sequence[tuple[int, Entity]], windows: Sequence[Span]) -> Entity | None:
    """The members as one entity, with mentions of the windows that own them; None without any."""
    mentions: dict[Span, float | None] = {}
    for number, entity in members:
        scores = entity.mention_scores or (None,) * len(entity.mentions)
        for span, score in zip(entity.mentions, scores, strict=True):
            if _owner(span, windows) == number:
                mentions[span] = score
    if not mentions:
        return None
    best = max((entity for _, entity in members), key=lambda entity: entity.score or 0.0)
    spans = tuple(sorted(mentions))
    values = [mentions[span] for span in spans]
    known = tuple(value for value in values if value is not None)
    return replace(best, mentions=spans, mention_scores=known if len(known) == len(spans) else None)


def _owner(span: Span, windows: Sequence[Span]) -> int:
    """The window in which a span is farthest from an edge where the unit goes on."""
    size = windows[-1].end

    def distance(window: Span) -> int:
        if not _holds(window, span):
            return -1
        left = span.start - window.start if window.start else size
        right = window.end - span.end if window.end < size else size
        return min(left, right)

    return max(range(len(windows)), key=lambda number: distance(windows[number]))


def _holds(window: Span, span: Span) -> bool:
    return window.start <= span.start and span.end <= window.end


def _keep_best(relations: dict[tuple[str, int, int], Relation], relation: Relation) -> None:
    key = relation.label, relation.head, relation.tail
    best = relations.get(key)
    if best is None or (best.score or 0.0) < (relation.score or 0.0):
        relations[key] = relation


def _flagged(document: Document, windows: Sequence[Span]) -> Document:
    return replace(document, flags=(*document.flags, f"{FLAG}:{len(windows)}"))

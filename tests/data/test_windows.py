from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.windows import Cut, Limit, cut, merged, windows_of

LIMIT = Limit(words=8, pieces=1000, overlap=4)


def words(count: int, stops: tuple[int, ...] = ()) -> Document:
    return Document("d", tuple("." if i in stops else f"w{i}" for i in range(count)))


def ones(tokens: object) -> np.ndarray:
    return np.ones(len(tokens), np.int64)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("document", "windows"),
    [
        (words(8), [(0, 8)]),
        (words(9), [(0, 8), (4, 9)]),
        (words(16), [(0, 8), (4, 12), (8, 16)]),
        (words(12, (5,)), [(0, 6), (3, 11), (6, 12)]),  # after a stop, where there is one
        (words(15, (2, 6)), [(0, 7), (3, 11), (7, 15)]),  # from a sentence's beginning
        (words(12, (2,)), [(0, 8), (3, 11), (7, 12)]),  # not in the first half
    ],
)
def test_windows(document: Document, windows: list[tuple[int, int]]) -> None:
    found = windows_of(document, ones(document.tokens), LIMIT)
    assert [tuple(window) for window in found] == windows


def test_pieces_limit_a_window_too() -> None:
    document = words(6)
    counts = np.array([1, 1, 30, 1, 1, 1])
    found = windows_of(document, counts, Limit(8, 10, 2))
    assert found[0] == Span(0, 2)
    assert all(counts[a:b].sum() <= 10 or b == a + 1 for a, b in found)
    assert found[-1].end == 6


@given(st.integers(0, 200), st.integers(1, 20), st.integers(0, 30), st.sets(st.integers(0, 200)))
def test_windows_cover_the_unit_and_move_on(
    size: int, most: int, overlap: int, stops: set[int]
) -> None:
    document = words(size, tuple(stops))
    found = windows_of(document, ones(document.tokens), Limit(most, 1000, overlap))
    assert (found[0].start, found[-1].end) == (0, size)
    for before, after in pairwise(found):
        assert before.start < after.start <= before.end < after.end
        assert after.width <= most


def test_a_unit_within_the_limit_is_itself() -> None:
    document = words(8)
    assert cut(document, ones, LIMIT) == Cut((Span(0, 8),), (document,), ((),))


def part(size: int, *spans: tuple[int, int, str, float], links: object = ()) -> Document:
    entities = tuple(Entity(label, (Span(a, b),), score) for a, b, label, score in spans)
    return Document("d", ("x",) * size, entities=entities, relations=tuple(links))  # type: ignore[arg-type]


def test_a_mention_near_a_cut_is_found_once() -> None:
    """[4, 6) is in both windows, [6, 8) is cut short by the first one's end, [7, 9) is whole."""
    windows = [Span(0, 8), Span(4, 12)]
    first = part(8, (0, 1, "A", 0.9), (4, 6, "A", 0.8), (6, 8, "B", 0.7))
    second = part(8, (0, 2, "A", 0.6), (3, 5, "B", 0.9))
    found = merged(words(12), windows, [first, second], by_label=True)
    assert [(entity.span, entity.label, entity.score) for entity in found.entities] == [
        (Span(0, 1), "A", 0.9),
        (Span(4, 6), "A", 0.8),
        (Span(7, 9), "B", 0.9),
    ]


def test_pairs_on_both_sides_of_a_cut_are_related_once() -> None:
    windows = [Span(0, 8), Span(4, 12)]
    first = part(8, (4, 5, "A", 0.9), (7, 8, "B", 0.5), links=[Relation("r", 0, 1, 0.4)])
    second = part(
        8,
        (0, 1, "A", 0.9),
        (3, 4, "B", 0.7),
        (6, 7, "C", 0.7),
        links=[Relation("r", 0, 1, 0.8), Relation("r", 0, 2, 0.9)],
    )
    found = merged(words(12), windows, [first, second], by_label=True)
    assert [entity.span.start for entity in found.entities] == [4, 7, 10]
    assert [(one.head, one.tail, one.score) for one in found.relations] == [
        (0, 1, 0.8),
        (0, 2, 0.9),
    ]
    assert found.flags == ("windows:2",)


def test_entities_of_documents_that_share_a_mention_are_one() -> None:
    windows = [Span(0, 8), Span(4, 12)]
    first = Document(
        "d",
        ("x",) * 8,
        entities=(Entity("A", (Span(0, 1), Span(5, 6)), 0.6, (0.9, 0.8)),),
    )
    second = Document(
        "d", ("x",) * 8, entities=(Entity("B", (Span(1, 2), Span(7, 8)), 0.7, (0.5, 0.4)),)
    )
    (entity,) = merged(words(12), windows, [first, second], by_label=False).entities
    assert entity.mentions == (Span(0, 1), Span(5, 6), Span(11, 12))
    assert (entity.label, entity.mention_scores) == ("B", (0.9, 0.8, 0.4))


def test_given_entities_keep_their_order() -> None:
    document = Document(
        "d",
        words(12).tokens,
        entities=(Entity("B", (Span(10, 11),)), Entity(None, (Span(5, 6),))),
    )
    one = cut(document, ones, LIMIT)
    assert one.held == ((1,), (0, 1))
    first = part(8, (5, 6, "A", 0.5))
    second = part(8, (6, 7, "B", 0.9), (1, 2, "C", 0.4), links=[Relation("r", 1, 0, 0.9)])
    found = one.united(document, [first, second], given=True, by_label=True)
    assert [entity.span.start for entity in found.entities] == [10, 5]
    assert [entity.label for entity in found.entities] == ["B", "A"]
    assert [(link.head, link.tail) for link in found.relations] == [(1, 0)]

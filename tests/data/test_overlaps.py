"""Overlaps of labels against loops over all pairs, and their JSON form."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.overlaps import LabelOverlaps
from jointre.data.schema import Document, Entity, Span
from jointre.errors import DataError

MENTIONS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(1, 4), st.sampled_from("XYZ")), max_size=7
)


def document(mentions: list[tuple[int, int, str]]) -> Document:
    entities = tuple(Entity(label, (Span(s, s + width),)) for s, width, label in mentions)
    return Document("d", ("w",) * 12, entities=entities)


@settings(max_examples=60, deadline=None)
@given(st.lists(MENTIONS, max_size=3))
def test_against_loops(corpus: list[list[tuple[int, int, str]]]) -> None:
    nested, crossing, equal = set(), set(), set()
    for mentions in corpus:
        for a, width, one in mentions:
            for c, other_width, other in mentions:
                b, d = a + width, c + other_width
                if (a, b, one) == (c, d, other) or a >= d or c >= b:
                    continue
                if (a, b) == (c, d):
                    equal.add((one, other))
                elif c <= a and b <= d:
                    nested.add((one, other))
                elif not (a <= c and d <= b):
                    crossing.add((one, other))
    found = LabelOverlaps.of(map(document, corpus))
    assert found == LabelOverlaps(frozenset(nested), frozenset(crossing), frozenset(equal))
    assert LabelOverlaps.from_dict(json.loads(json.dumps(found.to_dict()))) == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "overlaps must be an object with nested, crossing, equal"),
        ({"nested": []}, "overlaps must be an object with nested, crossing, equal"),
        ({"nested": [["a"]], "crossing": [], "equal": []}, "overlaps.nested must be a list of pai"),
        ({"nested": [], "crossing": "ab", "equal": []}, "overlaps.crossing must be a list of pai"),
    ],
)
def test_what_is_not_overlaps(content: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        LabelOverlaps.from_dict(content)

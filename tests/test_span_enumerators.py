"""Enumeration against loops (SINET §2), and its options by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.errors import ConfigError
from jointre.span_enumerators import AllSpans, SpanEnumerator, is_punctuation
from jointre.testing.contracts import SpanEnumeratorContract
from tests.naive import spans as naive


class TestAllSpans(SpanEnumeratorContract):
    component = {"type": "all_spans", "max_width": 3}


class TestSomeWidthsWithoutPunctuation(SpanEnumeratorContract):
    component = {"type": "all_spans", "widths": [4, 1, 2], "cross_punctuation": False}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=4), st.integers(1, 14))
def test_against_loops(lengths: list[int], max_width: int) -> None:
    ends = np.cumsum(lengths).tolist()
    sentences = list(zip([0, *ends], ends, strict=False))
    found = AllSpans(max_width).spans(("w",) * ends[-1], sentences)
    wanted = [
        [sentences[number][0] + start, sentences[number][0] + end]
        for number, start, end in naive.enumerate_all(lengths, max_width)
    ]
    assert found.tolist() == wanted
    assert found.dtype == np.int64


def test_by_hand() -> None:
    """By sentence, then width, then start; none across sentences; empty sentences have none."""
    found = AllSpans(2).spans("abcdef", [(0, 3), (3, 3), (3, 5), (5, 6)])
    assert found.tolist() == [
        *([0, 1], [1, 2], [2, 3], [0, 2], [1, 3]),
        *([3, 4], [4, 5], [3, 5]),
        [5, 6],
    ]


def test_widths_replace_the_range() -> None:
    enumerator = AllSpans(widths=[3, 1])
    assert enumerator.spans("abcd", [(0, 4)]).tolist() == [
        *([0, 1], [1, 2], [2, 3], [3, 4]),
        *([0, 3], [1, 4]),
    ]
    assert enumerator.max_width == 3
    assert enumerator.reason_missed("abcd", 0, 2) == "of a width that is not in widths=[1, 3]"


def test_no_span_crosses_punctuation() -> None:
    words = ("Smith", ",", "Jr", ".", "U.S.", "left")
    enumerator = AllSpans(3, cross_punctuation=False)
    assert enumerator.spans(words, [(0, 6)]).tolist() == [[0, 1], [2, 3], [4, 5], [5, 6], [4, 6]]
    reason = enumerator.reason_missed(words, 0, 3)
    assert reason == "that contain punctuation (cross_punctuation=false)"
    assert AllSpans(3).reason_missed(words, 0, 3) is None


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        (",", True),
        ("…", True),
        ("''", True),
        ("。", True),
        ("U.S.", False),
        ("", False),
        ("+", False),
    ],
)
def test_punctuation(word: str, answer: bool) -> None:
    assert is_punctuation(word) is answer


def test_widths_twice() -> None:
    with pytest.raises(ConfigError, match=r"widths lists a width twice: \[2, 1, 2\]"):
        AllSpans(widths=[2, 1, 2])


def test_names() -> None:
    assert SpanEnumerator.names() == ["all_spans", "pruned"]

"""Edit distances: values by hand, the definition, and each string once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data import edit_distance
from jointre.data.edit_distance import edit_distances
from tests.naive.edit_distance import levenshtein

WORDS = st.text("abA -é\x00", max_size=7)


def distances(texts: list[str], pairs: list[tuple[int, int]]) -> list[int]:
    found = edit_distances(texts, np.array(pairs, np.int64).reshape(-1, 2))
    assert found.dtype == np.int64
    return [int(value) for value in found]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("hypertension", "hypotension", 2),
        ("", "abc", 3),
        ("Naloxone", "naloxone", 1),
        ("cardiac arrest", "arrest", 8),
        (" arrest ", "arrest", 0),
        ("ab", "ba", 2),  # no transposition
        ("x" * 400, "", 400),
    ],
)
def test_golden(first: str, second: str, expected: int) -> None:
    assert distances([first, second], [(0, 1), (1, 0), (0, 0)]) == [expected, expected, 0]


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_equals_the_definition(texts: list[str]) -> None:
    pairs = [(i, j) for i in range(len(texts)) for j in range(len(texts))]
    expected = [levenshtein(texts[i].strip(), texts[j].strip()) for i, j in pairs]
    assert distances(texts, pairs) == expected


@pytest.mark.parametrize("texts", [[], ["a"], ["a", "b"]])
def test_no_pairs(texts: list[str]) -> None:
    assert distances(texts, []) == []


def test_distinct_strings_are_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    cdist = edit_distance.process.cdist

    def counting(first: list[str], second: list[str], **options: object) -> object:
        sizes.append(len(first))
        return cdist(first, second, **options)

    monkeypatch.setattr(edit_distance.process, "cdist", counting)
    texts = ["aspirin", "pain", "aspirin", "pain ", "aspirin"]
    assert distances(texts, [(0, 2), (1, 3), (2, 3), (4, 1)]) == [0, 0, 4, 4]
    assert sizes == [2]

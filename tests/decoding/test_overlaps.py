"""Overlapping mentions against a greedy loop, and the four rules by hand."""

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.overlaps import LabelOverlaps
from jointre.data.vocabulary import Vocabulary
from jointre.decoding.overlaps import Overlap, OverlapRule
from jointre.errors import ConfigError
from jointre.positions import Spans

LABELS = ("Org", "Place")
LEARNED = LabelOverlaps(
    nested=frozenset({("Place", "Org")}),
    crossing=frozenset({("Org", "Org")}),
    equal=frozenset({("Org", "Place"), ("Place", "Org")}),
)
VOCABULARY = Vocabulary(LABELS, (), overlaps=LEARNED)
Mention = tuple[int, int, int, int, float]  # unit, start, end, label, probability


def kept(overlap: Overlap, mentions: list[Mention], by_label: bool = True) -> list[int]:
    columns = torch.tensor([row[:4] for row in mentions], dtype=torch.long).reshape(-1, 4).T
    scores = torch.tensor([row[4] for row in mentions])
    rule = OverlapRule(overlap, VOCABULARY, by_label)
    rows = rule.keep(Spans(*columns[:3]), columns[3], scores)
    return list(range(len(mentions))) if rows is None else rows.tolist()


def allowed(overlap: Overlap, one: Mention, other: Mention, by_label: bool) -> bool:
    (unit, a, b, x, _), (second, c, d, y, _) = one, other
    if overlap == "all" or unit != second or a >= d or c >= b:
        return True
    if overlap == "flat":
        return False
    inside, around = c <= a and b <= d, a <= c and d <= b
    if overlap == "nested":
        return inside or around
    kind = LEARNED.crossing
    first, last = LABELS[x], LABELS[y]
    if inside and around:
        kind = LEARNED.equal
    elif inside:
        kind = LEARNED.nested
    elif around:
        kind, first, last = LEARNED.nested, last, first
    return (first, last) in kind if by_label else bool(kind)


MENTIONS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 6),
        st.integers(1, 4),
        st.integers(0, 1),
        st.integers(1, 9),
    ),
    max_size=9,
    unique_by=lambda row: row[:4],
)


@pytest.mark.parametrize("by_label", [True, False])
@pytest.mark.parametrize("overlap", ["all", "learned", "nested", "flat"])
@settings(max_examples=60, deadline=None)
@given(rows=MENTIONS)
def test_against_a_greedy_loop(
    overlap: Overlap, by_label: bool, rows: list[tuple[int, int, int, int, int]]
) -> None:
    """Most probable first; of equally probable mentions, the first."""
    mentions = [(u, s, s + w, x if by_label else 0, p / 10) for u, s, w, x, p in sorted(rows)]
    taken: list[int] = []
    for row in sorted(range(len(mentions)), key=lambda i: (-mentions[i][4], i)):
        if all(allowed(overlap, mentions[row], mentions[i], by_label) for i in taken):
            taken.append(row)
    assert kept(overlap, mentions, by_label) == sorted(taken)


def test_by_hand() -> None:
    """Bank of England holds England; Bank of crosses of England."""
    bank, england, of = (0, 0, 3, 0, 0.9), (0, 2, 3, 1, 0.8), (0, 0, 2, 0, 0.7)
    crossing = (0, 1, 3, 0, 0.6)
    mentions = [bank, england, of, crossing]
    assert kept("all", mentions) == [0, 1, 2, 3]
    assert kept("nested", mentions) == [0, 1, 2]
    assert kept("flat", mentions) == [0]
    assert kept("flat", mentions[1:]) == [0, 1]
    assert kept("learned", mentions) == [0, 1]  # no Org lies in an Org
    assert kept("learned", [of, crossing]) == [0, 1]  # but they cross


def test_a_chain_is_resolved_from_its_best_mention() -> None:
    """Each mention overlaps the next: every other one stays, counted from the most probable."""
    chain = [(0, i, i + 2, 0, 0.1 + 0.05 * i) for i in range(10)]
    assert kept("flat", chain) == [1, 3, 5, 7, 9]


@pytest.mark.parametrize(
    ("overlap", "by_label"), [*product(["all", "nested", "flat"], [True, False])]
)
def test_no_mentions(overlap: Overlap, by_label: bool) -> None:
    assert kept(overlap, [], by_label) == []


def test_learned_needs_the_training_data() -> None:
    with pytest.raises(ConfigError, match="overlap='learned' needs the overlaps of the training"):
        OverlapRule("learned", Vocabulary(LABELS, ()))

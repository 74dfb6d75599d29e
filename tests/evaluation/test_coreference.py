import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.evaluation.coreference import (
    AVERAGED,
    MEASURES,
    coreference_scores,
    partition,
    score_clusters,
)
from tests.data.documents import TYPES_ARE_SAMPLED
from tests.evaluation.clustered import document
from tests.naive import coreference as naive

pytestmark = TYPES_ARE_SAMPLED


def clusters(text: str) -> list[set[str]]:
    return [set(cluster) for cluster in text.split()]


def ratios(gold: str, predicted: str, measure: str) -> Any:
    found = score_clusters([(clusters(gold), clusters(predicted))])[measure]
    return pytest.approx((found.precision, found.recall, found.f1))


KEY = "12345 67 89ABC"


@pytest.mark.parametrize(
    ("predicted", "measure", "expected"),
    [
        # The examples of Bagga and Baldwin (1998) and Luo (2005): the same number of links is
        # wrong, but joining the two large chains harms more.
        ("12345 6789ABC", "muc", (9 / 10, 1, 18 / 19)),
        ("1234589ABC 67", "muc", (9 / 10, 1, 18 / 19)),
        ("12345 6789ABC", "b_cubed", (16 / 21, 1, 32 / 37)),
        ("1234589ABC 67", "b_cubed", (7 / 12, 1, 14 / 19)),
        ("12345 6789ABC", "ceaf_e", (11 / 12, 11 / 18, 11 / 15)),
        ("1234589ABC 67", "ceaf_e", (5 / 6, 5 / 9, 2 / 3)),
        ("12345 67 89ABC", "ceaf_e", (1, 1, 1)),
        # One chain of all, and none at all.
        ("123456789ABC", "muc", (9 / 11, 1, 9 / 10)),
        ("123456789ABC", "b_cubed", (54 / 144, 1, 6 / 11)),
        ("123456789ABC", "ceaf_e", (10 / 17, 10 / 51, 5 / 17)),
        ("1 2 3 4 5 6 7 8 9 A B C", "muc", (0, 0, 0)),
        ("1 2 3 4 5 6 7 8 9 A B C", "b_cubed", (1, 1 / 4, 2 / 5)),
        ("1 2 3 4 5 6 7 8 9 A B C", "ceaf_e", (1 / 9, 4 / 9, 8 / 45)),
        ("1 2 3 4 5 6 7 8 9 A B C", "lea", (0, 0, 0)),
    ],
)
def test_the_classic_key(predicted: str, measure: str, expected: tuple[float, ...]) -> None:
    assert ratios(KEY, predicted, measure) == expected


def test_the_example_of_lea() -> None:
    """Moosavi and Strube 2016: {a,b,c}, {d,e,f,g} against {a,b}, {c,d}, {f,g,h,i}."""
    assert ratios("abc defg", "ab cd fghi", "lea") == (1 / 3, 5 / 21, 5 / 18)


def test_muc_s_own_example() -> None:
    """Vilain et al. 1995: the key's chain of four falls into two parts."""
    assert ratios("ABCD", "AB CD", "muc") == (1, 2 / 3, 4 / 5)
    assert ratios("AB CD", "ABCD", "muc") == (2 / 3, 1, 4 / 5)


def test_mentions_of_one_side_alone() -> None:
    assert ratios("ab", "ac", "muc") == (0, 0, 0)
    assert ratios("ab", "ac", "b_cubed") == (1 / 4, 1 / 4, 1 / 4)
    assert ratios("ab", "ac", "ceaf_e") == (1 / 2, 1 / 2, 1 / 2)
    assert ratios("ab", "ac", "lea") == (0, 0, 0)


def test_singletons() -> None:
    """Clusters for all but MUC; LEA finds one when it is alone on both sides."""
    found = score_clusters([(clusters("ab c d"), clusters("ab c e"))])
    assert found["muc"].to_dict() == {"precision": 1, "recall": 1, "f1": 1, "support": 1}
    assert found["b_cubed"].recall == 3 / 4
    assert found["ceaf_e"].recall == 2 / 3
    assert found["lea"].recall == 3 / 4
    alone = score_clusters([(clusters("a b"), clusters("a b"))])
    assert [alone[name].f1 for name in MEASURES] == [0, 1, 1, 1]
    assert ratios("a", "ab", "lea") == (0, 0, 0)


@pytest.mark.parametrize(("gold", "predicted"), [("", ""), ("ab", ""), ("", "ab")])
def test_without_clusters_all_is_zero(gold: str, predicted: str) -> None:
    found = score_clusters([(clusters(gold), clusters(predicted))])
    assert {(one.precision, one.recall, one.f1) for one in found.values()} == {(0, 0, 0)}
    assert found["b_cubed"].support == len(gold)
    assert set(score_clusters([])) == set(MEASURES)


def test_a_corpus_adds_up_before_it_divides() -> None:
    pairs = [(clusters("ab"), clusters("ab")), (clusters("abcd"), clusters("ab cd"))]
    found = score_clusters(pairs)
    assert found["muc"].recall == (1 + 2) / (1 + 3)
    assert found["b_cubed"].recall == (2 + 2) / (2 + 4)
    assert found["ceaf_e"].precision == pytest.approx((1 + 2 / 3) / (1 + 2))
    assert found["lea"].recall == (2 + 4 / 3) / (2 + 4)
    assert [found[name].support for name in MEASURES] == [4, 6, 2, 6]


def test_a_shared_mention_stays_in_the_largest_cluster() -> None:
    assert partition([*clusters("ab bcd e"), set()]) == clusters("bcd a e")
    assert partition(clusters("cb ab")) == clusters("ab c")
    assert partition(clusters("ab ab")) == clusters("ab")


def test_the_block_is_the_mean_of_three() -> None:
    gold = document([("A", (0, 1), (2, 3), (4, 5)), (None, (6, 7))])
    predicted = document([("B", (0, 1), (2, 3)), ("B", (4, 5), (6, 7))])
    scores = coreference_scores([(gold, predicted)])
    # muc 1/2, 1/2; b_cubed 3/4, (4/3 + 1/3 + 1)/4; ceaf_e (4/5 + 2/3)/2 in both.
    b_cubed, ceaf_e = (3 / 4, 2 / 3), (11 / 15, 11 / 15)
    assert list(scores.per_type) == sorted(AVERAGED)
    assert scores.precision == pytest.approx((1 / 2 + b_cubed[0] + ceaf_e[0]) / 3)
    assert scores.recall == pytest.approx((1 / 2 + b_cubed[1] + ceaf_e[1]) / 3)
    assert scores.f1 == pytest.approx((1 / 2 + 12 / 17 + 11 / 15) / 3)
    assert scores.macro_f1 == scores.f1
    assert scores.support == 4
    assert scores.counts is None


MENTIONS = range(7)


@st.composite
def partitions(draw: st.DrawFn) -> list[list[int]]:
    """Clusters of some of the mentions; few enough to try all pairings of them."""
    homes = draw(st.lists(st.integers(0, 4), min_size=len(MENTIONS), max_size=len(MENTIONS)))
    groups: dict[int, list[int]] = {}
    for mention, home in zip(MENTIONS, homes, strict=True):
        groups.setdefault(home, []).append(mention)
    groups.pop(0, None)  # those that are no mention on this side
    return draw(st.permutations(list(groups.values())))


@given(st.lists(st.tuples(partitions(), partitions()), max_size=3))
def test_equals_naive_loops(corpus: list[tuple[list[list[int]], list[list[int]]]]) -> None:
    found = score_clusters(
        [([set(one) for one in gold], [set(one) for one in guess]) for gold, guess in corpus]
    )
    for name in MEASURES:
        sides = []
        for flip in (1, -1):
            parts = [getattr(naive, name)(*pair[::flip]) for pair in corpus]
            hits, possible = sum(part[0] for part in parts), sum(part[1] for part in parts)
            sides.append(hits / possible if possible else 0)
        assert (found[name].recall, found[name].precision) == pytest.approx(tuple(sides)), name


@given(partitions())
def test_gold_against_itself_is_one(gold: list[list[int]]) -> None:
    found = score_clusters([([set(one) for one in gold],) * 2])
    linked = any(len(cluster) > 1 for cluster in gold)
    assert found.pop("muc").f1 == (1 if linked else 0)
    assert {one.f1 for one in found.values()} == {1 if gold else 0}


overlapping = st.lists(st.sets(st.sampled_from(MENTIONS), min_size=1), max_size=6)


@given(overlapping, overlapping, st.integers(0, 10**6))
def test_order_makes_no_difference_and_values_are_ratios(
    gold: list[set[int]], predicted: list[set[int]], seed: int
) -> None:
    rng = random.Random(seed)
    found = score_clusters([(gold, predicted)])
    mixed = [rng.sample(side, len(side)) for side in (gold, predicted)]
    again = score_clusters([(mixed[0], mixed[1])])
    swapped = score_clusters([(predicted, gold)])
    for name, one in found.items():
        assert (one.precision, one.recall) == pytest.approx(
            (again[name].precision, again[name].recall)
        )
        assert (one.precision, one.recall) == pytest.approx(
            (swapped[name].recall, swapped[name].precision)
        )
        assert 0 <= one.precision <= 1 + 1e-12
        assert min(one.precision, one.recall) - 1e-12 <= one.f1

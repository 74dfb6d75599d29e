"""Complete linkage: values by hand, the definition, scikit-learn, ties, few mentions."""

import re
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import AgglomerativeClustering

from jointre.decoding import clustering
from jointre.decoding.clustering import cluster, linked_groups, relation_differences
from tests.naive import clustering as naive


def pairs_of(size: int) -> np.ndarray:
    return np.array(list(combinations(range(size), 2)), np.int64).reshape(-1, 2)


def clusters(size: int, scores: list[float] | np.ndarray, threshold: float = 0.85) -> list[int]:
    found = cluster(size, pairs_of(size), np.asarray(scores, np.float32), threshold)
    return [int(number) for number in found]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((0.95, 0.5, 0.9), [0, 0, 1]),
        ((0.95, 0.86, 0.9), [0, 0, 0]),
        ((0.9, 0.5, 0.95), [0, 1, 1]),
        ((0.5, 0.95, 0.9), [0, 1, 0]),
        ((0.8, 0.8, 0.8), [0, 1, 2]),
    ],
)
def test_golden(scores: tuple[float, float, float], expected: list[int]) -> None:
    assert clusters(3, list(scores)) == expected


@pytest.mark.parametrize(("size", "expected"), [(0, []), (1, [0])])
def test_no_pair(size: int, expected: list[int]) -> None:
    assert clusters(size, []) == expected


@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_threshold_itself_is_too_little(threshold: float) -> None:
    assert clusters(2, [threshold], threshold) == [0, 1]
    above = np.nextafter(np.float32(threshold), np.float32(2))
    if threshold not in (0.0, 1.0):
        assert clusters(2, [above], threshold) == [0, 0]
    assert clusters(2, [0.01], 0.0) == [0, 0]


def test_probabilities_of_one() -> None:
    """A sigmoid's float32 saturates: all distances are 0, and ties end in cliques."""
    assert clusters(4, [1.0] * 6) == [0, 0, 0, 0]
    assert clusters(4, [1.0] * 6, 1.0) == [0, 1, 2, 3]
    found = clusters(3, [1.0, 0.0, 1.0])  # 0-1 and 1-2 tie, 0-2 must not meet
    assert found in ([0, 0, 1], [0, 1, 1])


def test_order_of_pairs_does_not_matter() -> None:
    scores = np.array([0.95, 0.5, 0.2, 0.9, 0.3, 0.99], np.float32)
    pairs, order = pairs_of(4), np.array([3, 0, 5, 1, 4, 2])
    expected = cluster(4, pairs, scores, 0.85).tolist()
    assert expected == [0, 0, 1, 1]
    assert cluster(4, pairs[order], scores[order], 0.85).tolist() == expected


@pytest.mark.parametrize(
    ("size", "pairs"), [(3, [[0, 1], [0, 2]]), (2, [[1, 0]]), (2, [[0, 1], [0, 1]]), (1, [[0, 1]])]
)
def test_pairs_that_do_not_fit(size: int, pairs: list[list[int]]) -> None:
    text = f"the {len(pairs)} pairs are not all i < j of {size} mentions"
    with pytest.raises(ValueError, match=re.escape(text)):
        cluster(size, np.array(pairs), np.full(len(pairs), 0.5, np.float32), 0.85)


SIZES = st.integers(0, 9)


@given(SIZES, st.sampled_from([0.3, 0.5, 0.85]), st.randoms(use_true_random=False))
def test_equals_the_definition(size: int, threshold: float, random: object) -> None:
    count = size * (size - 1) // 2
    ranks = list(range(1, count + 1))
    random.shuffle(ranks)  # type: ignore[attr-defined]
    scores = [rank / (count + 1) for rank in ranks]  # all different
    by_pair = dict(zip(combinations(range(size), 2), scores, strict=True))
    assert clusters(size, scores, threshold) == naive.cluster(size, by_pair, threshold)


@st.composite
def scored(draw: st.DrawFn) -> tuple[int, np.ndarray]:
    """Mentions and scores, many of them equal."""
    size = draw(st.integers(2, 8))
    steps = draw(arrays(np.int64, size * (size - 1) // 2, elements=st.integers(0, 8)))
    return size, (steps / 8).astype(np.float32)


@given(scored(), st.sampled_from([0.0, 0.25, 0.5, 0.85, 0.875]))
def test_all_pairs_of_a_cluster_pass(case: tuple[int, np.ndarray], threshold: float) -> None:
    """Ties or not; and no two whole clusters could still merge."""
    size, scores = case
    found = clusters(size, scores, threshold)
    assert sorted(set(found), key=found.index) == list(range(len(set(found))))
    least: dict[tuple[int, int], float] = {}
    for (i, j), score in zip(combinations(range(size), 2), scores.tolist(), strict=True):
        one, other = sorted((found[i], found[j]))
        least[one, other] = min(least.get((one, other), 1.0), score)
    for (one, other), score in least.items():
        assert (score > threshold) == (one == other)


@given(scored(), st.sampled_from([0.25, 0.5, 0.85]))
def test_equals_scikit_learn(case: tuple[int, np.ndarray], threshold: float) -> None:
    """As released, ties included."""
    size, scores = case
    table = np.ones((size, size), np.float32)
    table[tuple(pairs_of(size).T)] = 1 - scores
    reference = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="complete", distance_threshold=1 - threshold
    ).fit_predict(table)
    found = clusters(size, scores, threshold)
    assert len(set(zip(found, reference.tolist(), strict=True))) == len(set(found))
    assert len(set(found)) == len(set(reference.tolist()))


@given(st.integers(1, 8), st.sampled_from([0.3, 0.5, 0.85]), st.randoms(use_true_random=False))
def test_groups_are_linked_by_their_mean(size: int, threshold: float, random: object) -> None:
    """Equals complete linkage of the groups themselves, with the means of their pairs."""
    count = size * (size - 1) // 2
    ranks = list(range(1, count + 1))
    random.shuffle(ranks)  # type: ignore[attr-defined]
    scores = {
        pair: float(np.float32(rank / (count + 1)))
        for pair, rank in zip(combinations(range(size), 2), ranks, strict=True)
    }
    drawn = [random.randrange(3) for _ in range(size)]  # type: ignore[attr-defined]
    groups = [sorted(set(drawn)).index(number) for number in drawn]
    means = naive.mean_scores(groups, scores)
    by_group = naive.cluster(max(groups) + 1, means, threshold)
    expected = [by_group[group] for group in groups]
    found = cluster(
        size,
        pairs_of(size),
        np.array(list(scores.values()), np.float32),
        threshold,
        np.array(groups),
    ).tolist()
    if len({round(mean, 12) for mean in means.values()}) == len(means):  # no ties
        assert [found.index(n) for n in found] == [expected.index(n) for n in expected]
    assert all(found[i] == found[j] for i, j in scores if groups[i] == groups[j])


def test_a_long_chain_of_equal_names_holds_together() -> None:
    """One improbable pair splits a cluster of four mentions, unless their names are equal."""
    scores = [0.9, 0.9, 0.9, 0.9, 0.2, 0.9]
    assert len(set(clusters(4, scores))) == 2
    found = cluster(4, pairs_of(4), np.array(scores, np.float32), 0.6, np.array([0, 0, 1, 1]))
    assert found.tolist() == [0, 0, 0, 0]  # the mean of 0.9, 0.9, 0.9 and 0.2 is 0.725


def test_linked_groups() -> None:
    assert linked_groups(3, np.zeros((0, 2), np.int64)).tolist() == [0, 1, 2]
    assert linked_groups(5, np.array([[0, 4], [1, 4], [2, 3]])).tolist() == [0, 0, 1, 1, 0]


@pytest.mark.parametrize("size", [2, 3, 7])
@pytest.mark.parametrize("labels", [0, 1, 4])
def test_relation_differences_equal_the_definition(
    size: int, labels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many pairs are compared at once."""
    generator = torch.Generator().manual_seed(size + labels)
    probabilities = torch.rand(size, size, labels, generator=generator) ** 3
    pairs = torch.combinations(torch.arange(size))
    expected = [
        naive.relation_difference(probabilities.tolist(), one, other)
        for one, other in pairs.tolist()
    ]
    for numbers in (1, 100, 1 << 22):
        monkeypatch.setattr(clustering, "NUMBERS_AT_ONCE", numbers)
        assert relation_differences(probabilities, pairs).tolist() == pytest.approx(expected)
    assert relation_differences(probabilities, pairs[:0]).tolist() == []


def test_relation_differences_by_hand() -> None:
    """0 and 1 have the same relation with 3, 2 has another one, and 3 is their tail."""
    probabilities = torch.zeros(4, 4, 2)
    probabilities[0, 3, 0] = probabilities[1, 3, 0] = probabilities[2, 3, 1] = 0.9
    pairs = torch.tensor([[0, 1], [0, 2], [0, 3]])
    assert relation_differences(probabilities, pairs).tolist() == pytest.approx([0, 1, 1])
    # Hardly related to anything: they hardly differ.
    assert relation_differences(probabilities / 90, pairs).tolist() == pytest.approx(
        [0, 0.02, 0.04]
    )

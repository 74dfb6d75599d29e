"""The components of jointre.nn.pair_features: contracts, and equality with loops."""

import pytest
import torch

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.nn.pair_features import ROWS, DistanceFeatures, PairFeatures, buckets
from jointre.testing.contracts import PairFeaturesContract
from tests.naive import care as naive


def test_interface() -> None:
    assert PairFeatures.interface == "pair_features"
    assert "distance" in PairFeatures.names()
    assert DistanceFeatures(dim=4).output_dim == 4


class TestDistanceFeatures(PairFeaturesContract):
    component = {"type": "distance", "dim": 3}


class TestByName(PairFeaturesContract):
    component = "distance"


def test_buckets_equal_loops() -> None:
    distances = list(range(-600, 601))
    found = buckets(torch.tensor(distances)).tolist()
    assert found == [naive.bucket(distance) for distance in distances]
    assert sorted(set(found)) == list(range(1, ROWS))  # row 0 is padding's


@pytest.mark.parametrize(
    ("distance", "row"),
    [
        (0, 19),
        (1, 1),
        (2, 2),
        (3, 2),
        (4, 3),
        (7, 3),
        (8, 4),
        (16, 5),
        (32, 6),
        (64, 7),
        (127, 7),
        (128, 8),
        (255, 8),
        (256, 9),
        (10**6, 9),
        (-1, 10),
        (-3, 11),
        (-255, 17),
        (-256, 18),
        (-(10**6), 18),
    ],
)
def test_buckets_by_hand(distance: int, row: int) -> None:
    assert buckets(torch.tensor([distance])).tolist() == [row]


@pytest.mark.parametrize("positions", [1, 2, 5, 300])
def test_index_is_row_minus_column(positions: int) -> None:
    found = DistanceFeatures().index(positions)
    assert found.tolist() == naive.distance_ids(positions)


def test_size() -> None:
    features = DistanceFeatures()
    assert features.values.shape == (20, 20)
    assert [name for name, _ in features.named_parameters()] == ["table"]


def test_a_width_is_needed() -> None:
    with pytest.raises(ConfigError, match="dim"):
        construct(Factory[PairFeatures], {"type": "distance", "dim": 0})

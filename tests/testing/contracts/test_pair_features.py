"""The suite of pair features finds seeded faults."""

import pytest
import torch
from torch import Tensor, nn

from jointre.nn.pair_features import PairFeatures
from jointre.testing.contracts import PairFeaturesContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(PairFeatures):
    """Before, at or after."""

    def __init__(self) -> None:
        super().__init__()
        self.output_dim = 2
        self.table = nn.Parameter(torch.randn(3, 2))

    @property
    def values(self) -> Tensor:
        return self.table

    def index(self, positions: int) -> Tensor:
        place = torch.arange(positions, device=self.table.device)
        return (place[:, None] - place).sign() + 1


class WrongWidth(Sound):
    def __init__(self) -> None:
        super().__init__()
        self.output_dim = 3


class OneRow(Sound):
    def index(self, positions: int) -> Tensor:
        return super().index(positions)[:1]


class Outside(Sound):
    def index(self, positions: int) -> Tensor:
        place = torch.arange(positions)
        return (place[:, None] - place).abs()


class Negative(Sound):
    def index(self, positions: int) -> Tensor:
        return super().index(positions) - 1


class FromTheEnd(Sound):
    def index(self, positions: int) -> Tensor:
        place = torch.arange(positions)
        return ((place[:, None] - place) == positions // 2).long() + 1


class Constant(Sound):
    def index(self, positions: int) -> Tensor:
        return 0 * super().index(positions)


class Untrained(Sound):
    @property
    def values(self) -> Tensor:
        return self.table.detach()


FAULTS: list[tuple[type, str, str]] = [
    (WrongWidth, "test_declared_width", r"values must have output_dim columns: shape \(3, 2\)"),
    (OneRow, "test_one_row_a_pair", r"one entry per pair of positions: shape \(1, 2\)"),
    (Outside, "test_one_row_a_pair", "the index of 9 positions points outside the 3 rows"),
    (Negative, "test_one_row_a_pair", "points outside the 3 rows"),
    (FromTheEnd, "test_more_positions_change_no_pair", "has another row among 40"),
    (FromTheEnd, "test_unit_alone_equals_unit_in_a_batch", "depends on the longer units"),
    (Constant, "test_pairs_differ", "all pairs of 8 positions have the same row"),
    (Untrained, "test_every_parameter_learns", "no gradient reaches table"),
]


def test_sound_features() -> None:
    passes(suite(PairFeaturesContract, Sound))


@pytest.mark.parametrize(("component", "check", "message"), FAULTS)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(PairFeaturesContract, component), check, message)

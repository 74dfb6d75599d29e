"""The interface, and what its base does."""

import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.nn.refiners import Refiner


class Doubles(Refiner):
    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def refine(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: dict[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        self.calls += 1
        return 2 * rows


def test_interface() -> None:
    assert Refiner.given == ("input_dim", "prototype_dims")
    assert {"memory_flow", "memory_read"} <= set(Refiner.names())


@pytest.mark.parametrize("active", [True, False])
def test_nothing_is_called_while_inactive(active: bool) -> None:
    module = Doubles()
    assert module.active.dtype == torch.bool
    module.active.fill_(active)
    rows = torch.randn(3, 2)
    found = module(rows, torch.zeros(3, dtype=torch.long), {})
    assert module.calls == int(active)
    assert torch.equal(found, 2 * rows) if active else found is rows


def test_the_switch_is_saved_and_never_trained() -> None:
    module = Doubles()
    assert module.state_dict().keys() == {"active"}
    assert not list(module.parameters())
    module.to(torch.float64)
    assert module.active.dtype == torch.bool

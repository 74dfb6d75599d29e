"""The suite of refiners finds seeded faults."""

from typing import Any

import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.nn.masking import Softmax
from jointre.nn.refiners import MemoryFlow, MemoryRead, Refiner
from jointre.testing.contracts import RefinerContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(Refiner):
    """Memory flow, with hooks for faults."""

    def __init__(self, input_dim: int, prototype_dims: dict[str, int]) -> None:
        super().__init__()
        self.inner = MemoryFlow(input_dim, prototype_dims, fusion="residual")

    def refine(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: dict[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        return self.inner(rows, segment, prototypes)


class NoSegments(Sound):
    def refine(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: dict[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        return self.inner(rows, torch.zeros_like(segment), prototypes)


class Nothing(Sound):
    def refine(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: dict[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        return 1 * rows


class Detached(Sound):
    def __init__(self, input_dim: int, prototype_dims: dict[str, int]) -> None:
        super().__init__(input_dim, prototype_dims)
        self.inner.memory_grad = False


class EntityOnly(Sound):
    def __init__(self, input_dim: int, prototype_dims: dict[str, int]) -> None:
        super().__init__(input_dim, prototype_dims)
        self.inner = MemoryFlow(input_dim, prototype_dims, ["entity"])


class Reads(Sound):
    def __init__(self, input_dim: int, prototype_dims: dict[str, int]) -> None:
        super().__init__(input_dim, prototype_dims)
        self.inner = MemoryRead(input_dim, prototype_dims)


class AlwaysActive(Sound):
    def forward(self, *inputs: Any) -> Tensor:
        return self.refine(*inputs)


class Forgets(Sound):
    """The switch is no part of the state."""

    def __init__(self, input_dim: int, prototype_dims: dict[str, int]) -> None:
        super().__init__(input_dim, prototype_dims)
        for module in (self, self.inner):
            module.register_buffer("active", torch.tensor(True), persistent=False)


class StartsInactive(Sound):
    def __init__(self, input_dim: int, prototype_dims: dict[str, int]) -> None:
        super().__init__(input_dim, prototype_dims)
        self.active.fill_(False)


class Unused(Sound):
    def __init__(self, input_dim: int, prototype_dims: dict[str, int]) -> None:
        super().__init__(input_dim, prototype_dims)
        self.unused = nn.Parameter(torch.ones(2))


def test_sound_refiner() -> None:
    passes(suite(RefinerContract, Sound, attends_over="rows"))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (NoSegments, "test_unit_alone_equals_unit_in_a_batch", "depends on the longer units"),
        (NoSegments, "test_padding_does_not_matter", "padding leaks into the result"),
        (NoSegments, "test_attention", "an attention is padded by unit: shape"),
        (Nothing, "test_one_row_a_row", "an active refiner must change the rows"),
        (Nothing, "test_prototypes", "the entity prototypes do not change the rows"),
        (Nothing, "test_attention", r"attentions of \[\] slots, not \[3, 2\]"),
        (Detached, "test_prototypes", "no gradient reaches the entity prototypes"),
        (EntityOnly, "test_prototypes", "the relation prototypes do not change the rows"),
        (EntityOnly, "test_attention", r"attentions of \[3\] slots, not \[3, 2\]"),
        (Reads, "test_attention", r"attentions of \[8, 8\] slots, not \[3, 2\]"),
        (AlwaysActive, "test_inactive_changes_nothing", "must leave the rows alone"),
        (Forgets, "test_active_is_part_of_the_state", "'active' is not restored with the weights"),
        (StartsInactive, "test_inactive_changes_nothing", "must be active from the start"),
        (Unused, "test_every_parameter_learns", "no gradient reaches unused"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(RefinerContract, component, attends_over="rows"), check, message)


def test_a_gradient_too_many() -> None:
    contract = suite(RefinerContract, Sound, attends_over="rows", learns=("relation",))
    fails(contract, "test_prototypes", "a gradient reaches the entity prototypes")


def test_attention_that_nobody_told_of() -> None:
    fails(
        suite(RefinerContract, Sound),
        "test_attention",
        "attends_over is None, but the refiner has attention",
    )


def test_attention_on_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Softmax, "forward", lambda self, scores, keep: scores.softmax(-1))
    fails(suite(RefinerContract, Sound, attends_over="rows"), "test_attention", "padding gets")

"""The suite of refiners: packed rows of several units, and prototypes of two tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.nn.masking import Softmax
from jointre.nn.refiners import Refiner
from jointre.testing.contracts.compare import same
from jointre.testing.contracts.contract import ModuleContract, View
from jointre.testing.contracts.inputs import UNITS, size, stream_of
from jointre.testing.contracts.streams import shape_is

WIDTH = 8
SLOTS = {"entity": 3, "relation": 2}


@dataclass(frozen=True, slots=True)
class Refining:
    """What a refiner reads."""

    rows: Float[Tensor, "m d"]
    segment: Int[Tensor, " m"]
    prototypes: dict[str, Float[Tensor, "_ _"]]


class RefinerContract(ModuleContract):
    """The suite of :class:`~jointre.nn.refiners.Refiner`.

    Attributes:
        reads: Tasks whose prototypes change the rows.
        learns: Tasks among these that receive a gradient through the rows.
        attends_over: Axis over which the outputs of :class:`~jointre.nn.masking.Softmax`, one
            per task, sum to 1: the rows of a unit (for each slot) or the slots (for each
            row); None: there is no attention.
    """

    interface = Refiner
    owner: ClassVar[dict[str, Any]] = {
        "input_dim": WIDTH,
        "prototype_dims": {"entity": 5, "relation": 4},
    }
    reads: ClassVar[tuple[str, ...]] = ("entity", "relation")
    learns: ClassVar[tuple[str, ...]] = ("entity", "relation")
    attends_over: ClassVar[Literal["rows", "slots"] | None] = None

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Refining:
        """One row per piece; the units 1, 3, … of the batch have no rows.

        Instead of padding, a unit of random rows follows the others.
        """
        stream = stream_of(units, WIDTH, 0, garbage, special=False)
        rows = [stream.states[row, : size(unit, False)] for row, unit in enumerate(units)]
        noise = torch.Generator().manual_seed(garbage)
        rows.append(10 * torch.randn(padding, WIDTH, generator=noise))
        segment = [torch.full((len(states),), 2 * row) for row, states in enumerate(rows)]
        generator = torch.Generator().manual_seed(7)
        prototypes = {
            task: torch.randn(SLOTS[task], width, generator=generator)
            for task, width in self.owner["prototype_dims"].items()
        }
        return Refining(torch.cat(rows), torch.cat(segment), prototypes)

    def call(self, module: Any, batch: Refining) -> Tensor:
        """The refined rows."""
        rows: Tensor = module(batch.rows, batch.segment, batch.prototypes)
        return rows

    def view(self, result: Tensor, batch: Refining, row: int) -> View:
        """The rows of a unit."""
        return {"rows": result[batch.segment == 2 * row]}

    def sources(self, batch: Refining) -> list[Tensor]:
        """The rows."""
        return [batch.rows]

    def test_one_row_a_row(self) -> None:
        """Rows keep their number and width, and change; no row gives no row."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        result = self.call(module, batch)
        shape_is(result, batch.rows.shape, "a refiner gives one row of the same width per row")
        assert not torch.allclose(result, batch.rows), "an active refiner must change the rows"
        nothing = replace(batch, rows=batch.rows[:0], segment=batch.segment[:0])
        shape_is(self.call(module, nothing), (0, WIDTH), "no row gives no row")

    def test_inactive_changes_nothing(self) -> None:
        """While inactive, the rows do not change and no parameter gets a gradient."""
        module, batch = self.build().train(), self.batch(range(len(UNITS)))
        assert bool(module.active), "a refiner must be active from the start"
        module.active.fill_(False)
        batch.rows.requires_grad_(True)
        result = self.call(module, batch)
        assert torch.equal(result, batch.rows), "an inactive refiner must leave the rows alone"
        torch.autograd.backward(result.sum())
        moved = [name for name, p in module.named_parameters() if p.grad is not None]
        assert not moved, f"while inactive, a gradient reaches {', '.join(moved)}"

    def test_active_is_part_of_the_state(self) -> None:
        """A model that is saved while inactive is so when it is loaded."""
        module, again = self.build(), self.build()
        for active in (False, True):
            module.active.fill_(active)
            again.load_state_dict(module.state_dict())
            assert bool(again.active) == active, "'active' is not restored with the weights"

    def test_prototypes(self) -> None:
        """Only the prototypes in ``reads`` matter, and only those in ``learns`` get a gradient."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        expected = self.call(module, batch)
        for task, slots in batch.prototypes.items():
            other = replace(batch, prototypes={**batch.prototypes, task: slots.flip(0) + 1})
            read = not torch.allclose(self.call(module, other), expected)
            assert read == (task in self.reads), (
                f"the {task} prototypes {'change' if read else 'do not change'} the rows"
            )
        for tensor in (batch.rows, *batch.prototypes.values()):
            tensor.requires_grad_(True)
        torch.autograd.backward(self.call(module, batch).square().sum())
        for task, slots in batch.prototypes.items():
            learns = slots.grad is not None and bool(slots.grad.any())
            assert learns == (task in self.learns), (
                f"{'a' if learns else 'no'} gradient reaches the {task} prototypes"
            )

    def test_attention(self) -> None:
        """Hooks read one attention per memory; padding gets none, and each attention sums to 1."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        seen: list[Tensor] = []
        for layer in module.modules():
            if isinstance(layer, Softmax):
                layer.register_forward_hook(lambda layer, inputs, output: seen.append(output))
        self.call(module, batch)
        slots = [SLOTS[task] for task in self.reads]
        lengths = [size(unit, False) for unit in range(len(UNITS))]
        if self.attends_over is None:
            assert not seen, "attends_over is None, but the refiner has attention"
            return
        over_rows = self.attends_over == "rows"
        counts = [attention.shape[1 if over_rows else 2] for attention in seen]
        assert counts == slots, f"attentions of {counts} slots, not {slots}"
        for attention, count in zip(seen, slots, strict=True):
            by_slot = attention if over_rows else attention.mT
            shape_is(by_slot, (len(UNITS), count, max(lengths)), "an attention is padded by unit")
            for unit, length in enumerate(lengths):
                assert not by_slot[unit, :, length:].any(), "padding gets attention"
                sums = by_slot[unit, :, :length].sum(1 if over_rows else 0)
                same({"sums": sums}, {"sums": torch.ones_like(sums)}, "attention must sum to 1")

"""Memory flow: golden values, its contract, and equality with the specification's loops."""

from typing import Any

import pytest
import torch

from jointre.nn.refiners import MemoryFlow
from jointre.testing.contracts import RefinerContract
from jointre.testing.contracts.refiner import WIDTH as SUITE_WIDTH
from tests.naive import memory as naive
from tests.nn.compare import DOUBLE, equal
from tests.nn.refiners.samples import (
    GOLDEN,
    OPTIONS,
    ROWS,
    SLOTS,
    WIDTH,
    attentions,
    make,
    sample,
    widths_of,
)

SAME = {
    "input_dim": SUITE_WIDTH,
    "prototype_dims": {"entity": SUITE_WIDTH, "relation": SUITE_WIDTH},
}
GAINS = torch.tensor([0.275320, 0.680252, 1.044427])  # memory §3.14


class TestMemoryFlow(RefinerContract):
    component = "memory_flow"
    attends_over = "rows"


class TestOneMemory(RefinerContract):
    component = {"type": "memory_flow", "memories": ["relation"], "fusion": "residual"}
    attends_over = "rows"
    reads = learns = ("relation",)


class TestDetached(RefinerContract):
    component = {"type": "memory_flow", "memory_grad": False, "fusion": "mean_unit"}
    attends_over = "rows"
    learns = ()


class TestDot(RefinerContract):
    component = {"type": "memory_flow", "similarity": "dot", "scale": 0.5}
    attends_over = "rows"
    owner = SAME


class TestCosine(RefinerContract):
    component = {"type": "memory_flow", "similarity": "cosine", "memory_grad": False}
    attends_over = "rows"
    learns = ()
    owner = SAME


def golden(**options: Any) -> MemoryFlow:
    module = MemoryFlow(2, {"entity": 2}, memories=["entity"], **options)
    module.memories["entity"].key.weight.data = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    return module


def test_golden_gains() -> None:
    unit = torch.zeros(3, dtype=torch.long)
    found = golden(fusion="residual")(ROWS, unit, {"entity": SLOTS})
    torch.testing.assert_close(found, ROWS * (1 + GAINS)[:, None], **GOLDEN)
    found = golden()(ROWS, unit, {"entity": SLOTS})
    mean = torch.tensor([[0.637660, 0.0], [0.0, 0.840126], [1.022214, 1.022214]])
    torch.testing.assert_close(found, mean, **GOLDEN)
    found = golden(fusion="mean_unit")(ROWS, unit, {"entity": SLOTS})
    torch.testing.assert_close(found, ROWS * (1 + 1.5 * GAINS)[:, None] / 2, **GOLDEN)


@pytest.mark.parametrize(
    ("order", "segment"), [([0, 1, 2], [0, 0, 3]), ([2, 0, 1], [0, 3, 3])], ids=["after", "before"]
)
def test_golden_gains_without_the_third_row(order: list[int], segment: list[int]) -> None:
    """It is a unit of its own, after or before the other two."""
    rows = ROWS[order]
    found = golden(fusion="residual")(rows, torch.tensor(segment), {"entity": SLOTS})
    gains = torch.tensor([0.619203, 1.380797, 2.0])[order]
    torch.testing.assert_close(found, rows * (1 + gains)[:, None], **GOLDEN)


@pytest.mark.parametrize("fusion", ["mean", "residual", "mean_unit"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_equals_the_loops(options: dict[str, Any], fusion: str) -> None:
    module = make(MemoryFlow, {**options, "fusion": fusion})
    rows, segment, prototypes = sample(options)
    inputs = [rows, *(prototypes[task] for task in module.memories), *module.parameters()]
    equal(
        lambda: module(rows, segment, prototypes),
        lambda: naive.flow(module, rows, segment.tolist(), prototypes),
        inputs,
        DOUBLE,
    )


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gains_sum_to_the_slots(options: dict[str, Any]) -> None:
    """In each unit, and by what hooks read."""
    module = make(MemoryFlow, {**options, "fusion": "residual"})
    rows, segment, prototypes = sample(options)
    ones = torch.ones_like(rows)
    slots = [len(prototypes[task]) for task in module.memories]
    seen = attentions(module, lambda: module(rows, segment, prototypes))
    assert [one.shape for one in seen] == [(3, count, 7) for count in slots]
    gain = (module(rows, segment, prototypes) / rows - ones)[:, 0]
    sums = torch.zeros(3, dtype=torch.float64).index_add(0, segment // 2, gain)
    expected = torch.full_like(sums, sum(slots))
    torch.testing.assert_close(sums, expected)
    torch.testing.assert_close(sum(one.sum((1, 2)) for one in seen), expected)


def test_mean_unit_has_mean_one() -> None:
    """The factor (1 + g + g') / 3 is 1 on average, whatever the unit's length."""
    module = make(MemoryFlow, {"fusion": "mean_unit"})
    rows, segment, prototypes = sample({}, lengths=(2, 30))
    factor = (module(rows, segment, prototypes) / rows)[:, 0]
    for unit in (0, 2):
        torch.testing.assert_close(
            factor[segment == unit].mean(), torch.tensor(1.0, dtype=torch.float64)
        )


def test_parameters() -> None:
    """A map d × m for each memory (memory §3.0)."""
    module = make(MemoryFlow, {})
    shapes = {name: tuple(p.shape) for name, p in module.named_parameters()}
    widths = widths_of({})
    assert shapes == {
        f"memories.{task}.key.weight": (WIDTH, widths[task]) for task in ("entity", "relation")
    }
    assert not list(make(MemoryFlow, {"similarity": "dot"}).parameters())

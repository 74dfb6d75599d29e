"""Memory read: golden values, its contract, and equality with the specification's loops."""

from typing import Any

import pytest
import torch

from jointre.nn.refiners import MemoryRead
from jointre.testing.contracts import RefinerContract
from jointre.testing.contracts.refiner import WIDTH as SUITE_WIDTH
from tests.naive import memory as naive
from tests.nn.compare import DOUBLE, equal
from tests.nn.refiners.samples import GOLDEN, OPTIONS, ROWS, SLOTS, WIDTH, attentions, make, sample

SAME = {
    "input_dim": SUITE_WIDTH,
    "prototype_dims": {"entity": SUITE_WIDTH, "relation": SUITE_WIDTH},
}


class TestMemoryRead(RefinerContract):
    component = "memory_read"
    attends_over = "slots"


class TestOneMemory(RefinerContract):
    component = {"type": "memory_read", "memories": ["entity"]}
    attends_over = "slots"
    reads = learns = ("entity",)


class TestDetached(RefinerContract):
    component = {"type": "memory_read", "memory_grad": False}
    attends_over = "slots"
    learns = ()


class TestDot(RefinerContract):
    component = {"type": "memory_read", "similarity": "dot", "scale": 0.5}
    attends_over = "slots"
    owner = SAME


class TestCosine(RefinerContract):
    component = {"type": "memory_read", "similarity": "cosine"}
    attends_over = "slots"
    owner = SAME


def test_golden_values() -> None:
    """What is read, shown by a mix that passes nothing else on."""
    module = MemoryRead(2, {"relation": 2}, memories=["relation"])
    module.memories["relation"].key.weight.data = torch.eye(2)
    module.mix.weight.data = torch.cat([torch.zeros(2, 2), torch.eye(2)], 1)
    module.mix.bias.data.zero_()
    found = module(ROWS, torch.tensor([0, 0, 4]), {"relation": SLOTS})
    expected = torch.tensor([[0.731059, 0.537883], [0.119203, 1.761594], [0.268941, 1.462117]])
    torch.testing.assert_close(found, expected, **GOLDEN)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_equals_the_loops(options: dict[str, Any]) -> None:
    module = make(MemoryRead, options)
    rows, segment, prototypes = sample(options)
    inputs = [rows, *(prototypes[task] for task in module.memories), *module.parameters()]
    equal(
        lambda: module(rows, segment, prototypes),
        lambda: naive.read(module, rows, prototypes),
        inputs,
        DOUBLE,
    )


def test_hooks_read_the_attention() -> None:
    module = make(MemoryRead, {})
    rows, segment, prototypes = sample({})
    seen = attentions(module, lambda: module(rows, segment, prototypes))
    assert [one.shape for one in seen] == [(3, 7, 3), (3, 7, 2)]
    scores = naive.scores(module.memories["entity"], rows, prototypes["entity"])
    torch.testing.assert_close(seen[0][2], scores[segment == 4].softmax(1))
    assert not seen[0][0, 4:].any()


@pytest.mark.parametrize(("memories", "columns"), [(["entity"], 4), (["entity", "relation"], 9)])
def test_the_mix_has_columns_for_the_memories_that_are_read(
    memories: list[str], columns: int
) -> None:
    module = make(MemoryRead, {"memories": memories})
    assert module.mix.weight.shape == (WIDTH, WIDTH + columns)


def test_rows_keep_their_precision() -> None:
    """Products of mixed precision are narrower than the states that the rows replace."""
    module = make(MemoryRead, {}).float()
    rows, segment, prototypes = sample({})
    slots = {task: own.float() for task, own in prototypes.items()}
    with torch.autocast("cpu", torch.bfloat16):
        assert module.mix(torch.zeros(1, module.mix.in_features)).dtype == torch.bfloat16
        assert module(rows.float(), segment, slots).dtype == torch.float32

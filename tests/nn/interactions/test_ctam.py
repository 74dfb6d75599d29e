"""Cross-task attention: its contract, and equality with the paper's own arithmetic."""

import re
from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.nn.interactions import CrossTaskAttention, Interaction
from jointre.nn.interactions.ctam import divisors
from jointre.nn.masking import Softmax
from jointre.positions import Role
from jointre.testing.contracts import InteractionContract
from jointre.testing.contracts.inputs import UNITS, streams_of
from tests.naive import ctam as naive
from tests.nn.compare import equal

WIDTH = 12
OTHER = {"entity": "relation", "relation": "entity"}


class TestCrossTaskAttention(InteractionContract):
    component = {"type": "ctam", "layers": 2}


class TestOneDirection(InteractionContract):
    component = {"type": "ctam", "directions": ["relation"], "layer_norm": False, "heads": 2}


class TestMeanAgent(InteractionContract):
    component = {"type": "ctam", "agent": "mean", "share_directions": False}
    special_tokens = False


class TestMaxAgent(InteractionContract):
    component = {"type": "ctam", "agent": "max", "out_proj": False}


class TestAsReleased(InteractionContract):
    component = {"type": "ctam", "mask_padding": False}
    leaks_padding = True


def make(**options: Any) -> CrossTaskAttention:
    torch.manual_seed(3)
    module = CrossTaskAttention(input_dim=WIDTH, **{"dropout": 0.0, **options})
    for parameter in module.parameters():
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    return module


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"heads": 1},
        {"heads": 12, "layers": 3},
        {"directions": ["entity"]},
        {"directions": ["relation", "entity"], "share_directions": False},
        {"agent": "max"},
        {"agent": "mean", "layer_norm": False},
        {"out_proj": False},
        {"mask_padding": False, "layers": 2},
        {"mask_padding": False, "agent": "mean"},
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_equals_the_paper(options: dict[str, Any], training: bool) -> None:
    module = make(**options).train(training).double()
    streams = streams_of(range(len(UNITS)), WIDTH, WIDTH, padding=2)
    before = {
        name: type(one).of(one.states.double().requires_grad_(True), one.positions)
        for name, one in (("entity", streams.entity), ("relation", streams.relation))
    }
    inputs = [*(one.states for one in before.values()), *module.parameters()]
    streams = streams.replacing(**before)
    for task in ("entity", "relation"):
        own, other = streams.task(task), streams.task(OTHER[task])
        if task not in module.directions:
            assert module(streams).task(task) is own
            continue
        position = module.directions.index(task)
        equal(
            lambda task=task: module(streams).task(task).summary,
            lambda own=own, other=other, at=position: naive.summary(module, own, other, at),
            inputs,
        )


def test_equals_the_paper_under_dropout() -> None:
    """The attention that is dropped is the paper's, entry by entry."""
    module = make(heads=3, out_proj=False, dropout=0.5, directions=["entity"]).train()
    streams = streams_of([2], WIDTH, WIDTH)
    masks: list[torch.Tensor] = []
    layer = module.stacks[0][0]
    layer.dropout.register_forward_hook(lambda m, given, output: masks.append(output / given[0]))
    found = module(streams).entity.summary[0]
    drop = masks[0][0, :, 1:]  # without [CLS], which is no key
    assert set(drop.unique().tolist()) == {0.0, 2.0}
    others = naive.memory_of(streams.relation, 0, mask_padding=True)
    expected = naive.one_layer(layer, streams.entity.summary[0], others, drop)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_directions_have_their_own_weights() -> None:
    assert len(make().stacks) == 1
    assert len(make(share_directions=False).stacks) == 2
    assert len(make(share_directions=False, directions=["entity"]).stacks) == 1


def test_a_direction_named_twice_runs_once() -> None:
    assert make(directions=["entity", "entity"]).directions == ("entity",)


def test_parameters_of_a_layer() -> None:
    """SINET §3.3: 4d² + 3d a layer."""
    counts = [sum(p.numel() for p in make(layers=n).parameters()) for n in (1, 2)]
    assert counts[0] == 4 * WIDTH**2 + 3 * WIDTH
    assert counts[1] == 2 * counts[0]


def test_hooks_read_the_attention() -> None:
    module = make(layers=2, heads=3).eval()
    streams = streams_of([0, 2], WIDTH, WIDTH, padding=1)
    seen: list[torch.Tensor] = []
    hooks = [
        part.register_forward_hook(lambda m, i, output: seen.append(output))
        for part in module.modules()
        if isinstance(part, Softmax)
    ]
    module(streams)
    assert len(hooks) == 2
    assert len(seen) == 4  # two directions of two layers
    roles = streams.shared.positions.roles
    closed = (roles == Role.PAD) | (roles == Role.SUMMARY)
    for attention in seen:
        assert attention.shape == (2, 3, roles.shape[1] + 1)
        torch.testing.assert_close(attention.sum(-1), torch.ones(2, 3))
        assert not attention[..., :-1].mT[closed].any()


def test_dropout_acts_on_attention_and_output() -> None:
    module = make(dropout=0.5).train()
    streams = streams_of([0], WIDTH, WIDTH)
    torch.manual_seed(0)
    first, second = (module(streams).entity.summary for _ in range(2))
    assert not torch.allclose(first, second)
    layer = module.stacks[0][0]
    masks: list[torch.Tensor] = []
    layer.dropout.register_forward_hook(lambda m, inputs, output: masks.append(output))
    module(streams)
    assert any((mask == 0).any() for mask in masks)


def test_heads_must_divide_the_width() -> None:
    factory = construct(Factory[Interaction], {"type": "ctam", "heads": 5}, "model.interaction")
    text = "model.interaction: heads=5 does not divide the width 12; take one of 1, 2, 3, 4, 6, 12"
    with pytest.raises(ConfigError, match=re.escape(text)):
        factory(input_dim=WIDTH)


def test_no_direction() -> None:
    with pytest.raises(ConfigError, match="directions"):
        construct(Factory[Interaction], {"type": "ctam", "directions": []})


def test_divisors() -> None:
    assert divisors(12) == [1, 2, 3, 4, 6, 12]
    assert divisors(7) == [1, 7]


def test_empty_memory() -> None:
    """A unit without a key but its agent attends to itself alone."""
    module = make().eval()
    streams = streams_of([1], WIDTH, WIDTH)
    roles = torch.tensor([[int(Role.SUMMARY), int(Role.PAD), int(Role.PAD)]])
    positions = type(streams.shared.positions)(roles, torch.zeros(1, 1, 2, dtype=torch.long))
    bare = {
        name: type(one)(one.states, one.summary, positions)
        for name, one in (("entity", streams.entity), ("relation", streams.relation))
    }
    found = module(streams.replacing(**bare)).entity.summary
    agent = streams.entity.summary[0]
    expected = naive.one_layer(module.stacks[0][0], agent, agent.new_zeros(0, WIDTH))
    torch.testing.assert_close(found[0], expected)

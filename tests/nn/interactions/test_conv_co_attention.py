"""Convolutional co-attention: its contract, and equality with the published arithmetic."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.nn.interactions import ConvCoAttention, Interaction
from jointre.nn.interactions.conv_co_attention import pad_groups
from jointre.nn.masking import Softmax
from jointre.nn.pair_features import DistanceFeatures
from jointre.nn.streams import Stream, Streams
from jointre.positions import Positions, Role
from jointre.testing.contracts import InteractionContract
from jointre.testing.contracts.inputs import streams_of
from tests.naive import care as naive
from tests.nn.compare import DOUBLE, equal

WIDTH = 6
DISTANCE = Factory(DistanceFeatures, dim=3)


class TestConvCoAttention(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5}


class TestWithoutSpecialTokens(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5, "layers": 2}
    special_tokens = False


class TestSingleCells(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5, "layers": 1, "kernel_size": 1}


class TestNoLayers(InteractionContract):
    component = {"type": "conv_co_attention", "layers": 0}


class TestNothing(InteractionContract):
    component = {"type": "conv_co_attention", "layers": 0, "pair_features": None}


class TestEntityOnly(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5, "directions": ["entity"]}


class TestRelationOnly(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5, "directions": ["relation"]}


class TestHeads(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5, "layers": 2, "heads": 2}


class TestWithoutFeatures(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5, "pair_features": None}


class TestWithoutResidual(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5, "layers": 2, "residual": False}


class TestWithoutSelfLoop(InteractionContract):
    component = {"type": "conv_co_attention", "channels": 5, "layers": 2, "self_loop": False}


class TestOneDirectionWithoutSelfLoop(InteractionContract):
    component = {
        "type": "conv_co_attention",
        "channels": 5,
        "directions": ["relation"],
        "residual": False,
        "self_loop": False,
    }


def make(**options: Any) -> ConvCoAttention:
    torch.manual_seed(3)
    defaults = {"channels": 4, "layers": 2, "dropout": 0.0, "pair_features": DISTANCE}
    module = ConvCoAttention(WIDTH, **{**defaults, **options})
    for parameter in module.parameters():
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    return module.double()


def random_streams(lengths: Sequence[int], seed: int = 0) -> Streams:
    """Streams in float64 of units of these many positions; large numbers stand in the padding."""
    generator = torch.Generator().manual_seed(seed)
    size = max(lengths)
    place = torch.arange(size).expand(len(lengths), size)
    real = place < torch.tensor(lengths)[:, None]
    roles = torch.where(real, int(Role.WORD), int(Role.PAD))
    roles[:, 0] = Role.SUMMARY
    ends = torch.stack([place, place + 1], 2)[:, 1:]
    positions = Positions(roles, ends * real[:, 1:, None])

    def stream() -> Stream:
        shape = len(lengths), size, WIDTH
        states = torch.randn(shape, generator=generator, dtype=torch.float64)
        return Stream.of(torch.where(real[..., None], states, 50 * states), positions)

    return Streams.without_pairs(stream(), stream(), stream())


def flat(streams: Streams, lengths: Sequence[int]) -> torch.Tensor:
    """States of both tasks and the map of each unit, without padding, end to end."""
    parts = []
    for unit, size in enumerate(lengths):
        states = [streams.task(task).states[unit, :size] for task in ("entity", "relation")]
        parts += [*states, streams.pair[unit, :size, :size]]
    return torch.cat([part.flatten() for part in parts])


def expected(
    module: ConvCoAttention,
    streams: Streams,
    lengths: Sequence[int],
    masks: dict[str, torch.Tensor],
    **options: Any,
) -> torch.Tensor:
    """The same of the published form, each unit computed alone."""
    parts = []
    for unit, size in enumerate(lengths):
        own = {name: mask[unit, :size].squeeze(0) for name, mask in masks.items()}
        both = streams.entity.states[unit, :size], streams.relation.states[unit, :size]
        parts += naive.co_attention(module, *both, None, own, **options)
    return torch.cat([part.flatten() for part in parts])


def masks_of(module: ConvCoAttention) -> dict[str, torch.Tensor]:
    """Filled at the next call: what each dropout multiplied, by its name."""
    masks: dict[str, torch.Tensor] = {}
    for name, part in module.named_modules():
        if isinstance(part, torch.nn.Dropout):
            part.register_forward_hook(
                lambda m, given, output, name=name: masks.update({name: (output / given[0]).data})
            )
    return masks


NAIVE = {"directions", "heads", "residual", "self_loop"}  # options that the naive form is told
OPTIONS: list[dict[str, Any]] = [
    {},
    {"layers": 0},
    {"layers": 1},
    {"layers": 3, "kernel_size": 1},
    {"layers": 4, "heads": 2},
    {"kernel_size": 1, "heads": 3},
    {"directions": ["entity"]},
    {"directions": ["relation"]},
    {"directions": ["relation", "entity"], "residual": False},
    {"self_loop": False},
    {"residual": False, "self_loop": False, "heads": 2},
    {"directions": ["entity"], "residual": False, "self_loop": False},
    {"pair_features": None},
    {"pair_features": None, "layers": 1, "kernel_size": 1, "directions": ["relation"]},
    {"pair_features": None, "layers": 0},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(("lengths", "dropout"), [([7], 0.0), ([2, 6, 1], 0.0), ([5, 5], 0.5)])
def test_equals_the_paper(options: dict[str, Any], lengths: list[int], dropout: float) -> None:
    """Outputs and gradients, alone and in a batch; with channels and values dropped too."""
    module = make(**options, dropout=dropout).train(len(lengths) > 1)
    streams = random_streams(lengths, seed=len(lengths))
    masks = masks_of(module) if dropout else {}
    told = {name: value for name, value in options.items() if name in NAIVE}
    inputs = [streams.entity.states, streams.relation.states, *module.parameters()]
    equal(
        lambda: flat(module(streams), lengths),
        lambda: expected(module, streams, lengths, masks, **told),
        inputs,
        DOUBLE,
    )
    if dropout and options.get("layers") != 0:
        drawn = torch.cat([mask.flatten() for mask in masks.values()])
        assert set(drawn.unique().tolist()) == {0.0, 2.0}


def test_dropout_of_the_map_drops_whole_channels() -> None:
    """One number for each unit and channel of [X_i; Y_j; P_ij], not for each cell."""
    module = make(dropout=0.5, layers=1).train()
    masks = masks_of(module)
    module(random_streams([4, 4]))
    assert masks["layers.0.pair_map.dropout"].shape == (2, 1, 2 * WIDTH + 3)
    assert masks["layers.0.values.entity.1"].shape == (2, 4, WIDTH)
    assert not torch.equal(*masks["layers.0.pair_map.dropout"])


@pytest.mark.parametrize("seed", range(8))
def test_equals_the_paper_for_random_sizes(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    lengths = (1 + torch.randint(12, (3,), generator=generator)).tolist()
    module, streams = make().eval(), random_streams(lengths, seed)
    inputs = [streams.entity.states, streams.relation.states, *module.parameters()]
    equal(
        lambda: flat(module(streams), lengths),
        lambda: expected(module, streams, lengths, {}),
        inputs,
        DOUBLE,
    )


@pytest.mark.parametrize("seed", range(3))
def test_single_precision(seed: int) -> None:
    lengths = [9, 4]
    wide, streams = make().eval(), random_streams(lengths, seed)
    narrow = Streams.without_pairs(
        *(
            Stream.of(one.states.float(), one.positions)
            for one in (streams.shared, streams.entity, streams.relation)
        )
    )
    exact = expected(wide, streams, lengths, {}).float()
    torch.testing.assert_close(flat(wide.float()(narrow), lengths), exact, atol=1e-5, rtol=1e-5)


def test_streams_that_are_not_updated_stay() -> None:
    streams = random_streams([4])
    for task, other in naive.OTHER.items():
        found = make(directions=[task]).eval()(streams)
        assert torch.equal(found.task(other).states, streams.task(other).states)
        assert not torch.allclose(found.task(task).states, streams.task(task).states)
        assert not torch.allclose(found.task(task).summary, streams.task(task).summary)
        assert torch.equal(found.task(other).summary, streams.task(other).summary)


def test_the_summary_is_the_new_cls() -> None:
    found = make().eval()(random_streams([4, 2]))
    for task in naive.BOTH:
        assert torch.equal(found.task(task).summary, found.task(task).states[:, 0])


def test_without_cls_the_summary_stays() -> None:
    streams = streams_of([0, 2], WIDTH, WIDTH, special=False)
    found = make().float().eval()(streams)
    for task in naive.BOTH:
        assert torch.equal(found.task(task).summary, streams.task(task).summary)


def test_no_layers_give_the_features_as_the_map() -> None:
    module = make(layers=0)
    streams = random_streams([3])
    found = module(streams)
    assert module.pair_dim == 3
    assert module.features is not None
    assert torch.equal(found.pair[0, 2, 0], module.features.table[2])
    assert torch.equal(found.pair[0, 1, 1], module.features.table[19])
    assert torch.equal(found.entity.states, streams.entity.states)
    assert torch.equal(found.relation.summary, streams.relation.summary)


@pytest.mark.parametrize("layers", [0, 2])
def test_a_unit_without_positions(layers: int) -> None:
    """A table over words, none of which was read: it changes nothing for the others."""
    module, lengths = make(layers=layers).eval(), [4, 2]
    streams = random_streams(lengths)
    alone = flat(module(streams), lengths)
    roles = torch.cat([streams.shared.positions.roles, torch.zeros(1, 4, dtype=torch.long)])
    words = torch.cat([streams.shared.positions.words, torch.zeros(1, 3, 2, dtype=torch.long)])

    def longer(stream: Stream) -> Stream:
        more = torch.cat([stream.states, stream.states[:1]])
        return Stream(
            more, torch.cat([stream.summary, stream.summary[:1]]), Positions(roles, words)
        )

    every = (longer(one) for one in (streams.shared, streams.entity, streams.relation))
    torch.testing.assert_close(flat(module(Streams.without_pairs(*every)), lengths), alone)


def test_hooks_read_the_attention() -> None:
    """What a position reads sums to 1, by one table of scores for both directions."""
    module = make(layers=2, heads=3).eval()
    seen: dict[str, list[torch.Tensor]] = {}
    for name, part in module.named_modules():
        if isinstance(part, Softmax):
            part.register_forward_hook(
                lambda m, i, output, name=name: seen.setdefault(name, []).append(output)
            )
    module(random_streams([4, 4]))
    assert sorted(seen) == [f"layers.{n}.softmax.{task}" for n in (0, 1) for task in naive.BOTH]
    for (attention,) in seen.values():
        assert attention.shape == (2, 3, 4, 4)
        torch.testing.assert_close(attention.sum(-1), torch.ones_like(attention.sum(-1)))
    entity, relation = (seen[f"layers.0.softmax.{task}"][0] for task in naive.BOTH)
    # Rows and columns of one table of scores: their logarithms differ by a sum of both axes.
    gap = entity.log() - relation.mT.log()
    gap = gap - gap.mean(-1, keepdim=True)
    torch.testing.assert_close(gap, gap.mean(-2, keepdim=True).expand_as(gap))


def test_parameters_of_a_layer() -> None:
    """2d² values, (2d + p + 1)c and (9c + 1)c convolutions, one score a channel (CARE §3)."""
    counts = [sum(p.numel() for p in make(layers=n).parameters()) for n in (0, 1, 2)]
    channels, table = 4, 20 * 3
    shared = 2 * WIDTH**2 + (9 * channels + 1) * channels + channels
    assert counts[0] == table
    assert counts[1] - counts[0] == shared + (2 * WIDTH + 3 + 1) * channels
    assert counts[2] - counts[1] == shared + (2 * WIDTH + channels + 1) * channels


def test_a_direction_named_twice_runs_once() -> None:
    streams = random_streams([4])
    once, twice = (make(directions=names).eval()(streams) for names in (["entity"], ["entity"] * 2))
    assert torch.equal(once.entity.states, twice.entity.states)


def test_heads_must_divide_the_width() -> None:
    config = {"type": "conv_co_attention", "heads": 4}
    factory = construct(Factory[Interaction], config, "model.interaction")
    text = "model.interaction: heads=4 does not divide the width 6; take one of 1, 2, 3, 6"
    with pytest.raises(ConfigError, match=re.escape(text)):
        factory(input_dim=WIDTH)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("directions", [], "directions"), ("kernel_size", 5, "1 or 3"), ("layers", -1, "layers")],
)
def test_options_out_of_range(option: str, value: Any, message: str) -> None:
    config = {"type": "conv_co_attention", option: value}
    with pytest.raises(ConfigError, match=message):
        construct(Factory[Interaction], config)


def test_groups_are_put_together_with_their_gradients() -> None:
    """Equal to writing unit by unit into zeros, for states and for maps."""
    torch.manual_seed(0)
    units = [torch.tensor([3, 0]), torch.tensor([2]), torch.tensor([1])]
    for axes in (1, 2):
        parts = [
            torch.randn(len(own), *[length] * axes, 5, requires_grad=True)
            for own, length in zip(units, (2, 4, 0), strict=True)
        ]
        whole = pad_groups(parts, units, 4)
        expected = torch.zeros(4, *[4] * axes, 5)
        for own, part in zip(units, parts, strict=True):
            for unit, values in zip(own.tolist(), part, strict=True):
                expected[(unit, *(slice(len(values)) for _ in range(axes)))] = values
        torch.testing.assert_close(whole, expected)
        weights = torch.randn_like(whole)
        found = torch.autograd.grad((whole * weights).sum(), parts)
        wanted = torch.autograd.grad((expected * weights).sum(), parts)
        torch.testing.assert_close(found, wanted)

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from jointre.analysis.attention_readings import Reading, readings
from jointre.errors import ConfigError
from jointre.models import Model
from jointre.nn.interactions.ctam import CrossTaskLayer
from jointre.nn.refiners import MemoryFlow
from jointre.positions import Role
from jointre.testing.tiny import tiny_documents, tiny_texts
from tests.analysis.attentive import CTAM, FLOW, batch_of, document_model, encoder_of, span_model

LONG, SHORT = tiny_documents()[0], tiny_documents()[3]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return encoder_of(tmp_path_factory.mktemp("encoder"))


@contextmanager
def inputs_of(model: Model, kind: type[nn.Module]) -> Iterator[list[tuple[Any, tuple[Any, ...]]]]:
    """Each call of a module of a kind with what it was given."""
    calls: list[tuple[Any, tuple[Any, ...]]] = []

    def note(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        calls.append((module, inputs))

    hooks = [
        module.register_forward_pre_hook(note)
        for module in model.modules()
        if isinstance(module, kind)
    ]
    yield calls
    for hook in hooks:
        hook.remove()


def attention_of_agent(layer: CrossTaskLayer, agent: Tensor, memory: Tensor) -> Tensor:
    """SINET §3.3, step 3 for one unit, keys projected; the mean over the heads."""
    keys = layer.key(torch.cat([memory, agent[None]]))
    query = layer.query(agent)
    size = len(agent) // layer.heads
    parts = [slice(size * head, size * (head + 1)) for head in range(layer.heads)]
    return torch.stack([(keys[:, p] @ query[p] / size**0.5).softmax(0) for p in parts]).mean(0)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["ner", "re"]),
        ({"share_directions": False}, ["ner", "re"]),
        ({"layers": 3, "agent": "mean"}, ["ner", "ner_2", "ner_3", "re", "re_2", "re_3"]),
        ({"directions": ["relation", "entity"], "layers": 2}, ["re", "re_2", "ner", "ner_2"]),
        ({"directions": ["relation"]}, ["re"]),
    ],
)
def test_agents_by_hand(encoder: dict[str, Any], options: dict[str, Any], names: list[str]) -> None:
    model = span_model(encoder, interaction=CTAM | options)
    batch = batch_of(model, LONG, SHORT)
    with inputs_of(model, CrossTaskLayer) as calls:
        bert, *found = readings(model, batch)
    assert [bert.key, *(one.key for one in found)] == [("bert",), *((name,) for name in names)]
    assert len(calls) == len(names)
    for reading, (layer, (agent, memory, keep)) in zip(found, calls, strict=True):
        for unit in range(2):
            kept = keep[unit]
            wanted = attention_of_agent(layer, agent[unit], memory[unit, kept])
            torch.testing.assert_close(reading.weights[unit, 0, kept], wanted[:-1])
            torch.testing.assert_close(reading.agent_weights[unit, 0], wanted[-1])
            assert reading.weights[unit, 0, ~kept].abs().max() == 0


def test_directions_read_the_other_task(encoder: dict[str, Any]) -> None:
    """The entity agent looks at relation states: changing entity states leaves it alone."""
    model = span_model(encoder)
    batch = batch_of(model, LONG)
    before = {one.key[0]: one for one in readings(model, batch)}
    hook = model.backbone.projection.register_forward_hook(
        lambda module, inputs, streams: streams.replacing(
            entity=type(streams.entity)(
                2 * streams.entity.states, streams.entity.summary, streams.entity.positions
            )
        )
    )
    after = {one.key[0]: one for one in readings(model, batch)}
    hook.remove()
    assert torch.equal(after["ner"].weights, before["ner"].weights)
    assert (after["re"].weights - before["re"].weights).abs().max() > 1e-4


@pytest.mark.parametrize("mask_padding", [True, False])
def test_padding_gets_nothing_unless_told(encoder: dict[str, Any], mask_padding: bool) -> None:
    options = {"interaction": CTAM | {"mask_padding": mask_padding}, "token_refiners": [FLOW]}
    model = span_model(encoder, **options)
    found = readings(model, batch_of(model, LONG, SHORT))
    assert [".".join(one.key) for one in found] == [
        "bert",
        "memory.entity",
        "memory.relation",
        "ner",
        "re",
    ]
    for one in found:
        padding = one.positions.roles[1] == Role.PAD
        assert padding.sum() > 5
        leaks = not mask_padding and one.key[0] in ("ner", "re")
        assert bool((one.weights[1, :, padding] > 0).any()) == leaks
        sums = one.weights.sum(-1) + one.agent_weights
        torch.testing.assert_close(sums, torch.ones_like(sums))


@pytest.mark.parametrize("make", [span_model, document_model])
def test_memories_by_hand(encoder: dict[str, Any], make: Callable[..., Model]) -> None:
    """Memory §3.4: of each slot a softmax over the positions, special ones included."""
    model = make(encoder, token_refiners=[FLOW, FLOW | {"memories": ["relation"]}])
    batch = batch_of(model, *tiny_texts()[:2])
    with inputs_of(model, MemoryFlow) as calls:
        found = [one for one in readings(model, batch) if one.key[0].startswith("memory")]
    keys = [("memory", "entity"), ("memory", "relation"), ("memory_2", "relation")]
    assert [one.key for one in found] == keys
    order = [(*calls[0], "entity"), (*calls[0], "relation"), (*calls[1], "relation")]
    for reading, (flow, (rows, segment, prototypes), task) in zip(found, order, strict=True):
        slots = flow.memories[task].key(prototypes[task])
        assert reading.weights.shape[1] == len(slots)
        assert reading.agent_weights.abs().max() == 0
        for unit in range(2):
            wanted = (slots @ rows[segment == unit].T).softmax(-1)
            torch.testing.assert_close(reading.weights[unit, :, : wanted.shape[1]], wanted)
            assert reading.weights[unit, :, wanted.shape[1] :].sum() == 0


def test_the_encoder_row_is_that_of_cls(encoder: dict[str, Any]) -> None:
    model = span_model(encoder, interaction="none")
    (reading,) = readings(model, batch_of(model, LONG))
    whole = batch_of(model, LONG, SHORT)
    together = readings(model, whole)[0]
    torch.testing.assert_close(together.weights[:1], reading.weights)
    model.encoder.model.set_attn_implementation("eager")
    output = model.encoder.model(
        input_ids=whole.inputs.ids, attention_mask=whole.inputs.mask.long(), output_attentions=True
    )
    wanted = output.attentions[-1][:, :, 0].mean(1)
    torch.testing.assert_close(together.weights[:, 0], wanted)


def test_a_long_unit_shows_its_first_window(encoder: dict[str, Any]) -> None:
    model = span_model(encoder | {"max_length": 12, "stride": 4})
    batch = batch_of(model, LONG, SHORT)
    assert batch.inputs.window_index is not None
    bert = readings(model, batch)[0]
    alone = span_model(encoder | {"max_length": 12, "stride": 4})
    windows = readings(alone, batch_of(alone, SHORT))[0]
    size = windows.weights.shape[2]
    torch.testing.assert_close(bert.weights[1, 0, :size], windows.weights[0, 0])
    torch.testing.assert_close(bert.weights.sum(-1), torch.ones(2, 1))
    ends = batch.inputs.positions.roles[0] == Role.SPECIAL
    assert bert.weights[0, 0, 11:][~ends[11:]].abs().max() == 0  # 11 = [CLS] and ten pieces
    assert bert.weights[0, 0, :11].min() > 0
    assert bert.weights[0, 0, ends] > 0


def test_nothing_is_left_behind(encoder: dict[str, Any]) -> None:
    model = span_model(encoder, token_refiners=[FLOW])
    batch = batch_of(model, LONG)
    readings(model, batch)
    hooks = [(m._forward_hooks, m._forward_pre_hooks) for m in model.modules()]
    assert all(not after and not before for after, before in hooks)

    def broken(module: nn.Module, inputs: Any) -> None:
        raise RuntimeError("broken")

    hook = model.backbone.interaction.register_forward_pre_hook(broken)
    with pytest.raises(RuntimeError, match="broken"):
        readings(model, batch)
    hook.remove()
    hooks = [(m._forward_hooks, m._forward_pre_hooks) for m in model.modules()]
    assert all(not after and not before for after, before in hooks)


def test_an_inactive_memory_reads_nothing(encoder: dict[str, Any]) -> None:
    model = document_model(encoder)
    batch = batch_of(model, tiny_texts()[0])
    for module in model.modules():
        if isinstance(module, MemoryFlow):
            module.active.fill_(False)
    found: list[Reading] = readings(model, batch)
    assert found == []


class OtherModel(Model[Any, Any, Any]):
    """A family of models without a backbone; none of its methods is called."""

    registered_name = "other"


OtherModel.__abstractmethods__ = frozenset()


def test_a_model_of_another_family(encoder: dict[str, Any]) -> None:
    batch = batch_of(span_model(encoder), LONG)
    with pytest.raises(ConfigError, match="model 'other' has no backbone whose attention"):
        readings(OtherModel(), batch)

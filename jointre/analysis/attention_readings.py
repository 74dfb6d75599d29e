"""Attention weights of a batch, recorded by hooks during the usual forward pass."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from jointre.data.batch import EncoderInput, Stages
from jointre.errors import ConfigError
from jointre.models.backbone import Backbone
from jointre.models.backbone_model import BackboneModel
from jointre.models.model import Model
from jointre.nn.encoders.attention import last_attention
from jointre.nn.encoders.transformer import TransformerEncoder
from jointre.nn.interactions import CrossTaskAttention
from jointre.nn.masking import Softmax
from jointre.nn.refiners import MemoryFlow
from jointre.nn.streams import Streams
from jointre.positions import Positions, Role


class Reading(NamedTuple):
    """Attention weights of one layer or memory over the positions of a batch.

    Args:
        key: Name of what attends: ``("bert",)``, ``("ner",)``, ``("memory", "entity")``, ….
        weights: Attention weights of the positions; they sum to 1 together with ``agent_weights``
            and ``outside``.
        agent_weights: Weight that an agent which is not a position gives to itself; otherwise 0.
        positions: Roles and words of the positions.
        outside: Weight of what the encoder reads around the units; None: it reads units alone.

    Shapes:
        weights ``"b r t"``: b units, r distributions, t positions; agent_weights and outside
        ``"b r"``.
    """

    key: tuple[str, ...]
    weights: Float[Tensor, "b r t"]
    agent_weights: Float[Tensor, "b r"]
    positions: Positions
    outside: Float[Tensor, "b r"] | None = None


def readings(model: Model, stages: Stages) -> list[Reading]:
    """The attention of the encoder, the memories and the task agents in one batch.

    The weights are averaged over the heads and taken before dropout.

    Args:
        model: Model in evaluation mode; it is not changed.
        stages: Prepared for prediction, on the model's device.

    Raises:
        ConfigError: The model is not a :class:`BackboneModel`.
    """
    if not isinstance(model, BackboneModel):
        raise ConfigError(
            f"model {model.registered_name!r} has no backbone whose attention could be read; "
            "take a model of type 'span', 'table' or 'document'"
        )
    backbone = model.backbone
    flows = _flows(backbone)
    layers = _cross_task_layers(backbone)
    streams: list[Streams] = []
    watch = backbone.interaction.register_forward_pre_hook(
        lambda module, inputs: streams.append(inputs[0])
    )
    with torch.inference_mode(), ExitStack() as stack:
        stack.callback(watch.remove)
        flow_outputs = [stack.enter_context(_outputs([softmax])) for _, softmax in flows]
        softmaxes = dict.fromkeys(softmax for _, softmax in layers)
        agent_outputs = stack.enter_context(_outputs(softmaxes))
        model(stages)
        result = _encoder_reading(backbone, stages.inputs)
    for (key, _), outputs in zip(flows, flow_outputs, strict=True):
        for weights in outputs:  # none while the memory is not active
            no_agent = weights.new_zeros(weights.shape[:2])
            result.append(Reading(key, weights, no_agent, streams[0].shared.positions))
    for (key, _), weights in zip(layers, agent_outputs, strict=True):
        mean = weights.mean(1, keepdim=True)
        memory = streams[0].task("relation" if key[0].startswith("ner") else "entity")
        result.append(Reading(key, mean[..., :-1], mean[..., -1], memory.positions))
    return result


@contextmanager
def _outputs(modules: Iterable[Softmax]) -> Iterator[list[Tensor]]:
    """The outputs of the modules in the order of their calls."""
    outputs: list[Tensor] = []
    with ExitStack() as stack:
        for module in modules:
            hook = module.register_forward_hook(
                lambda module, inputs, output: outputs.append(output)
            )
            stack.callback(hook.remove)
        yield outputs


def _flows(backbone: Backbone) -> list[tuple[tuple[str, ...], Softmax]]:
    """Each memory that attends over tokens; later refiners are numbered from 2."""
    refiners = [] if backbone.refinement is None else list(backbone.refinement.refiners)
    flows = [refiner for refiner in refiners if isinstance(refiner, MemoryFlow)]
    return [
        ((name, task), _softmax(memory))
        for name, flow in zip(_numbered("memory"), flows, strict=False)
        for task, memory in flow.memories.items()
    ]


def _cross_task_layers(backbone: Backbone) -> list[tuple[tuple[str, ...], Softmax]]:
    """CTAM's layers in the order of their calls; a layer may serve both directions."""
    ctam = backbone.interaction
    if not isinstance(ctam, CrossTaskAttention):
        return []
    layers: list[tuple[tuple[str, ...], Softmax]] = []
    for position, task in enumerate(ctam.directions):
        names = _numbered("ner" if task == "entity" else "re")
        stack = ctam.stacks[position % len(ctam.stacks)]
        assert isinstance(stack, nn.ModuleList)
        layers += [((name,), _softmax(layer)) for name, layer in zip(names, stack, strict=False)]
    return layers


def _softmax(module: nn.Module) -> Softmax:
    softmax = module.softmax
    assert isinstance(softmax, Softmax)
    return softmax


def _numbered(name: str) -> Iterator[str]:
    """The name, the name and 2, the name and 3, …."""
    return (name if number == 1 else f"{name}_{number}" for number in count(1))


def _encoder_reading(backbone: Backbone, inputs: EncoderInput) -> list[Reading]:
    """The attention of [CLS] in the encoder's last layer.

    For a unit that is read in windows, this is the attention of the first window, whose end token
    represents that of the unit. A unit may be a part of what its window holds.
    """
    positions = inputs.positions
    first = positions.roles[:, 0] == Role.SUMMARY
    if not isinstance(backbone.encoder, TransformerEncoder) or not bool(first.all()):
        return []
    attention = last_attention(backbone.encoder.model, inputs.ids, inputs.mask)
    if attention is None:
        return []
    rows = attention[:, :, 0].mean(1)
    units, length = positions.roles.shape
    weights = rows.new_zeros(units, 1, length)
    for unit in range(units):
        window, column = unit, 1
        if inputs.window_index is not None:
            window, column = divmod(int(inputs.window_index[unit, 1]), rows.shape[1])
        read = rows[window, inputs.mask[window]]
        ends = positions.roles[unit] == Role.SPECIAL
        inside = len(read) - int(ends.sum())
        words = min(int(positions.is_word[unit].sum()), inside - column)
        weights[unit, 0, 0] = read[0]
        weights[unit, 0, 1 : 1 + words] = read[column : column + words]
        weights[unit, 0, ends] = read[inside:]
    outside = 1 - weights.sum(2) if backbone.parts else None
    return [Reading(("bert",), weights, rows.new_zeros(units, 1), positions, outside)]

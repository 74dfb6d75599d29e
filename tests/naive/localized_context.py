"""ATLOP's localized context and grouped bilinear features, one pair and one position at a time."""

import torch
from torch import Tensor

from jointre.nn.pair_encoders import Arguments, LocalizedContext
from jointre.nn.streams import Stream, Streams
from jointre.positions import Role


def attention(module: LocalizedContext, stream: Stream, unit: int, entity: Tensor) -> list[Tensor]:
    """The weight of each real position of a unit, per head."""
    real = [i for i, role in enumerate(stream.positions.roles[unit].tolist()) if role != Role.PAD]
    size = stream.states.shape[2] // module.heads
    query = module.query.weight @ entity
    weights = []
    for head in range(module.heads):
        part = slice(head * size, (head + 1) * size)
        scores = [
            query[part] @ (module.key.weight @ stream.states[unit, i])[part] / size**0.5
            for i in real
        ]
        weights.append(torch.stack(scores).softmax(0))
    return weights


def localized_context(
    module: LocalizedContext, streams: Streams, arguments: Arguments, pairs: Tensor
) -> Tensor:
    """The features of each pair; dropout is off."""
    stream, types = streams.shared, arguments.types.rows()
    unit_of = {e: int(arguments.spans.unit[m]) for m, e in arguments.mention_entity.tolist()}
    found = []
    for head, tail in pairs.tolist():
        unit = unit_of[head]
        both = [
            attention(module, stream, unit, arguments.entities[entity]) for entity in (head, tail)
        ]
        common = sum((one * other for one, other in zip(*both, strict=True)), torch.zeros(()))
        common = common / module.heads
        common = common / (common.sum() + 1e-5)
        real = [i for i, role in enumerate(stream.positions.roles[unit]) if role != Role.PAD]
        context = torch.stack(
            [weight * stream.states[unit, i] for weight, i in zip(common, real, strict=True)]
        ).sum(0)
        z = []
        for linear, entity in ((module.head, head), (module.tail, tail)):
            columns = torch.cat([arguments.entities[entity], context, types[entity]])
            z.append((linear.weight @ columns + linear.bias).tanh())
        products = [
            z[0][group * module.group_size + i] * z[1][group * module.group_size + j]
            for group in range(module.groups)
            for i in range(module.group_size)
            for j in range(module.group_size)
        ]
        found.append(module.bilinear.weight @ torch.stack(products) + module.bilinear.bias)
    return torch.stack(found)

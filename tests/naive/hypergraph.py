"""HGERE's messages between heads, tails and pairs, one pair and one entity at a time."""

import torch
from torch import Tensor, nn

from jointre.nn.pair_encoders import Arguments, Hypergraph
from jointre.nn.pair_encoders.hypergraph import Node
from jointre.nn.streams import Streams


def start(node: Node, features: Tensor) -> Tensor:
    """A node before the first layer."""
    linear, norm = node.input, node.first_norm
    return normalised(linear.weight @ features + linear.bias, norm.weight, norm.bias, norm.eps)


def normalised(vector: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Layer normalisation written out."""
    centred = vector - vector.mean()
    return weight * centred / (centred.pow(2).mean() + eps).sqrt() + bias


def attended(score: nn.Linear, messages: list[Tensor], width: int) -> Tensor:
    """The sum of messages, weighted by attention; zeros without any."""
    if not messages:
        return torch.zeros(width)
    weights = torch.stack([(score.weight @ message)[0] for message in messages]).softmax(0)
    return sum(
        (weight * message for weight, message in zip(weights, messages, strict=True)),
        torch.zeros(width),
    )


def hypergraph(module: Hypergraph, streams: Streams, arguments: Arguments, pairs: Tensor) -> Tensor:
    """The features of each pair; dropout is off."""
    types = arguments.types.rows()
    base = torch.cat([block.rows() for block in module.base(streams, arguments, pairs)], 1)
    entities = [torch.cat([vector, types[row]]) for row, vector in enumerate(arguments.entities)]
    heads = [start(module.head, vector) for vector in entities]
    tails = [start(module.tail, vector) for vector in entities]
    rows = [start(module.pair, vector) for vector in base]
    width = module.message.out_features
    links = pairs.tolist()

    def updated(node: Node, vector: Tensor, received: Tensor) -> Tensor:
        return normalised(vector + received, node.norm.weight, node.norm.bias, node.norm.eps)

    for _ in range(module.layers):
        messages = []
        for (head, tail), row in zip(links, rows, strict=True):
            product = module.head.factor.weight @ heads[head]
            product = product * (module.tail.factor.weight @ tails[tail])
            product = product * (module.pair.factor.weight @ row)
            mixed = module.message.weight @ product + module.message.bias
            norm = module.norm
            messages.append(normalised(mixed, norm.weight, norm.bias, norm.eps))
        of_heads: list[list[Tensor]] = [[] for _ in entities]
        of_tails: list[list[Tensor]] = [[] for _ in entities]
        for (head, tail), message in zip(links, messages, strict=True):
            of_heads[head].append(message)
            of_tails[tail].append(message)
        heads = [
            updated(module.head, vector, attended(module.head_score, received, width))
            for vector, received in zip(heads, of_heads, strict=True)
        ]
        tails = [
            updated(module.tail, vector, attended(module.tail_score, received, width))
            for vector, received in zip(tails, of_tails, strict=True)
        ]
        rows = [
            updated(module.pair, row, message) for row, message in zip(rows, messages, strict=True)
        ]
    return torch.stack(
        [
            torch.cat([row, heads[head], tails[tail], base[number]])
            for number, ((head, tail), row) in enumerate(zip(links, rows, strict=True))
        ]
    )

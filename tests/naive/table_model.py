"""The table model in the published form: every cell's features concatenated (CARE §3, §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, layer_norm, linear

from jointre.data.batch import Stages
from jointre.data.schema import Document
from jointre.models.table import TableModel
from jointre.nn.classifiers.feedforward import FeedforwardClassifier
from jointre.nn.interactions.conv_co_attention import ConvCoAttention
from jointre.positions import Positions, Role
from tests.naive import care

ACTIVATIONS = {"elu": nn.functional.elu, "relu": nn.functional.relu}


@dataclass(frozen=True)
class Tables:
    """Logits of one unit, ``[t t labels]``, and the first position of each word."""

    entity: Tensor
    relation: Tensor
    words: list[int]


def classify(
    part: FeedforwardClassifier, features: Tensor, normalise: bool, activation: str
) -> Tensor:
    """Linear, normalisation, non-linearity, Linear over ``[t t f]``; dropout is off."""
    hidden = linear(features, part.hidden.weight, part.hidden.bias)
    if normalise:
        norm = part.transform[0]
        hidden = layer_norm(hidden, hidden.shape[-1:], norm.weight, norm.bias, 1e-5)
    return linear(ACTIVATIONS[activation](hidden), part.output.weight, part.output.bias)


def tables(
    model: TableModel,
    batch: Stages,
    *,
    pair_map: bool = True,
    summary: bool = False,
    normalise: bool = True,
    activation: str = "elu",
    **options: Any,
) -> list[Tables]:
    """Both tables of each unit, computed for the unit alone.

    Args:
        model: gives the encoder and weights.
        batch: pieces of the units.
        pair_map, summary: what classifiers read beside the states of a cell's positions.
        normalise, activation: of the classifiers.
        options: of the co-attention.
    """
    backbone = model.backbone
    stream = model.encoder(
        batch.inputs.ids, batch.inputs.mask, batch.inputs.window_index, batch.inputs.positions
    )
    if backbone.word_pooler is not None:
        stream = backbone.word_pooler(stream)
    streams = backbone.projection(stream)
    found = []
    for unit, roles in enumerate(stream.positions.roles):
        size = sum(role != Role.PAD for role in roles.tolist())
        own = {"entity": streams.entity.states[unit], "relation": streams.relation.states[unit]}
        own = {task: states[:size] for task, states in own.items()}
        shared = stream.states.new_zeros(size, size, 0)
        if isinstance(backbone.interaction, ConvCoAttention):
            both = own["entity"], own["relation"]
            x, y, shared = care.co_attention(backbone.interaction, *both, **options)
            own = {"entity": x, "relation": y}
        logits = {}
        for task, part in (
            ("entity", model.entity_classifier),
            ("relation", model.relation_classifier),
        ):
            states = own[task]
            columns = [
                states[:, None].expand(-1, size, -1),
                states[None].expand(size, -1, -1),
            ]
            if pair_map:
                columns.append(shared)
            if summary:
                first = int(roles[0]) == Role.SUMMARY
                whole = states[0] if first else streams.task(task).summary[unit]
                columns.append(whole.expand(size, size, -1))
            assert isinstance(part, FeedforwardClassifier)
            logits[task] = classify(part, torch.cat(columns, 2), normalise, activation)
        words = [start for start, end in stream.positions.words[unit].tolist() if end]
        found.append(Tables(logits["entity"], logits["relation"], words))
    return found


def packed(found: Sequence[Tables]) -> tuple[Tensor, Tensor]:
    """The upper triangle of all entity tables, and all relation cells, in reading order."""
    entity = [one.entity[i, j] for one in found for i, j in _cells(one) if i <= j]
    relation = [one.relation[i, j] for one in found for i, j in _cells(one)]
    return torch.stack(entity), torch.stack(relation)


def _cells(one: Tables) -> list[tuple[int, int]]:
    return [(i, j) for i in range(len(one.entity)) for j in range(len(one.entity))]


def losses(
    model: TableModel,
    found: Sequence[Tables],
    units: Sequence[Document],
    positions: Positions,
    *,
    over_labels: str = "sum",
    normalise_by: str = "sentence_length",
) -> tuple[Tensor, Tensor]:
    """Both losses, cell by cell from the documents; ``positions`` is that of the tables."""
    vocabulary = model.vocabulary
    totals = [torch.zeros(()), torch.zeros(())]
    for one, document in zip(found, units, strict=True):
        gold = [torch.zeros_like(one.entity), torch.zeros_like(one.relation)]
        for entity in document.entities:
            first, last = one.words[entity.span.start], one.words[entity.span.end - 1]
            gold[0][first, last, vocabulary.entity_labels.index(str(entity.label))] = 1
        for relation in document.relations:
            ends = [document.entities[i].span.start for i in (relation.head, relation.tail)]
            ends = sorted(ends) if relation.label in vocabulary.symmetric else ends
            label = vocabulary.relation_labels.index(relation.label)
            gold[1][one.words[ends[0]], one.words[ends[1]], label] = 1
        length = len(one.entity)
        share = 1 / (length * len(units))
        if normalise_by == "padded_length":
            share = 1 / positions.roles.shape[1]
        for task, logits in enumerate((one.entity, one.relation)):
            each = binary_cross_entropy_with_logits(logits, gold[task], reduction="none")
            cells = each.sum(2) if over_labels == "sum" else each.mean(2)
            cells = cells.triu() if task == 0 else cells
            totals[task] = totals[task] + share * cells.sum()
    return totals[0], totals[1]


def decide(
    found: Sequence[Tables], threshold: float
) -> tuple[list[tuple[int, int, int, int]], list[tuple[int, int, int]]]:
    """Mentions (unit, start, end, label) and links (unit, head's start, tail's start), in words."""
    mentions, links = [], []
    for unit, one in enumerate(found):
        count = len(one.words)
        for start in range(count):
            for last in range(start, count):
                cell = one.entity[one.words[start], one.words[last]].sigmoid()
                hits = [label for label, value in enumerate(cell.tolist()) if value >= threshold]
                mentions += [(unit, start, last + 1, label) for label in hits]
        starts = sorted({start for number, start, _, _ in mentions if number == unit})
        links += [(unit, head, tail) for head in starts for tail in starts]
    return mentions, links

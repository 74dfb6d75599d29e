"""The span model in the published form: padded spans and pairs, a mask over L for each (B×S×L)."""

import torch
from torch import Tensor

from jointre.models.span import SpanModel
from jointre.models.span_stages import SpanStages
from jointre.nn.streams import Stream
from jointre.positions import Positions
from tests.naive import ctam
from tests.naive.spans import distance_row, enumerate_all, gap_mask, span_mask

Row = tuple[int, int, int]  # unit, start, end


def pool_masks(states: Tensor, masks: Tensor, how: str) -> Tensor:
    """``[b l d]`` under masks ``[b s l]`` → ``[b s d]``; zero where a mask is empty."""
    spread = states[:, None].expand(-1, masks.shape[1], -1, -1)
    if how == "max":
        pooled = spread.masked_fill(~masks[..., None], -1e30).max(2).values
        return pooled.masked_fill(~masks.any(2)[..., None], 0.0)
    total = (spread * masks[..., None]).sum(2)
    return total / masks.sum(2).clamp(min=1)[..., None] if how == "mean" else total


def padded(rows: list[Row], positions: Positions) -> tuple[Tensor, Tensor, list[tuple[int, int]]]:
    """Masks ``[b s l]`` and widths ``[b s]`` of spans, and the (unit, slot) of every row."""
    units, width = positions.roles.shape
    slots = [sum(row[0] == unit for row in rows[:i]) for i, (unit, _, _) in enumerate(rows)]
    size = max(slots, default=0) + 1
    masks = torch.zeros(units, size, width, dtype=torch.bool)
    widths = torch.zeros(units, size, dtype=torch.long)
    for (unit, start, end), slot in zip(rows, slots, strict=True):
        masks[unit, slot] = span_mask(positions, unit, start, end)
        widths[unit, slot] = end - start
    return masks, widths, [(row[0], slot) for row, slot in zip(rows, slots, strict=True)]


def task_streams(model: SpanModel, shared: Stream) -> tuple[Stream, Stream, Tensor, Tensor]:
    """Both task streams and their summaries after the interaction."""
    weights = [task.weight for task in model.backbone.projection.tasks]
    entity, relation = (Stream.of(shared.states @ w.T, shared.positions) for w in weights)
    module = model.backbone.interaction
    first = ctam.summary(module, entity, relation, 0)
    return entity, relation, first, ctam.summary(module, relation, entity, 1)


def wrong_rows(rows: list[Row], classes: list[int], gold: list[int]) -> list[int]:
    """Rows that have a class but are no gold mention, the first five of each unit."""
    known = {rows[row] for row in gold}
    wrong = [row for row, number in enumerate(classes) if number and rows[row] not in known]
    units = [rows[row][0] for row in wrong]
    return [row for i, row in enumerate(wrong) if units[:i].count(units[i]) < 5]


def type_vectors(model: SpanModel, batch: SpanStages, logits: Tensor) -> list[Tensor]:
    """The types of mentions, weighted by their probabilities; gold ones in training."""
    table = model.type_embedding
    if table is None:
        return [logits.new_zeros(0)] * len(logits)
    vectors = []
    labels = batch.mentions.labels if batch.mentions is not None else None
    for row, scores in enumerate(logits):
        weights = scores.softmax(0)[1:]
        vector = sum(weight * table.table.weight[i] for i, weight in enumerate(weights))
        if labels is not None and row < len(labels) and labels[row] >= 0:
            vector = table.table.weight[labels[row]]
        vectors.append(vector)
    return vectors


def forward(
    model: SpanModel, batch: SpanStages, span_pool: str, context_pool: str
) -> dict[str, object]:
    """Logits of the spans and pairs, packed in the model's order."""
    positions = batch.inputs.positions
    shared = model.encoder(
        batch.inputs.ids, batch.inputs.mask, batch.inputs.window_index, positions
    )
    entity, relation, entity_summary, relation_summary = task_streams(model, shared)
    columns = batch.spans.unit, batch.spans.start, batch.spans.end
    rows: list[Row] = [tuple(row) for row in torch.stack(columns, 1).tolist()]
    if batch.mentions is None:
        assert rows == enumerate_all(positions.lengths.tolist(), model.span_enumerator.max_width)
    masks, widths, where = padded(rows, positions)
    pooled = pool_masks(entity.states, masks, span_pool)
    summary = entity_summary[:, None].expand(-1, masks.shape[1], -1)
    features = torch.cat([summary, pooled, model.widths(widths)], -1)
    linear = model.entity_classifier.linear
    logits = features @ linear.weight.T + linear.bias
    entity_logits = torch.stack([logits[unit, slot] for unit, slot in where])

    kept = entity_logits.argmax(1).nonzero().flatten().tolist()
    kept = kept if batch.mentions is None else batch.mentions.rows.tolist()
    mentions = [rows[row] for row in kept]
    pairs = [
        (head, tail)
        for head in range(len(mentions))
        for tail in range(len(mentions))
        if head != tail and mentions[head][0] == mentions[tail][0]
    ]
    pairs = pairs if batch.pairs is None else [tuple(pair) for pair in batch.pairs.tolist()]
    gold = len(kept)
    if batch.pairs is not None and model.relation_spans == "predicted":
        kept = kept + wrong_rows(rows, entity_logits.argmax(1).tolist(), kept)
        mentions = [rows[row] for row in kept]
        pairs += [
            (head, tail)
            for unit in range(len(positions.roles))
            for head in range(len(kept))
            for tail in range(len(kept))
            if head != tail and max(head, tail) >= gold
            if mentions[head][0] == mentions[tail][0] == unit
        ]
    types = type_vectors(model, batch, entity_logits[kept])
    masks, widths, where = padded(mentions, positions)
    pooled = pool_masks(relation.states, masks, span_pool)
    sizes = model.widths(widths)
    found = []
    for head, tail in pairs:
        (unit, first), (_, second) = where[head], where[tail]
        gap = gap_mask(masks[unit, first], masks[unit, second])[None, None]
        context = pool_masks(shared.states[unit : unit + 1], gap, context_pool)[0, 0]
        spans = [pooled[unit, first], pooled[unit, second], sizes[unit, first], sizes[unit, second]]
        distance = []
        if model.pair_encoder.distances is not None:
            row = distance_row(mentions[head][1:], mentions[tail][1:])
            distance = [model.pair_encoder.distances.weight[row]]
        parts = [context, relation_summary[unit], *spans, types[head], types[tail], *distance]
        found.append(torch.cat(parts))
    linear = model.relation_classifier.linear
    relation_logits = (
        torch.stack(found) @ linear.weight.T + linear.bias
        if found
        else linear.bias.new_zeros(0, len(linear.bias))
    )
    return {"entity": entity_logits, "relation": relation_logits, "kept": kept, "pairs": pairs}

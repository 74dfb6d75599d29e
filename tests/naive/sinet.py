"""SINET as its formulas say, one span and one pair at a time, under the published names."""

import torch
from torch import Tensor

Weights = dict[str, Tensor]
Span = tuple[int, int]


def attend(own: Tensor, other: Tensor, weights: Weights, heads: int) -> Tensor:
    """The agent of one task after reading the other's states; keys and values in full."""
    keys = torch.cat([other[1:], own[:1]])
    query = own[0] @ weights["cross_attention.wq.weight"].T
    key = keys @ weights["cross_attention.wk.weight"].T
    value = keys @ weights["cross_attention.wv.weight"].T
    size = len(query) // heads
    parts = []
    for head in range(heads):
        cut = slice(head * size, (head + 1) * size)
        scores = torch.stack([query[cut] @ row[cut] for row in key]) / size**0.5
        parts.append(scores.softmax(0) @ value[:, cut])
    mixed = torch.cat(parts) @ weights["cross_attention.proj.weight"].T
    total = mixed + weights["cross_attention.proj.bias"] + own[0]
    centred = total - total.mean()
    normal = centred / (centred.pow(2).mean() + 1e-5).sqrt()
    gain, shift = (weights[f"cross_attention.addnorm.ln.{name}"] for name in ("weight", "bias"))
    return normal * gain.flatten() + shift.flatten()


def sinet(
    states: Tensor,
    words: list[Span],
    spans: list[Span],
    pairs: list[tuple[int, int]],
    weights: Weights,
    heads: int,
) -> tuple[Tensor, Tensor]:
    """Logits of spans and of pairs of them, for one sentence without padding.

    Args:
        states: last hidden states, [CLS] first.
        words: positions of each word, half-open.
        spans: in words, half-open.
        pairs: indices of spans.
        weights: the published parameters.
        heads: of the cross-task attention.
    """
    entity_states = states @ weights["linear_s.weight"].T
    relation_states = states @ weights["linear_r.weight"].T
    entity_agent = attend(entity_states, relation_states, weights, heads)
    relation_agent = attend(relation_states, entity_states, weights, heads)
    where = [(words[start][0], words[end - 1][1]) for start, end in spans]
    width = [weights["size_embeddings.weight"][end - start] for start, end in spans]
    entity = [
        torch.cat([entity_agent, entity_states[start:end].amax(0), size])
        for (start, end), size in zip(where, width, strict=True)
    ]
    pooled = [relation_states[start:end].amax(0) for start, end in where]
    relation = []
    for head, tail in pairs:
        low = min(where[head][1], where[tail][1])
        high = max(where[head][0], where[tail][0])
        gap = states[low:high].amax(0) if low < high else torch.zeros_like(states[0])
        relation.append(
            torch.cat([gap, relation_agent, pooled[head], pooled[tail], width[head], width[tail]])
        )
    return tuple(
        torch.stack(rows) @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
        for rows, name in ((entity, "entity_classifier"), (relation, "rel_classifier"))
    )

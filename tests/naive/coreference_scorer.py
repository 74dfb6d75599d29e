"""Coreference scorers over features that are concatenated for each pair."""

import torch
from torch import Tensor, nn

from jointre.nn.coreference import CosineCoreference, PairwiseCoreference
from jointre.positions import MentionPairs


def pairwise(module: PairwiseCoreference, mentions: Tensor, pairs: MentionPairs) -> Tensor:
    """w · relu(W [u_i; u_j; D[ed]; N[name]] + b), pair by pair, without dropout."""
    logits = []
    for (i, j), distance, name in zip(
        pairs.rows.tolist(),
        pairs.edit_distances.tolist(),
        pairs.name_relations.tolist(),
        strict=True,
    ):
        parts = [mentions[i], mentions[j]]
        if module.distances is not None:
            parts.append(module.distances.weight[min(distance, 299)])
        if module.name_relations is not None:
            parts.append(module.name_relations.weight[name])
        hidden = (module.hidden.weight @ torch.cat(parts) + module.hidden.bias).relu()
        logits.append((module.output.weight[0] * hidden).sum() + module.output.bias[0])
    return torch.stack(logits)


def cosine(module: CosineCoreference, mentions: Tensor, pairs: Tensor) -> Tensor:
    """κ cos(A u_i + a, A u_j + a) + β, pair by pair."""
    logits = []
    for i, j in pairs.tolist():
        one, other = (module.map.weight @ mentions[k] + module.map.bias for k in (i, j))
        angle = nn.functional.cosine_similarity(one, other, dim=0)
        logits.append(module.scale * angle + module.bias)
    return torch.stack(logits)

"""The attention weights of a transformers encoder, which its fused kernels never write down."""

import copy
from typing import Any

from jaxtyping import Bool, Float, Int
from torch import Tensor


def last_attention(
    model: Any, ids: Int[Tensor, "w p"], mask: Bool[Tensor, "w p"]
) -> Float[Tensor, "w h p p"] | None:
    """What each piece reads in the last layer; None where the family tells nobody.

    A twin runs with plain ("eager") attention: it shares the parameters, and the encoder
    itself keeps its configuration, kernels and hooks.

    Args:
        model: an encoder of transformers, in evaluation mode.
        ids: Piece ids.
        mask: True where there is a piece.
    """
    shared = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    twin = copy.deepcopy(model, shared)
    twin.set_attn_implementation("eager")
    output = twin(input_ids=ids, attention_mask=mask.long(), output_attentions=True)
    layers: tuple[Tensor, ...] = getattr(output, "attentions", None) or ()
    return layers[-1] if layers else None

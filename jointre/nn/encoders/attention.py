"""The attention weights of a transformers encoder, which its fused kernels do not return."""

import copy
from typing import Any

from jaxtyping import Bool, Float, Int
from torch import Tensor


def last_attention(
    model: Any, ids: Int[Tensor, "w p"], mask: Bool[Tensor, "w p"]
) -> Float[Tensor, "w h p p"] | None:
    """The attention of each piece in the last layer; None if this type of model does not return it.

    A copy of the model runs with plain ("eager") attention. It shares the parameters, and the
    encoder itself keeps its configuration, kernels and hooks.

    Args:
        model: Encoder of transformers, in evaluation mode.
        ids: Piece ids.
        mask: True where there is a piece.
    """
    shared = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    eager = copy.deepcopy(model, shared)
    eager.set_attn_implementation("eager")
    output = eager(input_ids=ids, attention_mask=mask.long(), output_attentions=True)
    layers: tuple[Tensor, ...] = getattr(output, "attentions", None) or ()
    return layers[-1] if layers else None

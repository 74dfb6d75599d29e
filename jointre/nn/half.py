"""Feed-forward layers in bfloat16: most of an encoder's work, little of its precision."""

from typing import final

import torch
from torch import Tensor, nn


@final
class HalfLinear(nn.Module):
    """A Linear that multiplies in bfloat16 and answers in the precision of its input.

    Args:
        linear: Layer whose weights it takes.

    Shapes:
        ``"*r i"`` → ``"*r o"``.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear.to(torch.bfloat16)

    def forward(self, states: Tensor) -> Tensor:
        """The product."""
        product: Tensor = self.linear(states.to(torch.bfloat16))
        return product.to(states.dtype)


def computes_bfloat16(device: torch.device) -> bool:
    """Whether products in bfloat16 are faster there than in float32, as far as torch can tell.

    Args:
        device: only of a processor is it known; without its own arithmetic it converts.
    """
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return True
    found = torch.cpu.get_capabilities()
    return any(found.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))


def halve_feed_forward(encoder: nn.Module) -> None:
    """Let the layers that widen or narrow compute in bfloat16, in place.

    These are two thirds of a transformer's products. Attention, residual sums and
    normalisation stay as they are: rounding all of them moves F1 by up to 0.3, this by less
    than 0.1 (docs/benchmarks.md).

    Args:
        encoder: any module; its Linears of unequal widths are replaced.
    """
    for module in list(encoder.modules()):
        if isinstance(module, HalfLinear):
            continue
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear) and child.in_features != child.out_features:
                setattr(module, name, HalfLinear(child))

"""Feed-forward layers in bfloat16, which are most of an encoder's work."""

from typing import final

import torch
from torch import Tensor, nn


@final
class HalfLinear(nn.Module):
    """A Linear that multiplies in bfloat16 and returns the precision of its input.

    Args:
        linear: Layer whose weights are used.

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
    """Whether a device multiplies in bfloat16 faster than in float32, as far as torch can tell.

    Args:
        device: Device of the products. Only CPUs are checked: those without bfloat16 instructions
            convert to float32. All other devices count as faster.
    """
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return True
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))


def halve_feed_forward(encoder: nn.Module) -> None:
    """Let the Linears with different input and output widths compute in bfloat16, in place.

    These are two thirds of a transformer's products. Attention, residual sums and
    normalisation stay as they are: rounding everything changes F1 by up to 0.3, rounding these
    layers by less than 0.1 (docs/benchmarks.md).

    Args:
        encoder: Module whose Linears with different input and output widths are replaced.
    """
    for module in list(encoder.modules()):
        if isinstance(module, HalfLinear):
            continue
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear) and child.in_features != child.out_features:
                setattr(module, name, HalfLinear(child))

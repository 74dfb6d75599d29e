"""Initial weights of what is added to a pretrained encoder."""

from torch import nn


def initialise(module: nn.Module, std: float) -> None:
    """Draw all Linears and embeddings below a module from N(0, std²); biases are 0,
    or what a part says.

    Args:
        module: anything but a pretrained encoder.
        std: standard deviation, the encoder's ``initializer_range`` (SINET §3.9).
    """
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Embedding):
            nn.init.normal_(part.weight, std=std)
        if isinstance(part, nn.Linear) and part.bias is not None:
            nn.init.constant_(part.bias, getattr(part, "initial_bias", 0.0))

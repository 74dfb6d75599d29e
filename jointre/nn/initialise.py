"""Initial weights of the modules that are added to a pretrained encoder."""

from torch import nn


def initialise(module: nn.Module, std: float) -> None:
    """Draw the weights of all Linears and embeddings below a module from N(0, std²).

    Biases become 0, or the ``initial_bias`` of the Linear if it has this attribute.

    Args:
        module: Module that is not a pretrained encoder.
        std: Standard deviation: the encoder's ``initializer_range`` (SINET §3.9).
    """
    for layer in module.modules():
        if isinstance(layer, nn.Linear | nn.Embedding):
            nn.init.normal_(layer.weight, std=std)
        if isinstance(layer, nn.Linear) and layer.bias is not None:
            nn.init.constant_(layer.bias, getattr(layer, "initial_bias", 0.0))

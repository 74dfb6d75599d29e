"""Classifier by similarity to the slots of a memory."""

from collections.abc import Sequence
from typing import Literal, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from jointre.config.bounds import Scale, Width
from jointre.errors import ConfigError
from jointre.nn.classifiers.classifier import Classifier
from jointre.nn.classifiers.cosine import cosines
from jointre.nn.split_linear import FeatureBlock, SplitLinear, split_linear

COSINE_SCALE = 16.0  # the sigmoid of an unscaled cosine lies between 0.27 and 0.73


@final
@Classifier.register("similarity")
class SimilarityClassifier(Classifier):
    """Similarity of the features to the memory slot of each class (memory §3.9, §3.13).

    The slots are the prototypes, which refiners and type embeddings read. There is no bias
    and no hidden layer. The bilinear similarity multiplies its map by the slots once, instead of
    by each candidate.

    Paper: https://arxiv.org/abs/2307.11762

    Args:
        similarity: ``"bilinear"``: product of slots and mapped features; ``"dot"``: product of
            slots and features; ``"cosine"``: cosine of slots and mapped features.
        slot_dim: Width of the slots; null: the width of the task stream, or that of the features
            for ``"dot"``.
        scale: Factor of the similarities; null: 1, or 16 for cosines.
        learn_scale: Whether the factor is trained, beginning with ``scale``.

    Shapes:
        blocks over q → ``"q c"``.

    Raises:
        ConfigError: The similarity is ``"dot"``, and the slots are not as wide as the features.
    """

    def __init__(
        self,
        input_dim: int,
        state_dim: int,
        num_logits: int,
        similarity: Literal["bilinear", "dot", "cosine"] = "bilinear",
        slot_dim: Width | None = None,
        scale: Scale | None = None,
        learn_scale: bool = False,
    ) -> None:
        super().__init__()
        self.similarity = similarity
        width = slot_dim or (input_dim if similarity == "dot" else state_dim)
        if similarity == "dot" and width != input_dim:
            raise ConfigError(
                f"slot_dim={slot_dim}, but similarity 'dot' compares slots with features of "
                f"width {input_dim} as they are; take slot_dim null, or similarity 'bilinear'"
            )
        self.map = None if similarity == "dot" else SplitLinear(input_dim, width, bias=False)
        self.memory = SplitLinear(width, num_logits, bias=False)
        factor = scale or (COSINE_SCALE if similarity == "cosine" else 1.0)
        self.scale = nn.Parameter(torch.tensor(factor)) if learn_scale else factor

    def forward(self, blocks: Sequence[FeatureBlock]) -> Float[Tensor, "q c"]:
        """Logits of the candidates."""
        slots = self.prototypes
        if self.map is None:
            similar = split_linear(blocks, slots)
        elif self.similarity == "bilinear":
            similar = split_linear(blocks, slots @ self.map.weight)
        else:
            similar = cosines([FeatureBlock(self.map(blocks))], slots)
        return similar * self.scale

    @property
    def prototypes(self) -> Float[Tensor, "c m"]:
        """The memory's slots."""
        return self.memory.weight

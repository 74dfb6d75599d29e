"""Classifier by the cosine of the features and one vector per class."""

from collections.abc import Sequence
from typing import ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from jointre.nn.classifiers.classifier import Classifier
from jointre.nn.split_linear import FeatureBlock, split_linear
from jointre.nn.take import take

EPSILON = 1e-8  # shortest length that a cosine divides by


def cosines(blocks: Sequence[FeatureBlock], vectors: Float[Tensor, "c f"]) -> Float[Tensor, "q c"]:
    """Cosines of the candidates' concatenated blocks and each vector.

    The concatenation is not built.

    Args:
        blocks: Feature blocks of q candidates.
        vectors: Vectors of the classes, as wide as all blocks together.
    """
    squares: Tensor = vectors.new_zeros(())
    for block in blocks:
        block_squares = block.values.square().sum(1)
        if block.index is not None:
            block_squares = take(block_squares, block.index)
        squares = squares + block_squares
    lengths = squares.clamp(min=EPSILON**2).sqrt()  # clamped first: no gradient of sqrt at 0
    directions = nn.functional.normalize(vectors, eps=EPSILON)
    return split_linear(blocks, directions) / lengths[:, None]


@final
@Classifier.register("cosine")
class CosineClassifier(Classifier):
    """Cosine of the features and the vector of each class, unscaled, for the ``arcface`` loss.

    The vectors are the prototypes. They are drawn from N(0, 1), independently of the standard
    deviation of the other weights (memory §3.13).

    Paper: https://arxiv.org/abs/1801.07698

    Shapes:
        blocks over q → ``"q c"``, from -1 to 1.
    """

    gives_cosines: ClassVar[bool] = True

    def __init__(self, input_dim: int, state_dim: int, num_logits: int) -> None:
        super().__init__()
        # Not a Linear, because the model would draw its values with a smaller deviation.
        self.memory = nn.Parameter(torch.randn(num_logits, input_dim))

    def forward(self, blocks: Sequence[FeatureBlock]) -> Float[Tensor, "q c"]:
        """Cosines of the candidates."""
        return cosines(blocks, self.memory)

    @property
    def prototypes(self) -> Float[Tensor, "c m"]:
        """The classes' vectors."""
        return self.memory

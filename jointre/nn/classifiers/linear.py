"""Classifier of a single Linear, with dropout of its input."""

from collections.abc import Sequence
from typing import Annotated, final

from annotated_types import Ge, Lt
from jaxtyping import Float
from torch import Tensor

from jointre.nn.classifiers.classifier import Classifier
from jointre.nn.split_linear import FeatureBlock, SplitLinear


@final
@Classifier.register("linear")
class LinearClassifier(Classifier):
    """Dropout, then one Linear (SINET eq. 5-10: its "FNN" has no hidden layer).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        dropout: Probability of dropping a feature in training, with one mask per candidate.

    Shapes:
        blocks over q → ``"q c"``.
    """

    def __init__(
        self,
        input_dim: int,
        state_dim: int,
        num_logits: int,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
    ) -> None:
        super().__init__()
        self.linear = SplitLinear(input_dim, num_logits, dropout)

    def forward(self, blocks: Sequence[FeatureBlock]) -> Float[Tensor, "q c"]:
        """Logits of the candidates."""
        logits: Tensor = self.linear(blocks)
        return logits

    @property
    def prototypes(self) -> Float[Tensor, "c m"]:
        """The weight's rows."""
        return self.linear.weight

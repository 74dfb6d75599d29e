"""Classifier with a hidden layer between features and logits."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal, final

from annotated_types import Ge, Gt, Lt
from jaxtyping import Float
from torch import Tensor, nn

from jointre.config.bounds import Width
from jointre.nn.classifiers.classifier import Classifier
from jointre.nn.dropout import Dropout
from jointre.nn.split_linear import FeatureBlock, SplitLinear

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "elu": nn.ELU, "gelu": nn.GELU}


@final
@Classifier.register("feedforward")
class FeedforwardClassifier(Classifier):
    """Linear, normalisation, dropout and activation, then a Linear (CARE §3, memory §3.9).

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        hidden_dim: Width of the hidden layer; null: the width of the task stream.
        layer_norm: Whether to normalise the hidden layer before its dropout.
        activation: Non-linearity of the hidden layer.
        dropout: Probability of dropping a hidden unit in training.
        prior: Initial probability of every label; null: 0.5. If labels are rare, as in the cells of
            a table, a small value shortens the phase in which the model only learns that they are
            rare.

    Shapes:
        blocks over q → ``"q c"``.
    """

    def __init__(
        self,
        input_dim: int,
        state_dim: int,
        num_logits: int,
        hidden_dim: Width | None = None,
        layer_norm: bool = False,
        activation: Literal["relu", "elu", "gelu"] = "relu",
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
        prior: Annotated[float, Gt(0), Lt(1)] | None = None,
    ) -> None:
        super().__init__()
        hidden = hidden_dim or state_dim
        self.hidden = SplitLinear(input_dim, hidden)
        self.transform = nn.Sequential(
            nn.LayerNorm(hidden) if layer_norm else nn.Identity(),
            Dropout(dropout),
            ACTIVATIONS[activation](),
        )
        prior_logit = 0.0 if prior is None else math.log(prior / (1 - prior))
        self.output = SplitLinear(hidden, num_logits, initial_bias=prior_logit)

    def forward(self, blocks: Sequence[FeatureBlock]) -> Float[Tensor, "q c"]:
        """Logits of the candidates."""
        logits: Tensor = self.output([FeatureBlock(self.transform(self.hidden(blocks)))])
        return logits

    @property
    def prototypes(self) -> Float[Tensor, "c m"]:
        """The rows of the last Linear."""
        return self.output.weight

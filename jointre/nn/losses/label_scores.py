"""Label probabilities, which a loss computes from logits and a decoder reads."""

from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True, slots=True)
class LabelScores:
    """Label probabilities of candidates.

    Args:
        labels: Probability of each label.
        none: Probability that a candidate has no label, if labels exclude one another and a
            candidate may have none; else None.
        exclusive: Whether a candidate has at most one label.

    Shapes:
        labels ``"q r"``, none ``"q"``.
    """

    labels: Float[Tensor, "q r"]
    none: Float[Tensor, " q"] | None
    exclusive: bool

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: Int[Tensor, " m"]) -> "LabelScores":
        """The scores of the candidates in these rows."""
        none = None if self.none is None else self.none[rows]
        return LabelScores(self.labels[rows], none, self.exclusive)

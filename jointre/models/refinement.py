"""Refinement: applies a model's refiners to tokens or spans, one after the other."""

from collections.abc import Mapping, Sequence

from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Factory
from jointre.nn.classifiers import Classifier
from jointre.nn.initialise import initialise
from jointre.nn.refiners import Refiner
from jointre.nn.streams import Stream
from jointre.positions import Role


class Refinement(nn.Module):
    """Refiners that read the prototypes of a model's classifiers.

    The prototypes are arguments of each call, because the classifiers are modules of the model,
    not of this module.

    Args:
        refiners: The refiners with their options, in the order in which they are applied.
        input_dim: Width of the rows.
        classifiers: Classifiers by task, whose prototypes are read.
        std: Standard deviation of the initial weights.
    """

    def __init__(
        self,
        refiners: Sequence[Factory[Refiner]],
        input_dim: int,
        classifiers: Mapping[str, Classifier],
        std: float,
    ) -> None:
        super().__init__()
        widths = {
            task: int(classifier.prototypes.shape[1]) for task, classifier in classifiers.items()
        }
        self.refiners = nn.ModuleList(
            refiner(input_dim=input_dim, prototype_dims=widths) for refiner in refiners
        )
        initialise(self.refiners, std)

    def forward(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: Mapping[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        """The rows after all refiners; ``segment`` is the unit of each."""
        for refiner in self.refiners:
            rows = refiner(rows, segment, dict(prototypes))
        return rows

    def stream(self, stream: Stream, prototypes: Mapping[str, Float[Tensor, "_ _"]]) -> Stream:
        """The stream whose real positions are refined."""
        if not self.refiners:
            return stream
        real = stream.positions.roles != Role.PAD
        states = stream.states.clone()
        states[real] = self(stream.states[real], real.nonzero()[:, 0], prototypes)
        return stream.updated(states)

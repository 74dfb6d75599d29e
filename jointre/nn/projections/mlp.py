"""CARE's task-specific multilayer perceptrons."""

from typing import Annotated, final

from annotated_types import Ge, Lt
from torch import nn

from jointre.config.bounds import Width
from jointre.nn.dropout import Dropout
from jointre.nn.projections.projection import TaskProjection, project
from jointre.nn.streams import Stream, Streams


@final
@TaskProjection.register("mlp")
class MlpProjection(TaskProjection):
    """Linear, ELU and dropout for each task (CARE §3, "parallel encoding").

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        hidden_dim: width of the task streams; null keeps the input's width.
        dropout: probability of dropping a feature in training.
        shared: use one perceptron for both tasks.

    Differences:
        The released code of CARE has no perceptrons: that is ``identity``.
    """

    def __init__(
        self,
        input_dim: int,
        hidden_dim: Width | None = None,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
        shared: bool = False,
    ) -> None:
        super().__init__()
        self.output_dim = hidden_dim or input_dim
        self.tasks = nn.ModuleList(
            nn.Sequential(nn.Linear(input_dim, self.output_dim), nn.ELU(), Dropout(dropout))
            for _ in range(1 if shared else 2)
        )

    def forward(self, stream: Stream) -> Streams:
        """Transform the states and the summary for each task."""
        entity, relation = self.tasks[0], self.tasks[-1]
        first = project(stream, entity)
        second = first if relation is entity else project(stream, relation)
        return Streams.without_pairs(stream, first, second)

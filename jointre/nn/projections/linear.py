"""SINET's task-aware projection (TAP)."""

from typing import final

from torch import nn

from jointre.nn.projections.projection import TaskProjection, project
from jointre.nn.streams import Stream, Streams


@final
@TaskProjection.register("linear")
class LinearProjection(TaskProjection):
    """One Linear a task: ``H^e = H W^e``, ``H^r = H W^r`` (SINET equation 1).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        bias: add a bias; the paper has none.
        shared: use one Linear for both tasks.
    """

    def __init__(self, input_dim: int, bias: bool = False, shared: bool = False) -> None:
        super().__init__()
        self.output_dim = input_dim
        count = 1 if shared else 2
        self.tasks = nn.ModuleList(nn.Linear(input_dim, input_dim, bias) for _ in range(count))

    def forward(self, stream: Stream) -> Streams:
        """Project the states and the summary for each task."""
        entity, relation = self.tasks[0], self.tasks[-1]
        first = project(stream, entity)
        second = first if relation is entity else project(stream, relation)
        return Streams.without_pairs(stream, first, second)

"""Task-aware projections: one stream per task from the shared stream."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, final

from annotated_types import Ge, Lt
from torch import nn

from jointre.config import Registrable
from jointre.config.bounds import Width
from jointre.nn.dropout import Dropout
from jointre.nn.streams import Stream, Streams


class TaskProjection(Registrable, nn.Module, ABC, interface="projection"):
    """Task-aware projection: computes an entity and a relation stream from the shared stream.

    Owner gives: ``input_dim``, the width of the shared stream.

    Shapes:
        Stream of width d → Streams whose task streams have width ``output_dim``.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim",)
    output_dim: int

    @abstractmethod
    def forward(self, stream: Stream) -> Streams:
        """The three streams, without a pair map."""


def project(stream: Stream, module: nn.Module) -> Stream:
    """Apply a position-wise module to the states and the summary of a stream."""
    return Stream(module(stream.states), module(stream.summary), stream.positions)


@final
@TaskProjection.register("identity")
class IdentityProjection(TaskProjection):
    """Both tasks read the shared stream (SINET's "Base", Table 4).

    Paper: https://aclanthology.org/2024.lrec-main.1343 (Table 4).
    """

    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.output_dim = input_dim

    def forward(self, stream: Stream) -> Streams:
        """The shared stream, three times."""
        return Streams.without_pairs(stream, stream, stream)


@final
@TaskProjection.register("linear")
class LinearProjection(TaskProjection):
    """One Linear per task: ``H^e = H W^e``, ``H^r = H W^r`` (SINET equation 1).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        bias: Whether to add a bias; the paper has none.
        shared: Whether both tasks use the same Linear.
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


@final
@TaskProjection.register("mlp")
class MlpProjection(TaskProjection):
    """Linear, ELU and dropout for each task (CARE §3, "parallel encoding").

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        hidden_dim: Width of the task streams; null: the width of the input.
        dropout: Probability of dropping a feature in training.
        shared: Whether both tasks use the same perceptron.

    Differences:
        The released code of CARE has no perceptrons, which corresponds to ``identity``.
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

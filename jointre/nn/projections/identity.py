"""No projection: both tasks read the shared stream."""

from typing import final

from jointre.nn.projections.projection import TaskProjection
from jointre.nn.streams import Stream, Streams


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

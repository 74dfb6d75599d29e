"""No exchange between the tasks."""

from typing import final

from jointre.nn.interactions.interaction import Interaction
from jointre.nn.streams import Streams


@final
@Interaction.register("none")
class NoInteraction(Interaction):
    """The streams stay as they are (SINET's "Base" and "Base+TAP", Table 4).

    Paper: https://aclanthology.org/2024.lrec-main.1343
    """

    changes = frozenset()

    def __init__(self, input_dim: int) -> None:
        super().__init__()

    def forward(self, streams: Streams) -> Streams:
        """The same streams."""
        return streams

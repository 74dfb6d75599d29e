"""No interaction: the streams stay as they are."""

from jointre.nn.interactions import NoInteraction
from jointre.testing.contracts import InteractionContract
from jointre.testing.contracts.inputs import streams_of


class TestNoInteraction(InteractionContract):
    component = "none"


class TestWithoutSpecialTokens(InteractionContract):
    component = {"type": "none"}
    special_tokens = False


def test_same_objects() -> None:
    streams = streams_of([0], 4, 4)
    assert NoInteraction(input_dim=4)(streams) is streams

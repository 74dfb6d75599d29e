"""The interface: what an owner gives, what an interaction declares."""

import pytest

from jointre.nn.interactions import Interaction, NoInteraction


def test_interface() -> None:
    assert Interaction.given == ("input_dim",)
    assert NoInteraction(input_dim=4).pair_dim == 0
    assert {"ctam", "none"} <= set(Interaction.names())


def test_forward_must_be_written() -> None:
    class Unfinished(Interaction):
        def __init__(self, input_dim: int) -> None:
            super().__init__()

    with pytest.raises((TypeError, NotImplementedError)):
        Unfinished(input_dim=4)(None)

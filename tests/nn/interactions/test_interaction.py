"""The interface: what an owner gives, what an interaction declares."""

from jointre.nn.interactions import Interaction, NoInteraction


def test_interface() -> None:
    assert Interaction.given == ("input_dim",)
    assert NoInteraction(input_dim=4).pair_dim == 0
    assert {"ctam", "none"} <= set(Interaction.names())

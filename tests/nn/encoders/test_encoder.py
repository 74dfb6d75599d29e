"""The interface."""

from jointre.nn.encoders import Encoder


def test_interface() -> None:
    assert Encoder.given == ()
    assert "transformer" in Encoder.names()


def test_what_an_encoder_must_say() -> None:
    abstract = {
        name for name, part in vars(Encoder).items() if getattr(part, "__isabstractmethod__", False)
    }
    widths = {"output_dim", "max_pieces", "initializer_range"}
    assert abstract == widths | {"forward", "save", "restored"}

"""The interface."""

from jointre.data.samplers import Sampler


def test_interface() -> None:
    assert Sampler.given == ("vocabulary", "max_width")
    assert "span" in Sampler.names()

"""The interface."""

from jointre.nn.losses import Loss


def test_interface() -> None:
    assert {"arcface", "binary", "softmax"} <= set(Loss.names())

"""The interface."""

from jointre.nn.span_poolers import SpanPooler


def test_interface() -> None:
    assert SpanPooler.given == ()
    assert {"max", "mean", "sum"} <= set(SpanPooler.names())

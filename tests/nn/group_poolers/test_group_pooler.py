"""The interface."""

from jointre.nn.group_poolers import GroupPooler


def test_interface() -> None:
    assert GroupPooler.given == ()
    assert {"max", "mean", "sum"} <= set(GroupPooler.names())

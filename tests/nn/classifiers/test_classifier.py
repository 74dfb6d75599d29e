"""The interface."""

from jointre.nn.classifiers import Classifier


def test_interface() -> None:
    assert Classifier.given == ("input_dim", "state_dim", "num_logits")
    assert {"linear", "feedforward"} <= set(Classifier.names())

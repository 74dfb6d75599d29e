"""The interface."""

from jointre.nn.classifiers import Classifier


def test_interface() -> None:
    assert Classifier.given == ("input_dim", "state_dim", "num_logits")
    assert {"linear", "feedforward", "similarity", "cosine"} <= set(Classifier.names())
    assert [n for n in Classifier.names() if Classifier.by_name(n).gives_cosines] == ["cosine"]

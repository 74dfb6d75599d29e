"""The interface."""

from jointre.nn.coreference import CoreferenceScorer


def test_interface() -> None:
    assert CoreferenceScorer.given == ("input_dim",)
    assert {"pairwise", "cosine"} <= set(CoreferenceScorer.names())

"""The interface: registered, and what an implementation declares."""

from jointre.nn.pair_features import DistanceFeatures, PairFeatures


def test_interface() -> None:
    assert PairFeatures.interface == "pair_features"
    assert "distance" in PairFeatures.names()
    assert DistanceFeatures(dim=4).output_dim == 4

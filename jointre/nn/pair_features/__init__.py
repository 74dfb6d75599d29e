"""Pair features: what is known of two positions before they are read."""

from jointre.nn.pair_features.distance import DistanceFeatures
from jointre.nn.pair_features.pair_features import PairFeatures

__all__ = ["DistanceFeatures", "PairFeatures"]

"""Pair encoders: two entities → feature blocks."""

from jointre.nn.pair_encoders.between_context import BetweenContext
from jointre.nn.pair_encoders.global_pair_encoder import GlobalPairEncoder
from jointre.nn.pair_encoders.hypergraph import Hypergraph
from jointre.nn.pair_encoders.localized_context import LocalizedContext
from jointre.nn.pair_encoders.multi_instance import MultiInstance, instances
from jointre.nn.pair_encoders.pair_encoder import Arguments, PairEncoder

__all__ = [
    "Arguments",
    "BetweenContext",
    "GlobalPairEncoder",
    "Hypergraph",
    "LocalizedContext",
    "MultiInstance",
    "PairEncoder",
    "instances",
]

"""Pair encoders: two spans → feature blocks."""

from jointre.nn.pair_encoders.between_context import BetweenContext
from jointre.nn.pair_encoders.pair_encoder import PairEncoder, SpanRows

__all__ = ["BetweenContext", "PairEncoder", "SpanRows"]

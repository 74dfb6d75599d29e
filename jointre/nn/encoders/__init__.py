"""Encoders: piece ids → states."""

from jointre.nn.encoders.encoder import Encoder
from jointre.nn.encoders.transformer import TransformerEncoder

__all__ = ["Encoder", "TransformerEncoder"]

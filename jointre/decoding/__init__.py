"""Decoders: probabilities → documents."""

from jointre.decoding.spans import SpanDecoder

__all__ = ["SpanDecoder"]

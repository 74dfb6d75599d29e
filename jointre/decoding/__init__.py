"""Decoders: probabilities → documents."""

from jointre.decoding.spans import SpanDecoder
from jointre.decoding.table import TableDecoder

__all__ = ["SpanDecoder", "TableDecoder"]

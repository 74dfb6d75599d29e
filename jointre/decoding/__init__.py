"""Decoders: probabilities → documents."""

from jointre.decoding.document import DocumentDecoder
from jointre.decoding.spans import SpanDecoder
from jointre.decoding.table import TableDecoder

__all__ = ["DocumentDecoder", "SpanDecoder", "TableDecoder"]

"""Span and context poolers: position ranges → one row each."""

from jointre.nn.span_poolers.max import MaxSpanPooler
from jointre.nn.span_poolers.mean import MeanSpanPooler
from jointre.nn.span_poolers.span_pooler import SpanPooler
from jointre.nn.span_poolers.sum import SumSpanPooler

__all__ = ["MaxSpanPooler", "MeanSpanPooler", "SpanPooler", "SumSpanPooler"]

"""Samplers: which spans and pairs a unit is trained on."""

from jointre.data.samplers.document import DocumentSampler
from jointre.data.samplers.sampler import CorefSampler, Sampler, SentenceSampler
from jointre.data.samplers.span import SpanSampler

__all__ = ["CorefSampler", "DocumentSampler", "Sampler", "SentenceSampler", "SpanSampler"]

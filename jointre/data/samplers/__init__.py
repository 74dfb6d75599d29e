"""Samplers: which spans and pairs a unit is trained on."""

from jointre.data.samplers.sampler import Sampler
from jointre.data.samplers.span import SpanSampler

__all__ = ["Sampler", "SpanSampler"]

"""Decoders: probabilities → documents. Only this package reads thresholds and overlap rules."""

from jointre.decoding.calibration import Calibration, TaskCalibration
from jointre.decoding.clustering import relation_differences
from jointre.decoding.decoder import Decoder, Mentions, Relations
from jointre.decoding.document import DocumentDecoder, FoundEntities, mention_pairs
from jointre.decoding.overlaps import Overlap
from jointre.decoding.spans import SpanDecoder
from jointre.decoding.table import TableDecoder

__all__ = [
    "Calibration",
    "Decoder",
    "DocumentDecoder",
    "FoundEntities",
    "Mentions",
    "Overlap",
    "Relations",
    "SpanDecoder",
    "TableDecoder",
    "TaskCalibration",
    "mention_pairs",
    "relation_differences",
]

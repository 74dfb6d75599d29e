"""Coreference scorers: pairs of mentions → logits."""

from jointre.nn.coreference.coreference import CoreferenceScorer
from jointre.nn.coreference.cosine import CosineCoreference
from jointre.nn.coreference.pairwise import PairwiseCoreference

__all__ = ["CoreferenceScorer", "CosineCoreference", "PairwiseCoreference"]

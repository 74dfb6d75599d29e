"""Interactions: the task streams read each other."""

from jointre.nn.interactions.conv_co_attention import ConvCoAttention
from jointre.nn.interactions.ctam import CrossTaskAttention
from jointre.nn.interactions.interaction import Interaction
from jointre.nn.interactions.none import NoInteraction

__all__ = ["ConvCoAttention", "CrossTaskAttention", "Interaction", "NoInteraction"]

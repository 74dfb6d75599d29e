"""Interactions: the task streams read each other."""

from jointre.nn.interactions.ctam import CrossTaskAttention
from jointre.nn.interactions.interaction import Interaction
from jointre.nn.interactions.none import NoInteraction

__all__ = ["CrossTaskAttention", "Interaction", "NoInteraction"]

"""Models: components assembled, from pieces to documents."""

from jointre.models.model import Model, Output, Preparer
from jointre.models.span import SpanModel

__all__ = ["Model", "Output", "Preparer", "SpanModel"]

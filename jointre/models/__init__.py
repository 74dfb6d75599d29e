"""Models: components assembled, from pieces to documents."""

from jointre.models.document import DocumentModel
from jointre.models.model import Model, Output, Preparer
from jointre.models.span import SpanModel
from jointre.models.table import TableModel

__all__ = ["DocumentModel", "Model", "Output", "Preparer", "SpanModel", "TableModel"]

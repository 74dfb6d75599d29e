"""Models: components assembled, from pieces to documents."""

from jointre.models.backbone_model import BackboneModel
from jointre.models.document import DocumentModel
from jointre.models.model import Model, Preparer, TrainingBatch, TrainingPreparer
from jointre.models.span import SpanModel
from jointre.models.table import TableModel

__all__ = [
    "BackboneModel",
    "DocumentModel",
    "Model",
    "Preparer",
    "SpanModel",
    "TableModel",
    "TrainingBatch",
    "TrainingPreparer",
]

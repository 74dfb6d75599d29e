"""The scoring conventions; importing this package registers them all."""

from jointre.evaluation.protocols.care import CareMetric
from jointre.evaluation.protocols.docred import DocredMetric
from jointre.evaluation.protocols.dygie import DygieMetric
from jointre.evaluation.protocols.jerex import JerexMetric
from jointre.evaluation.protocols.plmarker import PlmarkerMetric
from jointre.evaluation.protocols.pure import PureMetric
from jointre.evaluation.protocols.spert import SpertMetric

__all__ = [
    "CareMetric",
    "DocredMetric",
    "DygieMetric",
    "JerexMetric",
    "PlmarkerMetric",
    "PureMetric",
    "SpertMetric",
]

"""The scoring conventions; importing this package registers them all."""

from jointre.evaluation.protocols.spert import SpertMetric

__all__ = ["SpertMetric"]

"""Task-aware projections: shared states → one stream a task."""

from jointre.nn.projections.identity import IdentityProjection
from jointre.nn.projections.linear import LinearProjection
from jointre.nn.projections.mlp import MlpProjection
from jointre.nn.projections.projection import TaskProjection

__all__ = ["IdentityProjection", "LinearProjection", "MlpProjection", "TaskProjection"]

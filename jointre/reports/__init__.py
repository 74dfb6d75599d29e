"""Error reports: what a model gets wrong on annotated data, as numbers and as a page."""

from jointre.reports.error_report import ErrorReport
from jointre.reports.system import System

__all__ = ["ErrorReport", "System"]

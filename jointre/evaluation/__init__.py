"""Scoring predicted against gold documents under named protocols."""

from jointre.evaluation import protocols
from jointre.evaluation.metric import Metric, Report, monitor_keys, table
from jointre.evaluation.report import Counts, Scores

__all__ = ["Counts", "Metric", "Report", "Scores", "monitor_keys", "protocols", "table"]

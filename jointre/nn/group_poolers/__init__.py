"""Group poolers: the rows of an entity's mentions → one row."""

from jointre.nn.group_poolers.group_pooler import GroupPooler
from jointre.nn.group_poolers.max import MaxGroupPooler
from jointre.nn.group_poolers.mean import MeanGroupPooler
from jointre.nn.group_poolers.sum import SumGroupPooler

__all__ = ["GroupPooler", "MaxGroupPooler", "MeanGroupPooler", "SumGroupPooler"]

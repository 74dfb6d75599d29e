"""Refiners: change token or span vectors by the classifiers' prototypes."""

from jointre.nn.refiners.memory_flow import MemoryFlow
from jointre.nn.refiners.memory_read import MemoryRead
from jointre.nn.refiners.refiner import Refiner

__all__ = ["MemoryFlow", "MemoryRead", "Refiner"]

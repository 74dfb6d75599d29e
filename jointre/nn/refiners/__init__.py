"""Refiners: rows changed by what the classifiers have learnt."""

from jointre.nn.refiners.memory_flow import MemoryFlow
from jointre.nn.refiners.memory_read import MemoryRead
from jointre.nn.refiners.refiner import Refiner

__all__ = ["MemoryFlow", "MemoryRead", "Refiner"]

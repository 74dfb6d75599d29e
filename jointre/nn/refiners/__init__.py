"""Refiners: rows changed by what the classifiers have learnt."""

from jointre.nn.refiners.refiner import Refiner

__all__ = ["Refiner"]

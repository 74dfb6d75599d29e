"""Experiment files: read, checked as a whole, and turned into objects by name."""

from jointre.config.build import Factory, construct
from jointre.config.check import check, resolve
from jointre.config.diagnostics.describe import Option, describe
from jointre.config.diagnostics.nearest import nearest
from jointre.config.diagnostics.places import LoadedConfig
from jointre.config.diagnostics.problem import Problem
from jointre.config.jsonnet.load import load_config, load_study, mixins
from jointre.config.packages import include_hint, include_packages
from jointre.config.registrable import Registrable

__all__ = [
    "Factory",
    "LoadedConfig",
    "Option",
    "Problem",
    "Registrable",
    "check",
    "construct",
    "describe",
    "include_hint",
    "include_packages",
    "load_config",
    "load_study",
    "mixins",
    "nearest",
    "resolve",
]

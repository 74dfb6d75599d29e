"""Shipped experiments with a tiny encoder instead of a pretrained one."""

import copy
import functools
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from jointre.config import LoadedConfig, construct, load_config, resolve
from jointre.models import Model
from jointre.testing.tiny import tiny_vocabulary
from jointre.training.experiment import Experiment

ROOT = Path(__file__).parents[2]
VARIABLES = {"data": "data", "fold": "0"}


@functools.cache  # jsonnet takes longer than a step of a tiny model
def shipped(file: str, *overrides: str) -> LoadedConfig:
    """The experiment as it is; not to be changed."""
    return load_config(ROOT / file, overrides, VARIABLES)


def load(file: str, encoder: Path, *overrides: str) -> tuple[Experiment, dict[str, Any]]:
    """The experiment with that encoder, and its resolved form."""
    data = copy.deepcopy(shipped(file, *overrides).data)
    data["model"]["encoder"]["model_name"] = str(encoder)
    loaded = replace(shipped(file, *overrides), data=data)
    return construct(Experiment, loaded), resolve(Experiment, loaded)


def build(experiment: Experiment) -> Model:
    """Its model for the tiny documents' labels."""
    torch.manual_seed(0)
    return experiment.model(vocabulary=tiny_vocabulary())

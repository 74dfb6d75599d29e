"""Shipped experiments with a tiny encoder instead of a pretrained one."""

from pathlib import Path
from typing import Any

import torch

from jointre.config import construct, load_config, resolve
from jointre.models import Model
from jointre.testing.tiny import tiny_vocabulary
from jointre.training.experiment import Experiment

ROOT = Path(__file__).parents[2]
VARIABLES = {"data": "data", "fold": "0"}


def load(file: str, encoder: Path, *overrides: str) -> tuple[Experiment, dict[str, Any]]:
    """The experiment with that encoder, and its resolved form."""
    name = f"model.encoder.model_name={encoder}"
    loaded = load_config(ROOT / file, [*overrides, name], VARIABLES)
    return construct(Experiment, loaded), resolve(Experiment, loaded)


def build(experiment: Experiment) -> Model:
    """Its model for the tiny documents' labels."""
    torch.manual_seed(0)
    return experiment.model(vocabulary=tiny_vocabulary())

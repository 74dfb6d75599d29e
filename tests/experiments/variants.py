"""Shipped experiments with a tiny encoder instead of a pretrained one."""

import copy
import functools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import _jsonnet
import torch

from jointre.config import LoadedConfig, construct, load_config, resolve
from jointre.models import Model
from jointre.testing.tiny import tiny_vocabulary
from jointre.training.experiment import Experiment

ROOT = Path(__file__).parents[2]
VARIABLES = {"data": "data", "fixtures": "fixtures", "fold": "0"}


@functools.cache  # jsonnet takes longer than a step of a tiny model
def shipped(file: str, *overrides: str) -> LoadedConfig:
    """The experiment as it is; not to be changed."""
    return load_config(ROOT / file, overrides, VARIABLES)


@functools.cache
def mixed(file: str, mix_ins: str) -> dict[str, LoadedConfig]:
    """The experiment with each mix-in of a file, evaluated at once; not to be changed."""
    text = (
        f"local base = import '{file}', all = import '{mix_ins}';"
        "{ [name]: base + all[name] for name in std.objectFields(all) }"
    )
    found = json.loads(_jsonnet.evaluate_snippet(str(ROOT / "all"), text, ext_vars=VARIABLES))
    return {name: replace(shipped(file), data=data) for name, data in found.items()}


def load(file: str, encoder: Path, *overrides: str) -> tuple[Experiment, dict[str, Any]]:
    """The experiment with that encoder, and its resolved form."""
    return equip(shipped(file, *overrides), encoder)


def equip(loaded: LoadedConfig, encoder: Path) -> tuple[Experiment, dict[str, Any]]:
    """The same of an experiment that was loaded; it is left as it is."""
    data = copy.deepcopy(loaded.data)
    data["model"]["encoder"]["model_name"] = str(encoder)
    loaded = replace(loaded, data=data)
    return construct(Experiment, loaded), resolve(Experiment, loaded)


def build(experiment: Experiment) -> Model:
    """Its model for the tiny documents' labels."""
    torch.manual_seed(0)
    return experiment.model(vocabulary=tiny_vocabulary())

"""Continue a run of an earlier version, in which an option of the optimizer had another default."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jointre.config import LoadedConfig
from jointre.errors import ConfigError
from jointre.training.optimizers import Optimizer


def with_former_defaults(
    config: LoadedConfig, stored: Mapping[str, Any]
) -> tuple[LoadedConfig, list[str]]:
    """An experiment with the former defaults that the run to recover was started with.

    An option gets its former default if the experiment does not set it, and if the run has that
    value or a config without the option.

    Args:
        config: The experiment with which the run is recovered.
        stored: Resolved config of the run.

    Returns:
        The experiment, and one sentence per option that was set.
    """
    optimizer = _optimizer(config.data)
    completed = _optimizer(with_stored_defaults(stored))
    changes = {
        option: value
        for option, value in _former_defaults(optimizer).items()
        if option not in optimizer and option in completed and completed[option] == value
    }
    if not changes:
        return config, []
    training = config.data["training"] | {"optimizer": optimizer | changes}
    sentences = [
        f"training.optimizer.{option}: the run was started with {json.dumps(value)}, the default "
        "of an earlier version, and continues with it"
        for option, value in changes.items()
    ]
    return replace(config, data=config.data | {"training": training}), sentences


def with_stored_defaults(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """The config of a run, in which options that it lacks have their former defaults.

    Args:
        stored: Resolved config of the run; it is not changed.
    """
    optimizer = _optimizer(stored)
    former = _former_defaults(optimizer)
    if former.keys() <= optimizer.keys():
        return stored
    training = {**stored["training"], "optimizer": {**former, **optimizer}}
    return {**stored, "training": training}


def _optimizer(config: Mapping[str, Any]) -> dict[str, Any]:
    """The optimizer's section; empty if there is none, which is reported elsewhere."""
    training = config.get("training")
    optimizer = training.get("optimizer") if isinstance(training, Mapping) else None
    return dict(optimizer) if isinstance(optimizer, Mapping) else {}


def _former_defaults(optimizer: Mapping[str, Any]) -> Mapping[str, Any]:
    name = optimizer.get("type")
    if not isinstance(name, str):
        return {}
    try:
        return Optimizer.by_name(name).former_defaults
    except ConfigError:  # unknown names are reported when the experiment is checked
        return {}

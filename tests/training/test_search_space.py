"""Ranges of values, drawn by Optuna."""

from typing import Any

import optuna
import pytest

from jointre.errors import ConfigError
from jointre.training.search_space import SearchRange, suggested

CHOICES = ["cls", [1], {"type": "max"}]


@pytest.mark.parametrize(
    ("options", "check"),
    [
        ({"log": [1e-5, 1e-3]}, lambda value: 1e-5 <= value <= 1e-3),
        ({"uniform": [0.0, 0.5]}, lambda value: 0 <= value <= 0.5),
        ({"integer": [2, 9]}, lambda value: value in range(2, 10) and isinstance(value, int)),
        (
            {"choice": ["cls", [1], {"type": "max"}]},
            lambda value: value in ["cls", [1], {"type": "max"}],
        ),
    ],
)
def test_drawn_values(options: dict[str, Any], check: Any) -> None:
    """In the range, not always the same, and the same again from what is stored."""
    space = {"a.b": SearchRange(**options)}
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    drawn = []
    for _ in range(20):
        trial = study.ask()
        drawn.append(suggested(space, trial)["a.b"])
        assert space["a.b"].value(trial.params["a.b"]) == drawn[-1]
    assert all(check(value) for value in drawn)
    assert len({str(value) for value in drawn}) > 2


def test_a_logarithmic_scale() -> None:
    """Half of the values lie below the geometric mean."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    values = [SearchRange(log=[1e-6, 1e-2]).suggest(study.ask(), "lr") for _ in range(200)]
    assert 70 < sum(value < 1e-4 for value in values) < 130


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "one of log, uniform, integer, choice must be given, not none"),
        ({"log": [1, 2], "choice": [1]}, "must be given, not log, choice"),
        ({"uniform": [2.0, 1.0]}, "the first must be less than the second"),
        ({"log": [0.0, 1.0]}, "a logarithmic scale begins above 0"),
        ({"choice": []}, "choice must not be empty"),
    ],
)
def test_ranges_that_are_none(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SearchRange(**options)

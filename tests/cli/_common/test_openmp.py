"""The command line lets threads sleep while they wait, unless the user has chosen."""

import os
import subprocess
import sys

import pytest

from jointre.cli._common.openmp import SPIN_COUNT, WAITING, wait_passively

START = {
    "entry point": [sys.executable, "-c", "from jointre.cli.main import run; run()"],
    "python -m": [sys.executable, "-m", "jointre"],
}
# An include package is imported by the command: it loads torch, whose OpenMP shows its settings.
COMMAND = ["components", "list", "--include-package", "torch"]


def shown(start: list[str], **variables: str) -> dict[str, str]:
    """The settings that OpenMP has read in a fresh process."""
    environment = {name: value for name, value in os.environ.items() if name not in WAITING}
    run = subprocess.run(
        [*start, *COMMAND],
        env=environment | {"OMP_DISPLAY_ENV": "verbose"} | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.partition(" = ") for line in run.stderr.splitlines())
    return {name.strip(): value.strip(" '") for name, _, value in lines}


@pytest.mark.parametrize("start", START.values(), ids=START)
def test_torch_reads_the_passive_policy(start: list[str]) -> None:
    settings = shown(start)
    assert settings["OMP_WAIT_POLICY"] == "PASSIVE"
    assert settings["GOMP_SPINCOUNT"] == SPIN_COUNT


def test_the_users_choice_stays() -> None:
    settings = shown(START["entry point"], OMP_WAIT_POLICY="ACTIVE")
    assert settings["OMP_WAIT_POLICY"] == "ACTIVE"


@pytest.mark.parametrize("name", WAITING)
def test_any_variable_about_waiting_counts(name: str) -> None:
    environment = {name: "1"}
    wait_passively(environment)
    assert environment == {name: "1"}
    environment = {"OMP_NUM_THREADS": "2"}
    wait_passively(environment)
    assert environment == {
        "OMP_NUM_THREADS": "2",
        "OMP_WAIT_POLICY": "PASSIVE",
        "GOMP_SPINCOUNT": SPIN_COUNT,
    }

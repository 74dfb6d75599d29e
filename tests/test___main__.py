"""``python -m jointre`` is the command."""

import subprocess
import sys
from importlib.metadata import version


def test_version() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "jointre", "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"jointre {version('jointre')}\n"

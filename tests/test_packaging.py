"""What is installed: the data files of the package and its requirements."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "jointre"


def setup() -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def test_experiments_and_their_corpora_are_installed() -> None:
    patterns = setup()["options.package_data"]["jointre"].split()
    installed = {path.resolve() for pattern in patterns for path in PACKAGE.glob(pattern)}
    # Which folders `**` enters differs between Pythons; setuptools enters links.
    installed |= {
        path.resolve()
        for pattern in patterns
        if pattern.startswith("experiments/**")
        for path in (PACKAGE / "experiments").resolve().glob(pattern.removeprefix("experiments/"))
    }
    expected = {path for path in (ROOT / "experiments").rglob("*") if path.is_file()}
    for corpus in ("newswire", "abstracts"):
        expected |= {path for path in (ROOT / "fixtures" / corpus).iterdir() if path.is_file()}
    assert expected <= installed
    assert len(expected) > 40


@pytest.mark.parametrize("script", ["requirements.py", "lowest.py"])
def test_the_scripts_list_every_requirement(script: str) -> None:
    listed = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / script)], capture_output=True, text=True, check=True
    ).stdout
    names = set(re.findall(r"^[\w-]+", setup()["options"]["install_requires"], re.MULTILINE))
    bounded = {"thinc"}  # spaCy chooses its version
    assert names - bounded <= set(re.findall(r"^[\w-]+", listed, re.MULTILINE))


def test_requirements_of_extras() -> None:
    command = [sys.executable, str(ROOT / ".ci" / "requirements.py"), "plots"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "matplotlib>=" in listed

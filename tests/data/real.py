"""The published corpora, where they are at hand."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

_DEFAULT = Path(__file__).parents[3] / "shared" / "data"
ROOT = Path(os.environ.get("JOINTRE_REAL_DATA", _DEFAULT))


def real(name: str) -> Path:
    """A file of the corpora; the test is skipped without it."""
    path = ROOT / name
    if not path.is_file():
        pytest.skip(f"{name} is not in {ROOT}; set JOINTRE_REAL_DATA to the corpora's folder")
    return path


def indexed(kind: str) -> dict[str, dict[str, Any]]:
    """The index's entries for files of one format, by file name; at least one."""
    index = json.loads(real("index.json").read_text())
    entries = {
        entry["file"]: entry
        for dataset in index["datasets"].values()
        for split in dataset["splits"].values()
        for entry in split
        if entry["format"] == kind
    }
    assert entries, f"the index lists no {kind}"
    return entries

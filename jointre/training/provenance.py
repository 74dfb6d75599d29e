"""Provenance: versions, data, machine and cost of a run."""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import jointre

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

PACKAGES = ("jointre", "torch", "transformers", "lightning", "tokenizers", "numpy", "spacy")


def provenance(seed: int, data: Mapping[str, str], seconds: float, epochs: int) -> dict[str, Any]:
    """Facts that let a reader repeat a run, and judge its cost.

    Args:
        seed: Random seed of the experiment.
        data: SHA-256 of each source of documents: files by path, documents in memory by name.
        seconds: Wall time of this process's part of the run.
        epochs: Number of finished epochs.
    """
    facts: dict[str, Any] = {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "seed": seed,
        "epochs": epochs,
        "versions": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "git_commit": git_commit(),
        "data_sha256": dict(data),
        "machine": {
            "system": platform.platform(),
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
        },
        "wall_seconds": round(seconds, 1),
        "peak_memory_bytes": peak_memory(),
    }
    if torch.cuda.is_available():
        facts["machine"]["gpu"] = torch.cuda.get_device_name()
        facts["peak_gpu_bytes"] = torch.cuda.max_memory_allocated()
    return facts


def peak_memory() -> int | None:
    """Peak memory of this process in bytes; None if the system does not report it."""
    if resource is None:
        return getattr(memory_info(), "peak_wset", None)  # Windows
    peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes


def memory_info() -> Any:
    """Psutil's figures about the memory of this process, in bytes.

    psutil needs modules of the operating system, so it is imported only where it is used.
    """
    import psutil

    return psutil.Process().memory_info()


def git_commit() -> str | None:
    """The commit of a source checkout of jointre, ``-dirty`` if it was changed."""
    root = Path(jointre.__file__).parents[1]
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return process.stdout.strip()

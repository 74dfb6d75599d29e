import hashlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jointre.inference.trained_on import digests
from jointre.training import provenance as module
from jointre.training.provenance import git_commit, peak_memory, provenance


def test_facts(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b"abc")
    facts = provenance(7, digests([path]), 12.34, 3)
    assert list(facts)[:11] == [
        "finished",
        "command",
        "seed",
        "epochs",
        "versions",
        "python",
        "git_commit",
        "data_sha256",
        "machine",
        "wall_seconds",
        "peak_memory_bytes",
    ]
    assert facts["finished"].endswith("+00:00")
    assert facts["command"] == sys.argv
    assert (facts["seed"], facts["epochs"], facts["wall_seconds"]) == (7, 3, 12.3)
    assert facts["data_sha256"] == {str(path): hashlib.sha256(b"abc").hexdigest()}
    assert {"jointre", "torch", "transformers", "lightning"} <= set(facts["versions"])
    assert {"system", "processor", "cores", "threads"} <= set(facts["machine"])
    assert facts["peak_memory_bytes"] > 2**20


def test_peak_memory_in_bytes_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    kibibytes = module.resource.getrusage(module.resource.RUSAGE_SELF).ru_maxrss
    assert peak_memory() >= 1024 * kibibytes
    monkeypatch.setattr(sys, "platform", "darwin")
    assert kibibytes <= peak_memory() < 512 * kibibytes
    monkeypatch.undo()
    monkeypatch.setattr(module, "resource", None)
    assert peak_memory() is None  # psutil knows no peak on Linux
    monkeypatch.setattr(module, "memory_info", lambda: SimpleNamespace(peak_wset=5))
    assert peak_memory() == 5


def test_commit_of_an_installed_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module.jointre, "__file__", str(tmp_path / "jointre" / "__init__.py"))
    assert git_commit() is None


def test_commit_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", missing)
    assert git_commit() is None


def test_commit_of_a_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        name = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", str(tmp_path), *name, *arguments], check=True)

    git("init", "-q")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "-qm", "one")
    monkeypatch.setattr(module.jointre, "__file__", str(tmp_path / "jointre" / "__init__.py"))
    commit = git_commit()
    assert commit is not None
    assert len(commit) == 40
    (tmp_path / "file").write_text("2")
    assert git_commit() == f"{commit}-dirty"

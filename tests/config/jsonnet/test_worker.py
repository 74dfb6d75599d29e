"""The worker as a process: lines of JSON in, lines of JSON out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import _jsonnet
import pytest

from jointre.config.jsonnet import worker


def test_requests_imports_and_errors() -> None:
    def request(text: str) -> str:
        return json.dumps({"name": "text", "text": text, "variables": {}}) + "\n"

    lines = request("1 + import 'a'") + json.dumps({"path": "a", "text": "2"}) + "\n"
    lines += request("error 'no'") + request("'ä'")
    result = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            str(Path(str(worker.__file__))),
            str(_jsonnet.__file__),
            str(2**30),
        ],
        input=lines.encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    answers: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    assert answers[:2] == [{"import": ["", "a"]}, {"result": "3\n"}]
    assert answers[2]["error"].startswith("RUNTIME ERROR: no")
    assert answers[3] == {"result": '"ä"\n'}


class Refusing:
    """A module ``resource`` of a system that refuses limits, or lacks some."""

    RLIMIT_AS, RLIMIT_CORE = 1, 2

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked: list[int] = []

    def getrlimit(self, kind: int) -> tuple[int, int]:
        return -1, -1

    def setrlimit(self, kind: int, limits: tuple[int, int]) -> None:
        self.asked.append(kind)
        raise self.error


@pytest.mark.parametrize("error", [ValueError("current limit exceeds"), OSError(22, "Invalid")])
def test_a_system_that_refuses_limits(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    refusing = Refusing(error)
    monkeypatch.setattr(worker, "resource", refusing)
    worker._limit(2**30)
    assert refusing.asked == [1, 2]


def test_a_system_without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "resource", None)
    worker._limit(2**30)

"""The worker as a process: lines of JSON in, lines of JSON out."""

import json
import os
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
            "_jsonnet",
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


class FakeRjsonnet:
    """Evaluates nothing: it imports ``file``, or raises an error of rjsonnet."""

    def __init__(self, error: str = "") -> None:
        self.error = error

    def evaluate_snippet(
        self, name: str, text: str, import_callback: Any, ext_vars: dict[str, str]
    ) -> str:
        if self.error:
            raise RuntimeError(self.error)
        return f"{text} {import_callback(os.getcwd(), 'file')} {import_callback('lib', 'other')}"


def test_rjsonnet_gets_text_and_the_folder_of_the_text() -> None:
    def imported(folder: str, name: str) -> tuple[str, bytes]:
        return f"{folder}|{name}", b"std.thisFile"

    library = worker.Rjsonnet(FakeRjsonnet())
    result = library.evaluate_snippet("<overrides>/text", "1", imported, {})
    assert result == (
        "1 ('<overrides>/|file', '\"<overrides>/|file\"') ('lib|other', '\"lib|other\"')"
    )


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        (
            "runtime error: bad\n    a.jsonnet:2:1-9: error statement",
            "RUNTIME ERROR: bad\n\ta.jsonnet:2:1",
        ),
        (
            "syntax error: expected x\n    lib/a.libsonnet:3:6",
            "STATIC ERROR: lib/a.libsonnet:3:6: expected x",
        ),
        (
            "external variable is not defined: n\n    <overrides>/text:1:1-20: function call",
            "RUNTIME ERROR: undefined external variable: n\n\t<overrides>/text:1:1",
        ),
        (
            "no such field: b\n    field <a> manifestification",
            "RUNTIME ERROR: field does not exist: b",
        ),
        (
            "runtime error: x\n    <std>:5:14-182:  error statement\n    a:1:5-6: field <c> access",
            "RUNTIME ERROR: x\n\ta:1:5",
        ),
    ],
)
def test_errors_of_rjsonnet_read_as_those_of_jsonnet(theirs: str, message: str) -> None:
    with pytest.raises(RuntimeError) as raised:
        worker.Rjsonnet(FakeRjsonnet(theirs)).evaluate_snippet("text", "1", print, {})
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "'std.thisFile'",
        '"a std.thisFile"',
        "// std.thisFile\n1",
        "# std.thisFile",
        "/* std.thisFile\n*/",
        "@'a'' std.thisFile'",
        "|||\n  std.thisFile\n|||",
        "std.thisFiles",
        "mystd.thisFile",
        "'a\\' std.thisFile'",
    ],
)
def test_strings_and_comments_stay(text: str) -> None:
    assert worker.with_this_file(text, "p") == text


def test_the_path_of_the_file() -> None:
    assert worker.with_this_file("std.thisFile + 'std.thisFile'", 'a"b') == (
        '"a\\"b" + \'std.thisFile\''
    )

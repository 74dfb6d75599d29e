"""Commands whose standard output, input or error stream is closed, or whose output is full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ARCHIVE = ROOT / "fixtures" / "archives" / "span_0.1.0" / "archive"
MESSAGE = "error: standard output is closed; name a file with --output, or redirect it\n"


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line of ``jointre``, with the redirections of a shell."""
    start = f"{sys.executable} -c 'from jointre.cli.main import run; run()'"
    return subprocess.run(
        ["bash", "-c", command.replace("jointre", start, 1)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80", **environment},
    )


@pytest.mark.parametrize("command", ["components list", "--version", "config check --help"])
def test_a_closed_output_is_a_message(command: str) -> None:
    result = shell(f"jointre {command} >&-")
    assert (result.returncode, result.stderr) == (1, MESSAGE)


def test_predictions_are_not_lost(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ada Lovelace lived in London.")
    result = shell(f"jointre predict {ARCHIVE} {tmp_path / 'a.txt'} >&-")
    assert result.returncode == 1
    assert MESSAGE in result.stderr
    assert "Traceback" not in result.stderr
    output = tmp_path / "out.jsonl"
    result = shell(f"jointre predict {ARCHIVE} {tmp_path / 'a.txt'} --output {output} <&- >&- 2>&-")
    assert (result.returncode, result.stderr) == (0, "")
    assert '"text": "Ada Lovelace lived in London."' in output.read_text()


RECORD = '{"id": "a", "tokens": ["Ada"], "entities": [], "relations": []}'


@pytest.mark.parametrize(
    ("command", "unbuffered"),
    [
        (f"predict {ARCHIVE} a.txt", ""),
        ("convert a.jsonl - --to dygie", "1"),
        ("convert a.jsonl - --to dygie", ""),
        ("score a.jsonl a.jsonl", ""),
        ("components list", ""),
        ("--version", "1"),
        ("--help", ""),
    ],
)
def test_a_full_output_is_named(command: str, unbuffered: str, tmp_path: Path) -> None:
    """Whatever is printed, and whether or not Python buffers it until the command ends."""
    (tmp_path / "a.txt").write_text("Ada Lovelace lived in London.")
    (tmp_path / "a.jsonl").write_text(f"{RECORD}\n")
    for name in ("a.txt", "a.jsonl"):
        command = command.replace(f" {name}", f" {tmp_path / name}")
    result = shell(f"jointre {command} > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert result.returncode == 1
    lines = [line for line in result.stderr.splitlines() if "detected the format" not in line]
    assert lines == ["error: standard output: cannot be written: No space left on device"]

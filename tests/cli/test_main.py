import errno
import gzip
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from jointre.cli import main
from jointre.errors import ConfigError
from tests.cli.command import Command
from tests.tiny_runs import experiment, write_config

COMMANDS = [
    ("train",),
    ("evaluate",),
    ("tune",),
    ("predict",),
    ("score",),
    ("compare",),
    ("calibrate",),
    ("report",),
    ("efficiency",),
    ("convert",),
    ("attention",),
    ("archive",),
    ("components", "list"),
    ("components", "show"),
    ("config", "check"),
    ("config", "show"),
    ("config", "mixins"),
    ("config", "list"),
    ("data", "list"),
    ("data", "check"),
    ("study", "run"),
    ("study", "list"),
    ("study", "table"),
    ("study", "plot"),
]
START = [sys.executable, "-c", "from jointre.cli.main import run; run()"]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_shows_an_example(jointre: Command, command: tuple[str, ...]) -> None:
    ended = jointre(*command, "--help")
    assert ended.code == 0
    assert f"jointre {' '.join(command)}" in ended.out.replace("Usage: jointre", "")
    assert "xample" in ended.out


def test_the_overview_lists_the_commands(jointre: Command) -> None:
    ended = jointre("--help")
    assert ended.code == 0
    for name in {command[0] for command in COMMANDS}:
        assert f" {name} " in ended.out


@pytest.mark.parametrize("command", [(), *COMMANDS], ids=" ".join)
def test_short_help(jointre: Command, command: tuple[str, ...]) -> None:
    assert jointre(*command, "-h").out == jointre(*command, "--help").out


def test_tab_completion(jointre: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    script = jointre("--show-completion", "bash").out
    assert "_JOINTRE_COMPLETE=complete_bash" in script
    monkeypatch.setenv("_JOINTRE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "jointre con")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert jointre().out.split() == ["convert", "config"]


def test_version(jointre: Command) -> None:
    assert jointre("--version").out == f"jointre {version('jointre')}\n"


@pytest.mark.parametrize(
    "arguments", [("trian",), ("train",), ("train", "a", "b"), ("predict", "x", "--entities", "y")]
)
def test_usage_errors(jointre: Command, arguments: tuple[str, ...]) -> None:
    ended = jointre(*arguments)
    assert ended.code == 2
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ConfigError("model.x: wrong"), "error: model.x: wrong\n"),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.txt"), "error: a.txt: No such file\n"),
        (OSError(errno.ENOSPC, "No space left on device"), "error: No space left on device\n"),
    ],
)
def test_errors_become_messages(
    jointre: Command, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def broken(**_: Any) -> None:
        raise error

    monkeypatch.setattr(main, "app", broken)
    ended = jointre("data", "list")
    assert (ended.code, ended.err) == (1, message)


def test_an_interruption_is_130(jointre: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("jointre.formats.Reader.names", interrupted)
    ended = jointre("data", "list")
    assert ended.code == 130
    assert "Traceback" not in ended.err


CEILING = 900  # seconds without an end: only for a process that hangs


def test_a_training_that_is_interrupted(tiny_data: Path, tmp_path: Path) -> None:
    """A real process and a real signal; what it leaves can be recovered."""
    config = write_config(experiment(tiny_data, {"training.epochs": 500}), tmp_path / "c.json")
    run = tmp_path / "run"
    command = [*START, "train", str(config), "-s", str(run)]
    # A shell's background jobs ignore the signal, and so do their children.
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        end = time.monotonic() + CEILING
        while not (run / "checkpoints" / "last.ckpt").exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=CEILING)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert b"\x1b" not in err  # no progress bar, no colours
    assert b"epoch 1: loss" in err
    assert not (run / ".lock").exists()


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['jointre', '--help']\n"
        "from jointre.cli.main import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'lightning', 'spacy', 'numpy'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_a_closed_pipe_is_silent(tiny_run: Path) -> None:
    """``jointre … | head`` must not end in a traceback."""
    command = [*START, "data", "list"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("data", "check", "a.jsonl.gz"), 0),
        (("convert", "a.jsonl.gz", "b.jsonl", "--to", "jsonl"), 0),
        (("split", "a.jsonl.gz", "--dir", "parts"), 1),  # one document cannot be split
        (("init", "a.jsonl.gz", "--dir", "project"), 1),
        (("score", "a.jsonl.gz", "a.jsonl.gz"), 0),
    ],
)
def test_the_limit_of_unpacked_files_is_an_option(
    jointre: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    record = '{"tokens": ["%s"]}\n' % ("x" * (3 << 20))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(record.encode()))
    jointre(*words, "--max-unpacked", "1").told("unpacks to more than 1 MiB")
    result = jointre(*words, "--max-unpacked", "8")
    assert (result.code, "unpacks to" in result.err) == (code, False), result.err

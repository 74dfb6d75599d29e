"""The command, run in this process as its entry point runs it."""

import io
import sys
from dataclasses import dataclass

import pytest

from jointre.cli.main import run


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def told(self, message: str) -> None:
        """Asserts exit code 1, one message, and no traceback."""
        assert self.code == 1, self.err
        assert "Traceback" not in self.err + self.out
        assert self.err.count("error: ") == 1
        assert message in self.err


class Command:
    """Runs ``jointre`` with arguments and, if given, text on standard input."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]):
        self._patch, self._captured = monkeypatch, capfdbinary

    def __call__(self, *arguments: object, stdin: bytes = b"") -> Ended:
        self._captured.readouterr()
        self._patch.setattr(sys, "argv", ["jointre", *map(str, arguments)])
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        self._patch.setenv("COLUMNS", "200")
        self._patch.setenv("TERM", "dumb")
        code = 0
        try:
            run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        out, err = (part.decode() for part in self._captured.readouterr())
        return Ended(code, out, err)

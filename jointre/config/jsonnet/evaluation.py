"""Jsonnet evaluation with limits of time and memory."""

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jointre.errors import ConfigError

SECONDS = 10.0  # of one evaluation
MEMORY = 2 * 2**30  # bytes of the process that evaluates
LIBRARIES = ("_jsonnet", "rjsonnet")  # modules of the packages jsonnet and rjsonnet
NO_LIBRARY = (
    "jsonnet is evaluated by the package jsonnet or by rjsonnet, and neither is installed; install "
    "one (pip install jsonnet; pip install rjsonnet where that has no wheel: Linux on arm64), or "
    "take a .json config and overrides of the form path.to.key=VALUE"
)
_WORKER = Path(__file__).with_name("worker.py")

Importer = Callable[[str, str], tuple[str, bytes]]


def find_library() -> tuple[str, str] | None:
    """The module of an installed jsonnet library and its file; None if there is none."""
    for name in LIBRARIES:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            return name, spec.origin
    return None


class Evaluator:
    """A process that evaluates jsonnet; it is started at the first use and after each failure."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._rest = b""
        self._lock = threading.Lock()

    def __call__(
        self, name: str, text: str, importer: Importer, variables: Mapping[str, str]
    ) -> str:
        """The JSON that a jsonnet text evaluates to.

        Args:
            name: What jsonnet's messages call the text.
            text: Jsonnet.
            importer: Gives the path and the content of a file for a folder and a name.
            variables: External variables.

        Raises:
            RuntimeError: Jsonnet reports an error, in its own words.
            ConfigError: The evaluation takes too long or too much memory, or is nested too deeply.
        """
        with self._lock:
            try:
                return self._evaluate(name, text, importer, variables)
            except BaseException as error:
                if not isinstance(error, _JsonnetError):
                    self.close()
                raise

    def close(self) -> None:
        """End the process."""
        process, self._process, self._rest = self._process, None, b""
        if process is None:
            return
        if self._pid == os.getpid():  # a forked child does not own it
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue

    def _evaluate(
        self, name: str, text: str, importer: Importer, variables: Mapping[str, str]
    ) -> str:
        self._send({"name": name, "text": text, "variables": dict(variables)})
        end = time.monotonic() + SECONDS
        while True:
            answer = self._receive(end)
            if "result" in answer:
                return str(answer["result"])
            if "error" in answer:
                raise _JsonnetError(answer["error"])
            if "memory" in answer:
                raise _too_much("needs more than")
            start = time.monotonic()
            self._send(self._imported(importer, *answer["import"]))
            end += time.monotonic() - start  # reading files is not evaluation

    @staticmethod
    def _imported(importer: Importer, folder: str, name: str) -> dict[str, str]:
        try:
            path, content = importer(folder, name)
        except ConfigError as error:
            return {"failure": str(error)}
        return {"path": path, "text": content.decode()}

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._process is None or self._process.poll() is not None or self._pid != os.getpid():
            self.close()
            library = find_library()
            if library is None:
                raise ConfigError(NO_LIBRARY)
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_WORKER), *library, str(MEMORY)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches the command, which ends the process
            )
            self._pid = os.getpid()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def _receive(self, end: float) -> dict[str, Any]:
        """The next line of the process; lines may be long and come in parts."""
        assert self._process is not None
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            parts = [self._rest]
            while b"\n" not in parts[-1]:
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise _too_much(f"takes longer than {SECONDS:.0f} seconds or needs more than")
                part = os.read(descriptor, 2**16)
                if not part:
                    raise self._ended()
                parts.append(part)
        line, self._rest = b"".join(parts).split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _ended(self) -> ConfigError:
        """Why the process ended: it aborts without memory, and deep text overflows its stack."""
        code = None if self._process is None else self._process.wait()
        if code == -signal.SIGSEGV:
            return ConfigError(
                "jsonnet cannot evaluate this config: its text is nested too deeply (a sum of "
                "thousands of terms, for example); write it as a list, or compute it in a program"
            )
        return _too_much("needs more than")


class _JsonnetError(RuntimeError):
    """What jsonnet itself reports; the process goes on."""


def _too_much(what: str) -> ConfigError:
    return ConfigError(
        f"the evaluation of this config {what} {MEMORY // 2**30} GiB of memory; does a function "
        "call itself without end, or is a list too long?"
    )


evaluate = Evaluator()
atexit.register(evaluate.close)

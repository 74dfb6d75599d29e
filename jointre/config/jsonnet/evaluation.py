"""Jsonnet evaluation with limits of time and memory."""

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from jointre.errors import ConfigError

SECONDS = 10.0  # time limit of one evaluation, without the time for reading imported files
MEMORY = 2 * 2**30  # memory limit of the process that evaluates, in bytes
LIBRARIES = ("_jsonnet", "rjsonnet")  # modules of the packages jsonnet and rjsonnet
NO_LIBRARY = (
    "jsonnet is evaluated by the package jsonnet or by rjsonnet, and neither is installed; install "
    "one (pip install jsonnet; pip install rjsonnet where that has no wheel: Linux on arm64), or "
    "take a .json config and overrides of the form path.to.key=VALUE"
)
_WORKER = Path(__file__).with_name("worker.py")
_MEMORY_CHECK = 0.2  # seconds between two looks at the memory of a process that computes
# Exit codes after a stack overflow: a signal, and on Windows the status of the exception.
_STACK_OVERFLOWS = (-signal.SIGSEGV, 0xC00000FD, 0xC0000005)

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
        self._listener = threading.Thread()
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
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
        process, self._process = self._process, None
        if process is None:
            return
        if self._pid == os.getpid():  # a forked child does not own it
            process.kill()
            process.wait()
            self._listener.join(timeout=1)  # the output has ended with the process
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
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:  # the pipe is broken, for which Windows has another error number
            raise self._ended() from None

    def _start(self) -> None:
        """Start the process, out of reach of Ctrl-C: the command gets it and ends the process."""
        library = find_library()
        if library is None:
            raise ConfigError(NO_LIBRARY)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_WORKER), *library, str(MEMORY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
        )
        self._pid = os.getpid()
        assert self._process.stdout is not None
        self._answers = queue.SimpleQueue()
        self._listener = threading.Thread(
            target=_read_lines,
            args=(self._process.stdout, self._answers),
            name="jsonnet answers",
            daemon=True,
        )
        self._listener.start()

    def _receive(self, end: float) -> dict[str, Any]:
        """The next answer of the process.

        Args:
            end: Time limit, on the clock of :func:`time.monotonic`.

        Raises:
            ConfigError: The process has ended, takes too long, or takes too much memory.
        """
        while True:
            seconds = max(0.0, end - time.monotonic())
            try:
                line = self._answers.get(timeout=min(seconds, _MEMORY_CHECK))
            except queue.Empty:
                if seconds <= _MEMORY_CHECK:
                    raise _too_much(
                        f"takes longer than {SECONDS:.0f} seconds or needs more than"
                    ) from None
                if self._memory() > MEMORY:
                    raise _too_much("needs more than") from None
                continue
            if line is None:
                raise self._ended()
            answer: dict[str, Any] = json.loads(line)
            return answer

    def _memory(self) -> int:
        """Bytes that the process uses: Windows and macOS do not let it limit its own memory."""
        import psutil  # costs time, and most evaluations end before it is needed

        assert self._process is not None
        try:
            memory: int = psutil.Process(self._process.pid).memory_info().rss
        except psutil.Error:  # it has just ended, which the next answer says
            return 0
        return memory

    def _ended(self) -> ConfigError:
        """Why the process ended: it aborts without memory, and deep text overflows its stack."""
        code = None if self._process is None else self._process.wait()
        if code in _STACK_OVERFLOWS:
            return ConfigError(
                "jsonnet cannot evaluate this config: its text is nested too deeply (a sum of "
                "thousands of terms, for example); write it as a list, or compute it in a program"
            )
        return _too_much("needs more than")


def _read_lines(stream: IO[bytes], lines: "queue.SimpleQueue[bytes | None]") -> None:
    """Put the lines of a pipe into a queue, then None: a queue can be waited for on any system.

    The descriptor is read, not the stream, because a lock that this thread holds in the stream
    would stay locked in a forked process.

    Args:
        stream: The pipe's end for reading.
        lines: Takes the lines; they may be long, and a pipe gives them in chunks.
    """
    chunks: list[bytes] = []
    while chunk := os.read(stream.fileno(), 2**16):
        *complete, beginning = chunk.split(b"\n")
        for end_of_line in complete:
            lines.put(b"".join([*chunks, end_of_line]))
            chunks = []
        chunks.append(beginning)
    lines.put(None)


class _JsonnetError(RuntimeError):
    """An error that jsonnet itself reports; the process continues."""


def _too_much(excess: str) -> ConfigError:
    return ConfigError(
        f"the evaluation of this config {excess} {MEMORY // 2**30} GiB of memory; does a function "
        "call itself without end, or is a list too long?"
    )


evaluate = Evaluator()
atexit.register(evaluate.close)

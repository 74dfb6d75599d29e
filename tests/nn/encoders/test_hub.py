"""A hub that does not answer is reported within seconds."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from jointre.nn.encoders import hub

LOAD = """
import time
from jointre.errors import ConfigError
from jointre.nn.encoders import sources
sources.transformers().AutoTokenizer  # imported before the time is taken
began = time.monotonic()
try:
    sources.load_tokenizer("someone/no-such-model")
except ConfigError as error:
    print(error)
print(time.monotonic() - began)
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where connections are accepted and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_closed_port(closed: int) -> None:
    reason = hub._failure(f"http://127.0.0.1:{closed}")
    assert reason.startswith(f"http://127.0.0.1:{closed} cannot be reached: ")
    assert "refused" in reason


def test_silence(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "TIMEOUT", 0.2)
    assert "timed out" in hub._failure(f"http://127.0.0.1:{silent}")


def test_offline_mode_asks_nobody() -> None:
    assert hub.unreachable() == ""  # the tests' own environment


def test_the_message_comes_at_once(closed: int) -> None:
    address = f"http://127.0.0.1:{closed}"
    variables = {"HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0", "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-c", LOAD]
    run = subprocess.run(
        command, env=os.environ | variables, capture_output=True, text=True, check=True
    )
    seconds = float(run.stdout.splitlines()[-1])
    assert seconds < hub.TIMEOUT + 5  # without the question before, 45
    assert f"cannot be loaded ({address} cannot be reached: " in run.stdout
    assert "Accepted: a folder with config.json" in run.stdout

import pytest

from tests.cli.command import Command


@pytest.fixture
def jointre(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    return Command(monkeypatch, capfdbinary)

import pytest
from rich.console import Console

from jointre.cli._common.progress import bar


def test_silent_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with bar("working", 3) as step:
        step(3)
    assert capfd.readouterr() == ("", "")


def test_on_a_terminals_error_stream(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Console, "is_terminal", property(lambda self: True))
    monkeypatch.setenv("TERM", "xterm")
    with bar("working", 3) as step:
        step(3)
    out, err = capfd.readouterr()
    assert out == ""
    assert "working" in err
    assert "3/3" in err

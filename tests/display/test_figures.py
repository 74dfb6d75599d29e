"""Files of figures."""

import sys
from pathlib import Path

import pytest

from jointre.display.figures import figure_class, save_figure
from jointre.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "first_bytes"), [("f.png", b"\x89PNG"), ("f.svg", b"<?xml"), ("f.PDF", b"%PDF")]
)
def test_formats(tmp_path: Path, name: str, first_bytes: bytes) -> None:
    path = tmp_path / name
    figure = figure_class(path)(figsize=(1, 1))
    save_figure(figure, path)
    assert path.read_bytes().startswith(first_bytes)


def test_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"f.gif: a figure is a .png, .svg or .pdf"):
        figure_class(tmp_path / "f.gif")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ConfigError, match=r'pip install "jointre\[plots\]"'):
        figure_class(tmp_path / "f.png")

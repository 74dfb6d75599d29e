"""Curves over an axis, or bars, as PNG and SVG."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from jointre.errors import ConfigError
from jointre.studies.directory import StudyDirectory
from jointre.studies.figure import draw
from jointre.studies.results import results


def texts(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_curves(trained_study: Path, tmp_path: Path) -> None:
    """Two panels, labelled; a band per curve."""
    found = results(StudyDirectory(trained_study), resamples=0)
    draw(found, tmp_path / "f.svg")
    root = ET.parse(tmp_path / "f.svg").getroot()
    assert root.tag.endswith("svg")
    comments = texts(tmp_path / "f.svg")
    for label in ("Heads", "heads", "entity F1 on test, percent", "relation strict F1 on test"):
        assert f"<!-- {label}" in comments, label
    assert comments.count("FillBetweenPolyCollection") == 2
    draw(found, tmp_path / "f.png")
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")


def test_bars(trained_study: Path, tmp_path: Path) -> None:
    """One row per variant that has finished runs."""
    found = results(StudyDirectory(trained_study), resamples=0)
    bars = replace(found, variants=[replace(each, x=None) for each in found.variants])
    draw(bars, tmp_path / "f.svg")
    comments = texts(tmp_path / "f.svg")
    assert "<!-- SINET -->" in comments
    assert "<!-- heads_2 -->" in comments
    assert "<!-- broken -->" not in comments


def test_figures_that_cannot_be_drawn(trained_study: Path, tmp_path: Path) -> None:
    found = results(StudyDirectory(trained_study), resamples=0)
    with pytest.raises(ConfigError, match=r"f.gif: a figure is a .png, .svg or .pdf"):
        draw(found, tmp_path / "f.gif")
    with pytest.raises(ConfigError, match="no variant has finished runs yet"):
        draw(replace(found, variants=found.variants[2:]), tmp_path / "f.png")
    assert list(tmp_path.iterdir()) == []

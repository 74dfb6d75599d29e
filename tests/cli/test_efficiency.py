"""``jointre efficiency``: its table, its files, and what it refuses."""

import json
from pathlib import Path

from jointre.models import archive
from tests.cli.command import Command


def test_two_runs(jointre: Command, tiny_run: Path, overfitted_table: Path, tmp_path: Path) -> None:
    data, output, plot = tiny_run.parent / "dev.jsonl", tmp_path / "e.json", tmp_path / "g.svg"
    arguments = ("--runs", 1, "--units", 1, "--units", 4, "--limit", 3, "--measure", "parts")
    more = ("--measure", "speed", "--measure", "training", "--output", output)
    ended = jointre("efficiency", tiny_run, overfitted_table, data, *arguments, *more)
    assert ended.code == 0, ended.err
    assert "3 units; in each second row the bare encoder" in ended.out
    assert "backbone.encoder" in ended.out
    assert "training step, 4 units per batch" in " ".join(ended.out.split())
    numbers = json.loads(output.read_text())
    assert [each["run"] for each in numbers["models"]] == [str(tiny_run), str(overfitted_table)]
    for each, run in zip(numbers["models"], (tiny_run, overfitted_table), strict=True):
        model = archive.load(run).model
        assert each["parameters"] == sum(p.numel() for p in model.parameters())
        assert [speed["max_units"] for speed in each["speed"]] == [1, 4]
        assert each["memory"] is None
    assert not plot.exists()


def test_growth_and_its_plot(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    data, plot = tiny_run.parent / "dev.jsonl", tmp_path / "g.svg"
    arguments = ("--runs", 1, "--measure", "growth", "--plot", plot)
    ended = jointre("efficiency", tiny_run, data, *arguments)
    assert ended.code == 0, ended.err
    assert "10 words: " in ended.err
    assert plot.read_text().startswith("<?xml")


def test_mistakes(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    data = tiny_run.parent / "dev.jsonl"
    for arguments, message in (
        ((data,), "name at least one run, and last the annotated file"),
        ((tiny_run, data, "--measure", "sped"), "did you mean 'speed'?"),
        ((tiny_run, data, "--plot", tmp_path / "g.gif"), "a figure is a .png, .svg or .pdf"),
        ((tmp_path / "none", data), "none"),
    ):
        ended = jointre("efficiency", *arguments)
        assert (ended.code, ended.out) == (1, "")
        assert message in ended.err

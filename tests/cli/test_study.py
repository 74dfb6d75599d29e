"""``jointre study``: run, list, table and plot."""

from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.studies.small import VARIANTS, write_study


def test_list_table_and_plot(jointre: Command, trained_study: Path, tmp_path: Path) -> None:
    listed = jointre("study", "list", trained_study)
    assert listed.code == 0, listed.err
    assert "6 runs: 4 finished, 2 failed" in listed.out
    assert "1 of 1" in listed.out
    shown = jointre("study", "table", trained_study, "--resamples", 100)
    assert shown.code == 0, shown.err
    assert "difference to SINET" in shown.out
    forms = {
        form: jointre("study", "table", trained_study, "--resamples", 0, "--format", form).out
        for form in ("markdown", "latex", "csv")
    }
    assert forms["markdown"].startswith("|  | entity | Δ | p |")
    assert forms["latex"].startswith("% needs")
    assert len(forms["csv"].splitlines()) == 7
    image = tmp_path / "f.png"
    drawn = jointre("study", "plot", trained_study, "--output", image)
    assert (drawn.code, drawn.out) == (0, f"wrote {image}\n")
    assert image.stat().st_size > 5000


def test_run_again_with_failures(jointre: Command, trained_study: Path, tmp_path: Path) -> None:
    """Only what is not finished is tried again; the exit code tells of failures."""
    file = trained_study.parent / "study.jsonnet"
    wanted = jointre("study", "run", file, "--dry-run")
    assert wanted.code == 0, wanted.err
    assert [name.split("-seed")[0] for name in wanted.out.split()] == [
        "sinet",
        "heads_2",
        "broken",
    ] * 2
    part = jointre("study", "run", file, "--dry-run", "--share", "3/3")
    assert {name.split("-seed")[0] for name in part.out.split()} == {"broken"}
    sound = jointre("study", "run", file, "-s", trained_study, "--share", "1/3")
    assert sound.code == 0, sound.err
    assert "2 runs of 2 finished before" in sound.err
    assert "difference to SINET" in sound.out


def test_mistakes(
    jointre: Command, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is written."""
    monkeypatch.chdir(tmp_path)
    wrong = "{ name: 'b', change: { model+: { widht_dim: 3 } } }"
    file = write_study(tmp_path / "s.jsonnet", tiny_data, [VARIANTS[0], wrong])
    ended = jointre("study", "run", file)
    ended.told("1 variant of 2 cannot be trained:\n  b: model.widht_dim: span takes no 'widht_dim'")
    jointre("study", "run", "none.jsonnet").told("none.jsonnet does not exist")
    jointre("study", "table", tmp_path).told("does not hold a study")
    jointre("study", "plot", tmp_path, "--output", "x.png").told("does not hold a study")
    assert [path.name for path in tmp_path.iterdir()] == ["s.jsonnet"]

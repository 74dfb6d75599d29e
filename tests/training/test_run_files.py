from pathlib import Path

import pytest

from jointre.training.run_files import contained, drafts, foreign_entries, inputs, is_run

OURS = (
    *("config.json", "run.json", "metrics.json", "metrics.csv", "provenance.json", "log.txt"),
    *("dev.jsonl", "dev_predictions.jsonl", ".lock", "checkpoints/last.ckpt"),
    *("checkpoints/previous.ckpt", "tensorboard/version_0/hparams.yaml"),
    *("tensorboard/version_0/hparams/events.out.tfevents.1.x", "csv/version_0/metrics.csv"),
    *("wandb/debug.log", "wandb/offline-run-1_2-a/files/config.yaml"),
)
DRAFTS = (
    *(".config.json.tmp", ".archive-x1/half", ".archive.12-0123abcd.part/half"),
    *(".archive.12-0123abcd.part.lock", "checkpoints/.last.ckpt.12-0123abcd.part.lock"),
    *("checkpoints/.last.ckpt.tmp", "checkpoints/.epoch-3.12-0123abcd.part/half"),
)
FOREIGN = (".mine.tmp", "checkpoints/.mine.tmp", "checkpoints/config.json", "last.ckpt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*OURS, *DRAFTS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    return tmp_path


def test_what_a_training_writes_is_its_own(folder: Path) -> None:
    assert foreign_entries(folder) == []
    for name in FOREIGN:
        (folder / name).write_text("{}")
    assert foreign_entries(folder) == [
        *(".mine.tmp", "checkpoints/.mine.tmp", "checkpoints/config.json", "last.ckpt"),
    ]


def test_drafts(folder: Path) -> None:
    found = {path.relative_to(folder).as_posix() for path in drafts(folder)}
    assert found == {name.removesuffix("/half") for name in DRAFTS}
    assert drafts(folder / "missing") == []


def test_an_archive_is_its_listed_files() -> None:
    run = Path(__file__).parents[2] / "fixtures" / "archives" / "span_0.1.0"
    assert foreign_entries(run) == ["documents.jsonl", "predictions.jsonl"]


def test_is_run(tmp_path: Path) -> None:
    assert not is_run(tmp_path)
    (tmp_path / "run.json").write_text("damaged")
    assert is_run(tmp_path)


def test_inputs_are_the_paths_that_exist(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    path = str(tmp_path / "a")
    config = {"model": {"type": path, "files": [path, "b"], "text": "a\0b", "n": 1}}
    assert list(inputs(config)) == [Path(path)]


def test_contained_follows_links_both_ways(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    for folder in (inner, outer):
        folder.mkdir()
        (folder / "file").write_text("")
    (outer / "to_inner").symlink_to(inner / "file")
    (inner / "to_outer").symlink_to(outer / "file")
    for path in (inner, inner / "file", outer / "to_inner", inner / "to_outer"):
        assert contained(inner, iter([outer, path])) == path
    assert contained(inner, iter([outer / "file", tmp_path])) is None

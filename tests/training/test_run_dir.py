import errno
import fcntl
import json
import os
from pathlib import Path
from typing import Any

import pytest

from jointre.errors import RunError
from jointre.training.run_dir import RunDirectory, differences, replace_text, replaced, write_json

CONFIG: dict[str, Any] = {"seed": 1, "model": {"type": "span", "max_width": 8}}


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "runs" / "one")


def enter(run: RunDirectory, config: Any = CONFIG, force: bool = False, recover: bool = False):
    with run.opened(config, force=force, recover=recover):
        return sorted(path.name for path in run.path.iterdir())


def test_makes_the_directory(run: RunDirectory) -> None:
    assert enter(run) == [".lock", "checkpoints", "config.json"]
    assert json.loads(run.config.read_text()) == CONFIG
    assert not run.lock.exists()
    assert not run.finished


def test_enters_an_empty_directory(run: RunDirectory) -> None:
    run.path.mkdir(parents=True)
    enter(run)
    assert run.config.exists()


def test_refuses_what_is_not_empty(run: RunDirectory) -> None:
    run.path.mkdir(parents=True)
    (run.path / "notes.txt").write_text("mine")
    with pytest.raises(RunError) as caught:
        enter(run)
    assert str(caught.value) == (
        f"{run.path} is not empty; choose another directory with -s, empty it with --force, or "
        "go on with the run in it with --recover"
    )
    assert [path.name for path in run.path.iterdir()] == ["notes.txt"]


def test_refuses_a_file(run: RunDirectory) -> None:
    run.path.parent.mkdir()
    run.path.write_text("")
    with pytest.raises(RunError, match=r"one is a file; choose a directory with -s"):
        enter(run)


def test_force_empties_a_run(run: RunDirectory, tmp_path: Path) -> None:
    enter(run)
    run.checkpoint.write_text("old")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    (run.path / "link").symlink_to(outside)
    assert enter(run, CONFIG | {"seed": 2}, force=True) == [".lock", "checkpoints", "config.json"]
    assert not run.checkpoint.exists()
    assert json.loads(run.config.read_text())["seed"] == 2
    assert (outside / "kept").exists()


def test_force_leaves_what_is_no_run(run: RunDirectory) -> None:
    run.path.mkdir(parents=True)
    (run.path / "thesis.tex").write_text("mine")
    with pytest.raises(RunError) as caught:
        enter(run, force=True)
    assert str(caught.value) == (
        f"{run.path} holds files but no run (no config.json), so --force does not delete them; "
        "choose another directory with -s"
    )
    assert (run.path / "thesis.tex").read_text() == "mine"


def test_recover_keeps_files_and_clears_drafts(run: RunDirectory) -> None:
    enter(run)
    run.checkpoint.write_text("kept")
    run.checkpoint.with_name(".last.ckpt.tmp").write_text("half")
    (run.path / ".metrics.csv.tmp").write_text("half")
    run.checkpoint.with_name(".archive-y2").mkdir()
    (run.checkpoint.with_name(".archive-y2") / ".tmpAb12").write_text("half")
    (run.path / ".archive-x1").mkdir()
    (run.path / ".archive-x1" / "model.safetensors").write_text("half")
    assert enter(run, recover=True) == [".lock", "checkpoints", "config.json"]
    assert [path.name for path in run.checkpoint.parent.iterdir()] == ["last.ckpt"]


def test_recover_begins_where_nothing_is(run: RunDirectory) -> None:
    enter(run, recover=True)
    assert run.config.exists()


def test_recover_of_another_config_lists_the_differences(run: RunDirectory) -> None:
    enter(run)
    other = {"seed": 2, "model": {"type": "span", "max_width": 10, "width_dim": 25}}
    before = run.config.read_text()
    with pytest.raises(RunError) as caught:
        enter(run, other, recover=True)
    assert str(caught.value) == (
        f"{run.path} was started with another config, so it cannot be recovered:\n"
        "  model.max_width: 8 there, 10 now\n"
        "  model.width_dim: null there, 25 now\n"
        "  seed: 1 there, 2 now\n"
        "Use the same config, or another directory."
    )
    assert run.config.read_text() == before


@pytest.mark.parametrize("content", [None, "{"])
def test_recover_of_no_run(run: RunDirectory, content: str | None) -> None:
    run.path.mkdir(parents=True)
    (run.path / "x").write_text("")
    if content:
        run.config.write_text(content)
    expected = r"config\.json is not JSON" if content else r"holds no run to recover \(no config"
    with pytest.raises(RunError, match=expected):
        enter(run, recover=True)


@pytest.mark.parametrize("options", [{"recover": True}, {"force": True}])
def test_only_one_training_at_a_time(run: RunDirectory, options: dict[str, bool]) -> None:
    with run.opened(CONFIG, force=False, recover=False):
        run.checkpoint.write_text("the first one's")
        with pytest.raises(RunError) as caught:
            enter(run, **options)
        assert run.lock.exists()
        assert run.checkpoint.exists()
    assert str(caught.value) == (
        f"{run.path} is in use by another training; wait for its end or choose another directory "
        "with -s"
    )
    enter(run, **options)


def test_a_stale_lock_is_free(run: RunDirectory) -> None:
    run.path.mkdir(parents=True)
    run.lock.write_text("")
    enter(run)
    assert run.config.exists()


@pytest.mark.parametrize("place", ["/proc/nowhere/run", "FILE/run"])
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    run = RunDirectory(Path(place.replace("FILE", str(tmp_path / "file"))))
    with pytest.raises(RunError, match=r"cannot be used as a run directory: .+; choose another"):
        enter(run)


def test_a_full_disk_at_the_beginning_leaves_nothing(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RunError, match=r"config\.json cannot be written \(No space left"):
        enter(run)
    assert not run.path.exists()


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_replaced_keeps_the_old_file_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    write_json(path, {"ä": 1})
    assert path.read_text() == '{\n  "ä": 1\n}\n'

    def write() -> None:
        with replaced(path) as work:
            work.write_text("half")
            full()

    with pytest.raises(RunError) as caught:
        write()
    assert str(caught.value) == (
        f"{path} cannot be written (No space left on device); what was there before is kept. "
        "Make room, then go on with --recover"
    )
    assert [item.name for item in tmp_path.iterdir()] == ["file.json"]
    assert path.read_text() == '{\n  "ä": 1\n}\n'


def test_replace_text_on_a_device_that_is_full(tmp_path: Path) -> None:
    (tmp_path / ".log.tmp").symlink_to("/dev/full")
    with pytest.raises(RunError, match=r"log cannot be written \(No space left on device\)"):
        replace_text(tmp_path / "log", "text")


def test_differences() -> None:
    assert differences(CONFIG, CONFIG) == []
    assert differences({"a": [1]}, {"a": [2]}) == ["a: [1] there, [2] now"]
    assert differences({"a": None}, {"a": {"b": 1}}) == ['a: null there, {"b": 1} now']


def test_the_lock_is_the_systems(run: RunDirectory) -> None:
    """Freed when its holder dies: no process needs to clean up."""
    run.path.mkdir(parents=True)
    with run.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunError, match="in use by another training"):
            enter(run)
    enter(run)

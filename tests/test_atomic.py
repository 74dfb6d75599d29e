import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from jointre.atomic import (
    SCRATCH,
    delete,
    draft_file,
    draft_folder,
    move_files,
    scratch_folder,
    written_file,
    written_folder,
)

CONTEXT = get_context("fork")
Draft = Callable[[Path], AbstractContextManager[Path]]


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(".*"))


def hold(kind: Draft, target: Path, pipe: Connection) -> None:
    """Begin a draft, say so, and wait to be killed."""
    with kind(target) as draft:
        (draft / "half" if draft.is_dir() else draft).write_text("half")
        pipe.send(str(draft))
        signal.pause()


class Holder:
    """A process in the middle of writing a draft."""

    def __init__(self, kind: Draft, target: Path) -> None:
        ours, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=hold, args=(kind, target, theirs))
        self.process.start()
        self.draft = Path(ours.recv())

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        assert self.process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("kind", [draft_file, draft_folder])
def test_deletes_what_a_killed_process_left_and_nothing_else(kind: Draft, tmp_path: Path) -> None:
    target = tmp_path / "out [1].json"
    resumable, other = tmp_path / "out [1].json.partial", tmp_path / ".other.json.1.part"
    resumable.write_text("to be resumed")
    other.write_text("of another file")
    killed, alive = Holder(kind, target), Holder(kind, target)
    killed.kill()
    assert killed.draft.exists()
    with kind(target) as draft:
        assert not killed.draft.exists()
        assert alive.draft.exists()
        assert draft.exists()
    alive.kill()
    with kind(target):
        pass
    assert hidden(tmp_path) == [other.name]
    assert resumable.read_text() == "to be resumed"


def test_deletes_the_drafts_of_earlier_versions(tmp_path: Path) -> None:
    (tmp_path / ".out.json.4321.part").write_text("half")
    (tmp_path / ".out.json.notes.part").write_text("mine")
    with draft_file(tmp_path / "out.json"):
        assert not (tmp_path / ".out.json.4321.part").exists()
    assert hidden(tmp_path) == [".out.json.notes.part"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / ".out.json.1.part").symlink_to(tmp_path / "mine")
    with draft_file(tmp_path / "out.json"):
        pass
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("kind", [draft_file, draft_folder])
def test_a_renamed_draft_stays_and_a_failed_one_goes(kind: Draft, tmp_path: Path) -> None:
    with kind(tmp_path / "out") as draft:
        os.replace(draft, tmp_path / "out")
    with pytest.raises(ValueError, match="stop"), kind(tmp_path / "out"):
        raise ValueError("stop")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_scratch_folders_of_killed_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed, alive = (Holder(lambda target: scratch_folder(), tmp_path) for _ in range(2))
    killed.kill()
    (tmp_path / f"{SCRATCH}mine").mkdir()
    with scratch_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not killed.draft.exists()
        assert alive.draft.exists()
    alive.kill()
    assert not folder.exists()
    assert (tmp_path / f"{SCRATCH}mine").exists()


def test_delete_removes_a_link_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    delete(tmp_path / "link")
    delete(tmp_path / "missing")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    delete(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("old")
    with suppress(ZeroDivisionError), written_file(target) as draft:
        draft.write_text("half")
        assert target.read_text() == "old"
        _ = 1 / 0
    assert target.read_text() == "old"
    with written_file(target) as draft:
        draft.write_text("new")
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    with pytest.raises(FileNotFoundError), written_file(tmp_path / "missing" / "out"):
        raise AssertionError("there is no folder for the draft")


@pytest.mark.parametrize("before", ["missing", "empty"])
def test_a_new_folder(tmp_path: Path, before: str) -> None:
    target = tmp_path / "out"
    if before == "empty":
        target.mkdir()
    with written_folder(target) as draft:
        (draft / "a").write_text("a")
    assert [path.name for path in target.iterdir()] == ["a"]
    with pytest.raises(OSError, match="not empty"), written_folder(target) as draft:
        (draft / "b").write_text("b")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "a"]


def test_a_folder_is_replaced_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(ValueError, match="stop"), written_folder(target, replace=True):
        raise ValueError("stop")
    assert [path.name for path in target.iterdir()] == ["old"]
    with written_folder(target, replace=True) as draft:
        (draft / "new").write_text("new")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "new"]


def test_a_folder_that_cannot_be_replaced_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").write_text("old")
    replace = os.replace

    def refused(source: Path, to: Path) -> None:
        if to == target and source.name.endswith(".part"):
            raise OSError("refused")
        replace(source, to)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(OSError, match="refused"), written_folder(target, replace=True):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "old"]


def test_files_are_moved_all_or_none(tmp_path: Path) -> None:
    source, folder = tmp_path / "source", tmp_path / "folder"
    source.mkdir()
    (folder / "b").mkdir(parents=True)
    for name in ("a", "b"):
        (source / name).write_text(name)
    with pytest.raises(OSError, match="directory"):
        move_files(source, folder)
    assert [path.name for path in folder.iterdir()] == ["b"]
    (folder / "b").rmdir()
    (source / "a").write_text("a")
    move_files(source, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b"]

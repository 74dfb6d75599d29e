import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from jointre.drafts import SCRATCH, delete, draft_file, draft_folder, scratch_folder

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

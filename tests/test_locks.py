import signal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from jointre.locks import lock_file


def hold(path: Path, pipe: Connection) -> None:
    """Take the lock, say so, and wait to be killed."""
    with lock_file(path) as locked:
        pipe.send(locked)
        signal.pause()


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with lock_file(path) as first:
        assert path.exists()
        with lock_file(path) as second:
            pass
        assert path.exists()
    assert (first, second) == (True, False)
    assert not path.exists()
    with lock_file(path) as third:
        assert third


def test_a_killed_holder_frees_its_lock(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    ours, theirs = get_context("fork").Pipe()
    process = get_context("fork").Process(target=hold, args=(path, theirs))
    process.start()
    assert ours.recv() is True
    with lock_file(path) as locked:
        assert not locked
    process.kill()
    process.join()
    assert path.exists()
    with lock_file(path) as locked:
        assert locked
    assert not path.exists()


def test_a_lock_needs_its_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), lock_file(tmp_path / "missing" / ".lock"):
        pass
    assert list(tmp_path.iterdir()) == []

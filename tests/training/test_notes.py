import errno
import logging
from pathlib import Path
from typing import Any

import pytest

from jointre.training.notes import Notes


def test_lines_told_early_and_late_are_kept(tmp_path: Path) -> None:
    told: list[str] = []
    notes = Notes(tmp_path / "log.txt", told.append)
    notes("before")
    assert not (tmp_path / "log.txt").exists()
    with notes:
        notes("during")
        logging.getLogger("jointre").warning("from %s", "elsewhere")
    notes("after")
    assert told == ["before", "during", "after"]
    lines = (tmp_path / "log.txt").read_text().splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == ["before", "during", "from elsewhere"]


def test_goes_on_where_it_was(tmp_path: Path) -> None:
    for line in ("one", "two"):
        with Notes(tmp_path / "log.txt", lambda line: None) as notes:
            notes(line)
    assert len((tmp_path / "log.txt").read_text().splitlines()) == 2


def test_a_full_disk_silences_the_log_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log.txt").symlink_to("/dev/full")
    told: list[str] = []
    notes = Notes(tmp_path / "log.txt", told.append)
    with notes:
        notes("line")
    assert told == ["line"]
    assert capsys.readouterr().err == ""


def test_leaves_the_logger_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before: list[Any] = list(logging.getLogger("jointre").handlers)
    with pytest.raises(OSError, match="No space"), Notes(tmp_path / "log.txt", print):
        raise OSError(errno.ENOSPC, "No space")
    assert logging.getLogger("jointre").handlers == before


def test_a_line_that_a_progress_bar_shows_is_kept_and_not_told(tmp_path: Path) -> None:
    told: list[str] = []
    with Notes(tmp_path / "log.txt", told.append) as notes:
        notes.keep("epoch 1")
    assert told == []
    assert "epoch 1" in (tmp_path / "log.txt").read_text()

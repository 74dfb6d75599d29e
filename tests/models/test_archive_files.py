"""The list of an archive's files, apart from any model."""

import json
from pathlib import Path

import pytest

from jointre.errors import ArchiveError
from jointre.models import archive_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive_files.write_object(tmp_path / "config.json", {"format": 2, "model": {}, "about": {}})
    for name in ("model.safetensors", "vocabulary.json"):
        (tmp_path / name).write_text("{}")
    archive_files.write_checksums(tmp_path)
    return tmp_path


def test_what_was_listed_is_read(folder: Path) -> None:
    assert archive_files.read_header(folder, folder) == {"format": 2, "model": {}, "about": {}}


def test_every_file_is_listed_once(folder: Path) -> None:
    files = json.loads((folder / "checksums.json").read_text())["files"]
    assert list(files) == ["config.json", "model.safetensors", "vocabulary.json"]
    assert archive_files.files_of(folder) == ["checksums.json", *files]


def test_any_change_is_found(folder: Path) -> None:
    for name in ("config.json", "model.safetensors", "vocabulary.json"):
        content = (folder / name).read_bytes()
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= 4
            (folder / name).write_bytes(changed)
            with pytest.raises(ArchiveError, match=r"checksum|archive format"):
                archive_files.read_header(folder, folder)
        (folder / name).write_bytes(content)
    archive_files.read_header(folder, folder)


@pytest.mark.parametrize("name", ["", ".", "/a", "../a", "a/../b", "a\0b", "a\\b", "a" * 201])
def test_unsafe_names(name: str) -> None:
    assert archive_files.unsafe(name)


@pytest.mark.parametrize("name", ["a", "encoder/config.json", "a" * 200])
def test_safe_names(name: str) -> None:
    assert not archive_files.unsafe(name)


@pytest.mark.parametrize(
    "name", [".DS_Store", "a/._b", "__MACOSX/a", "THUMBS.DB", "x/Desktop.ini", "._"]
)
def test_names_that_systems_add(name: str) -> None:
    assert archive_files.is_litter(name)


@pytest.mark.parametrize("name", ["", ".", "DS_Store", "a.ds_store", ".x", "_.a", "Thumbs.db/a"])
def test_other_names(name: str) -> None:
    assert not archive_files.is_litter(name)


def test_names_are_shown_short() -> None:
    assert archive_files.short("a\0b") == "'a\\x00b'"
    assert len(archive_files.short("a" * 5000)) == 60

"""Pipelines of spaCy whose archives ask for foreign code, leave their folder, or were changed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import spacy
import srsly

from jointre.errors import ArchiveError
from tests.integrations.conftest import pipeline
from tests.models.test_archive_build import HOSTILE, SPAN, STORED, changed


def files(archive: Path) -> dict[str, bytes]:
    """The files of an archive by their names."""
    paths = [path for path in archive.rglob("*") if path.is_file()]
    return {path.relative_to(archive).as_posix(): path.read_bytes() for path in paths}


def stored(pipe: Path, archive: Path, target: Path) -> Path:
    """A copy of a pipeline's folder with another archive in it."""
    shutil.copytree(pipe, target)
    shutil.rmtree(target / "jointre")
    shutil.copytree(archive, target / "jointre")
    return target


def in_bytes(content: Mapping[str, object], target: Path) -> Path:
    """A file with the bytes of a component that holds these files."""
    target.write_bytes(srsly.msgpack_dumps(dict(content)))
    return target


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """The folder of a pipeline with the archive of :data:`SPAN`."""
    folder = tmp_path / "pipeline"
    pipeline(SPAN).to_disk(folder)
    return folder


def test_no_request_arrives_and_no_process_starts(pipe: Path, tmp_path: Path) -> None:
    expected: list[str | None] = []
    sources = [stored(pipe, SPAN, tmp_path / "first")]
    for number, (name, values, message) in enumerate(HOSTILE):
        archive = changed(tmp_path / f"archive{number}", name, **values)
        sources += [
            stored(pipe, archive, tmp_path / f"folder{number}"),
            in_bytes(files(archive), tmp_path / f"{number}.bytes"),
        ]
        expected += [message, message]
    result = subprocess.run(
        [sys.executable, "-m", "tests.models.hostile", *map(str, sources)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=STORED.parents[1],
        env={key: value for key, value in os.environ.items() if "OFFLINE" not in key},
    )
    assert result.returncode == 0, result.stderr[-2000:]
    *lines, end = [json.loads(line) for line in result.stdout.splitlines()]
    assert end == "end"
    for source, message, line in zip(sources[1:], expected, lines, strict=True):
        assert (line["events"], line["requests"]) == ([], []), source
        assert message in line["error"] if message else line["error"] is None, (source, line)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "encoder/config.json"])
def test_changed_files_are_refused(pipe: Path, tmp_path: Path, name: str) -> None:
    path = pipe / "jointre" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="does not match its checksum: it is damaged or was"):
        spacy.load(pipe)
    component = spacy.blank("en").add_pipe("jointre")
    with pytest.raises(ArchiveError, match="does not match its checksum: it is damaged or was"):
        component.from_bytes(in_bytes(files(pipe / "jointre"), tmp_path / "b").read_bytes())


@pytest.mark.parametrize("name", ["encoder/modeling.py", "more.json"])
def test_further_files_are_refused(pipe: Path, tmp_path: Path, name: str) -> None:
    (pipe / "jointre" / name).write_text("{}")
    with pytest.raises(ArchiveError, match=r"is not listed in checksums\.json"):
        spacy.load(pipe)
    component = spacy.blank("en").add_pipe("jointre")
    with pytest.raises(ArchiveError, match=r"is not listed in checksums\.json"):
        component.from_bytes(in_bytes(files(pipe / "jointre"), tmp_path / "b").read_bytes())


@pytest.mark.parametrize("name", ["../evil.json", "a/../../evil.json", "EVIL/evil.json"])
def test_names_that_leave_the_folder_are_refused(pipe: Path, tmp_path: Path, name: str) -> None:
    name = name.replace("EVIL", str(tmp_path / "outside"))
    component = spacy.blank("en").add_pipe("jointre")
    content = files(pipe / "jointre") | {name: b"{}"}
    with pytest.raises(ArchiveError, match="which no archive has; refused"):
        component.from_bytes(srsly.msgpack_dumps(content))
    listing = pipe / "jointre" / "checksums.json"
    listed = json.loads(listing.read_text())
    listed["files"][name] = "0" * 64
    listing.write_text(json.dumps(listed))
    with pytest.raises(ArchiveError, match="leaves the archive"):
        spacy.load(pipe)
    assert not list(tmp_path.rglob("evil.json"))


def test_files_that_systems_add_are_ignored(pipe: Path, tmp_path: Path) -> None:
    for name in (".DS_Store", "encoder/._config.json"):
        (pipe / "jointre" / name).write_bytes(b"\x00")
    assert spacy.load(pipe).get_pipe("jointre").labels
    content = in_bytes(files(pipe / "jointre"), tmp_path / "b").read_bytes()
    assert spacy.blank("en").add_pipe("jointre").from_bytes(content).labels

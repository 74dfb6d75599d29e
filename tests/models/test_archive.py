import io
import json
import os
import shutil
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.data.schema import Document
from jointre.errors import ArchiveError, DataError
from jointre.inference import Predictor
from jointre.models import archive, archive_files
from jointre.training.run import train
from tests.tiny_runs import experiment

TEXT = "Tesfaye Bekele won the Lisbon Marathon."


@pytest.fixture
def folder(tiny_run: Path, tmp_path: Path) -> Path:
    """An archive that may be damaged."""
    shutil.copytree(tiny_run / "archive", tmp_path / "archive")
    return tmp_path / "archive"


def refused(source: Path) -> str:
    """What loading says, after the archive's name."""
    with pytest.raises(ArchiveError) as caught:
        archive.load(source)
    message = str(caught.value)
    assert message.startswith(f"{source}: ")
    return message.removeprefix(f"{source}: ")


def edit(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change config.json as someone does who knows how to write an archive."""
    path = folder / "config.json"
    header = json.loads(path.read_text())
    change(header)
    path.write_text(json.dumps(header))
    archive_files.write_checksums(folder)


def test_a_run_a_folder_and_a_tar_are_the_same(tiny_run: Path, tmp_path: Path) -> None:
    target = tmp_path / "model.tar.gz"
    archive.pack(tiny_run / "archive", target)
    sources = [tiny_run, tiny_run / "archive", target]
    loaded = [archive.load(source) for source in sources]
    assert all(not one.model.training for one in loaded)
    states = [one.model.state_dict() for one in loaded]
    for state in states[1:]:
        assert state.keys() == states[0].keys()
        assert all(torch.equal(state[name], value) for name, value in states[0].items())
    assert loaded[0].config == loaded[2].config
    assert loaded[0].about["protocol"] == "spert"
    found = [Predictor(one.model)(TEXT) for one in loaded]
    assert found[0] == found[1] == found[2]


def test_saving_again_replaces_the_folder(tiny_run: Path, tmp_path: Path) -> None:
    loaded = archive.load(tiny_run)
    target = tmp_path / "a" / "b"
    for about in ({"n": 1}, {"n": 2}):
        archive.save(loaded.model, loaded.config, target, about)
    assert archive.load(target).about == {"n": 2}
    assert [path.name for path in target.parent.iterdir()] == ["b"]
    assert target.stat().st_mode & 0o777 == 0o755
    one, other = (path / "model.safetensors" for path in (target, tiny_run / "archive"))
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", ["notes.txt", "encoder/mine.py", "data/train.jsonl"])
def test_saving_never_replaces_other_files(tiny_run: Path, tmp_path: Path, name: str) -> None:
    """Neither beside the files of an archive nor in a folder without any."""
    loaded = archive.load(tiny_run)
    for folder in (tmp_path / "archive", tmp_path / "other"):
        if folder.name == "archive":
            shutil.copytree(tiny_run / "archive", folder)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
        before = archive_files.files_of(folder)
        with pytest.raises(ArchiveError) as caught:
            archive.save(loaded.model, loaded.config, folder)
        assert str(caught.value) == (
            f"{folder}: cannot be replaced by an archive, because it holds other files: {name}; "
            "name another folder, or move them"
        )
        assert archive_files.files_of(folder) == before
        assert (folder / name).read_text() == "mine"
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(ArchiveError, match="file: this is a file; name a folder for the archive"):
        archive.save(loaded.model, loaded.config, file)
    assert file.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "file", "other"]


def test_a_tar_is_never_written_into_the_archive(folder: Path) -> None:
    with pytest.raises(ArchiveError, match=r"model\.tar\.gz lies in the archive .*another place"):
        archive.pack(folder, folder / "model.tar.gz")
    archive.load(folder)


def test_a_place_that_cannot_be_written(tiny_run: Path, tmp_path: Path) -> None:
    loaded = archive.load(tiny_run)
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match=r"file/archive: the archive cannot be written \(.+\);"):
        archive.save(loaded.model, loaded.config, tmp_path / "file" / "archive")


def test_no_pickle_and_nothing_from_outside(tiny_run: Path) -> None:
    names = {path.name for path in (tiny_run / "archive").rglob("*") if path.is_file()}
    assert {Path(name).suffix for name in names} == {".json", ".safetensors", ".md"}


def test_the_encoders_own_folder_is_not_needed(
    tiny_data: Path, tiny_run: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "run"
    shutil.copytree(tiny_run, moved)
    hidden = tiny_data / "hidden"
    (tiny_data / "encoder").rename(hidden)
    try:
        assert archive.load(moved).model.encoder.output_dim == 32
    finally:
        hidden.rename(tiny_data / "encoder")


def test_loading_uses_no_network(tiny_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    archive.load(tiny_run)


def test_code_in_an_archive_is_not_run(folder: Path, tmp_path: Path) -> None:
    """A configuration that asks for its own code, which transformers would import."""
    trap = tmp_path / "ran"
    code = f"open({str(trap)!r}, 'w').close()\n"
    (folder / "encoder" / "modeling_trap.py").write_text(code)
    path = folder / "encoder" / "config.json"
    config = json.loads(path.read_text())
    config["auto_map"] = {"AutoConfig": "modeling_trap.C", "AutoModel": "modeling_trap.M"}
    config["model_type"] = "trap"
    path.write_text(json.dumps(config))
    archive_files.write_checksums(folder)
    assert "model_type 'trap' is not an encoder of text that jointre loads" in refused(folder)
    assert not trap.exists()


def test_missing(tmp_path: Path) -> None:
    message = refused(tmp_path / "nowhere")
    assert message == "no such archive; give a run directory, an archive folder or its .tar.gz"


def test_an_empty_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == (
        "no config.json in it; this is not a jointre archive, or its training did not finish"
    )


def test_an_unfinished_run(tiny_run: Path, tmp_path: Path) -> None:
    shutil.copy(tiny_run / "config.json", tmp_path)
    (tmp_path / "checkpoints").mkdir()
    assert refused(tmp_path) == (
        "no epoch of its training has finished, so there is no model yet; continue with jointre "
        "train --recover"
    )


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors",
        "vocabulary.json",
        "config.json",
        "encoder/config.json",
        "encoder/tokenizer.json",
    ],
)
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refused(folder) == f"{name} is missing; the archive is incomplete"


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors",
        "vocabulary.json",
        "config.json",
        "encoder/config.json",
        "encoder/tokenizer.json",
        "encoder/tokenizer_config.json",
    ],
)
def test_one_flipped_bit(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert refused(folder) == (
        f"{name} does not match its checksum: it is damaged or was changed; copy or save the "
        "archive again"
    )


def test_a_flipped_bit_in_any_place_of_the_list(folder: Path) -> None:
    path = folder / "checksums.json"
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        changed = damaged.split() != content.split()  # white space between the entries is free
        if changed:
            refused(folder)


def test_the_list_of_files_is_complete(folder: Path) -> None:
    listed = json.loads((folder / "checksums.json").read_text())
    assert listed["algorithm"] == "sha256"
    assert {*listed["files"], "checksums.json"} == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize(
    "name", ["notes.txt", "encoder/modeling.py", "encoder/chat_template.jinja"]
)
def test_a_file_that_is_not_listed(folder: Path, name: str) -> None:
    (folder / name).write_text("")
    assert refused(folder) == (
        f"{name!r} is not listed in checksums.json: it does not belong to the archive; delete it, "
        "or copy or save the archive again"
    )
    target = folder.parent / "model.tar.gz"
    with pytest.raises(ArchiveError, match=f"{name!r} is not listed"):
        archive.pack(folder, target)
    assert not target.exists()
    with tarfile.open(target, "w:gz") as tar:
        tar.add(folder, "archive")
    assert f"{name!r} is not listed" in refused(target)


LITTER = [".DS_Store", "encoder/.DS_Store", "._config.json", "encoder/._x", "Thumbs.db"]
LITTER += ["encoder/desktop.ini", "__MACOSX/encoder/._config.json"]


@pytest.mark.parametrize("name", LITTER)
def test_files_that_systems_add_are_ignored_and_never_opened(
    folder: Path, tmp_path: Path, name: str
) -> None:
    """They are no regular files of the archive, so a tar is unpacked without them."""
    source = packed(tmp_path / "m.tar.gz", (name, tarfile.REGTYPE, b"x"), source=folder)
    inside = packed(tmp_path / "i.tar.gz", (f"archive/{name}", tarfile.REGTYPE, b""), source=folder)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)  # opening it would wait for ever
    loaded = archive.load(folder)
    for tar in (source, inside):
        assert archive.load(tar).config == loaded.config
        with archive_files.unpacked(tar) as unpacked:
            assert archive_files.files_of(unpacked) == [
                path.relative_to(unpacked).as_posix()
                for path in sorted(unpacked.rglob("*"))
                if path.is_file()
            ]
    archive.save(loaded.model, loaded.config, folder, loaded.about)


@pytest.mark.parametrize(
    "member",
    [
        ("archive/.DS_Store", tarfile.SYMTYPE, b"/etc/passwd"),
        ("archive/../../._x", tarfile.REGTYPE, b""),
        ("/tmp/._jointre", tarfile.REGTYPE, b""),
    ],
)
def test_their_names_excuse_nothing_else(
    folder: Path, tmp_path: Path, member: tuple[str, bytes, bytes]
) -> None:
    assert refused(packed(tmp_path / "m.tar.gz", member, source=folder)).endswith("; refused")
    (folder / ".DS_Store").symlink_to("/etc/passwd")
    assert "'.DS_Store' is not listed" in refused(folder)


def test_a_link_to_a_listed_file_is_not_listed(folder: Path) -> None:
    (folder / "link.json").symlink_to(folder / "config.json")
    assert "'link.json' is not listed" in refused(folder)


def test_a_file_beside_the_archive_in_a_tar(folder: Path, tmp_path: Path) -> None:
    source = packed(tmp_path / "m.tar.gz", ("beside.txt", tarfile.REGTYPE, b"x"), source=folder)
    assert "'beside.txt' is not listed in checksums.json" in refused(source)


def test_a_member_that_occurs_twice(folder: Path, tmp_path: Path) -> None:
    member = ("archive/config.json", tarfile.REGTYPE, (folder / "config.json").read_bytes())
    source = packed(tmp_path / "m.tar.gz", member, source=folder)
    assert refused(source) == "'archive/config.json' occurs twice in it; refused"


def test_without_the_list(folder: Path) -> None:
    (folder / "checksums.json").unlink()
    assert refused(folder) == "checksums.json is missing; the archive is incomplete"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "checksums.json is not readable JSON: "),
        (b"{}", "checksums.json needs 'algorithm': 'sha256' and an object 'files'"),
        (b'{"algorithm": "md5", "files": {}}', "checksums.json needs 'algorithm': 'sha256' and"),
        (
            b'{"algorithm": "sha256", "files": {}}',
            "checksums.json lists no config.json, model.safetensors, vocabulary.json",
        ),
        (b'{"files": {}, "files": {}}', "the key 'files' occurs twice in one object"),
        (b"[" * 100_000, "checksums.json is nested too deeply; refused"),
    ],
)
def test_a_list_that_is_wrong(folder: Path, content: bytes, message: str) -> None:
    (folder / "checksums.json").write_bytes(content)
    assert message in refused(folder)


def as_format_1(folder: Path) -> None:
    """The archive as earlier versions wrote it."""
    path = folder / "config.json"
    (folder / "checksums.json").unlink()
    names = [name for name in archive_files.files_of(folder) if name != "config.json"]
    files = {name: archive_files.sha256(folder / name) for name in names}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 1, "files": files}))


def test_format_1_is_read_as_before(tiny_run: Path, folder: Path) -> None:
    as_format_1(folder)
    (folder / "notes.txt").write_text("not listed, as it was then")
    state = archive.load(tiny_run).model.state_dict()
    for name, value in archive.load(folder).model.state_dict().items():
        assert torch.equal(state[name], value)
    path = folder / "vocabulary.json"
    path.write_text(path.read_text() + " ")
    assert "vocabulary.json does not match its checksum" in refused(folder)


def test_truncated_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    assert "model.safetensors does not match its checksum" in refused(folder)
    archive_files.write_checksums(folder)
    assert "model.safetensors is not readable: " in refused(folder)


def test_weights_of_another_model(folder: Path) -> None:
    edit(folder, lambda header: header["model"].update({"width_dim": 9}))
    message = refused(folder)
    assert message.startswith("model.safetensors does not fit the config: ")
    assert "widths.weight" in message


def test_a_newer_format(folder: Path) -> None:
    edit(folder, lambda header: header.update({"format": 3}))
    assert refused(folder) == (
        "archive format 3, but this version of jointre reads up to 2; upgrade jointre "
        "(pip install -U jointre)"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "config.json is not readable JSON: "),
        (b"", "config.json is not readable JSON: "),
        (b"\xff\xfe", "config.json is not readable JSON: "),
        (b"[]", "config.json must hold an object"),
        (b"{}", "config.json has no 'format'; this is not a jointre archive"),
        (b'{"format": "1"}', "config.json has no 'format'; this is not a jointre archive"),
        (b'{"format": true}', "config.json has no 'format'; this is not a jointre archive"),
        (b'{"format": 1}', "config.json needs an object 'model'"),
        (b'{"format": 1, "model": {}, "about": {}}', "config.json needs an object 'files'"),
        (
            b'{"format": 1, "model": {}, "about": {}, "files": {}}',
            "config.json lists no model.safetensors, vocabulary.json",
        ),
    ],
)
def test_a_header_that_is_wrong(folder: Path, content: bytes, message: str) -> None:
    (folder / "checksums.json").unlink()
    (folder / "config.json").write_bytes(content)
    assert refused(folder).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h: h["model"].update({"type": "spam"}), "the model cannot be built: "),
        (lambda h: h["model"].update({"widht": 1}), "the model cannot be built: "),
        (lambda h: h["model"].pop("encoder"), "config.json: model.encoder needs an object with a"),
        (lambda h: h["model"]["encoder"].update({"type": "x"}), "the model cannot be built: "),
        (lambda h: h["model"].update({"encoder": 3}), "config.json: model.encoder needs an object"),
    ],
)
def test_a_config_that_is_wrong(
    folder: Path, change: Callable[[dict[str, Any]], Any], message: str
) -> None:
    edit(folder, change)
    assert message in refused(folder)


def test_a_vocabulary_that_is_wrong(folder: Path) -> None:
    path = folder / "vocabulary.json"
    path.write_text("{}")
    archive_files.write_checksums(folder)
    assert "a vocabulary is an object with the keys entity_labels" in refused(folder)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "encoder/../../secret", "a\0b"])
def test_a_list_that_leaves_the_folder(folder: Path, name: str, version: int) -> None:
    (folder.parent / "secret").write_text("")
    if version == 1:
        as_format_1(folder)
    path = folder / ("config.json" if version == 1 else "checksums.json")
    listed = json.loads(path.read_text())
    path.write_text(json.dumps(listed | {"files": listed["files"] | {name: "0"}}))
    assert refused(folder) == f"file name {name!r} leaves the archive"


def test_a_checksum_that_is_no_text(folder: Path) -> None:
    path = folder / "checksums.json"
    listed = json.loads(path.read_text())
    path.write_text(json.dumps(listed | {"files": listed["files"] | {"vocabulary.json": 7}}))
    assert "vocabulary.json does not match its checksum" in refused(folder)


def packed(path: Path, *members: tuple[str, bytes, bytes], source: Path | None = None) -> Path:
    """A tar with members of a name, a type and a content (the target, for links)."""
    with tarfile.open(path, "w:gz") as tar:
        if source is not None:
            tar.add(source, arcname="archive")
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content)
            elif kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                info.linkname = content.decode()
            tar.addfile(info, io.BytesIO(content) if kind == tarfile.REGTYPE else None)
    return path


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (("../outside", tarfile.REGTYPE, b"x"), "'../outside' lies outside the archive; refused"),
        (("a/../../outside", tarfile.REGTYPE, b"x"), "lies outside the archive; refused"),
        (("/tmp/jointre-outside", tarfile.REGTYPE, b"x"), "lies outside the archive; refused"),
        (("link", tarfile.SYMTYPE, b"/etc/passwd"), "'link' is a link or a device; refused"),
        (("link", tarfile.LNKTYPE, b"archive/config.json"), "is a link or a device; refused"),
        (("null", tarfile.CHRTYPE, b""), "'null' is a link or a device; refused"),
        (("disk", tarfile.BLKTYPE, b""), "'disk' is a link or a device; refused"),
        (("pipe", tarfile.FIFOTYPE, b""), "'pipe' is a link or a device; refused"),
        (("x" * 5000, tarfile.REGTYPE, b""), "xxx… is not a file name of an archive; refused"),
        (("a\\b", tarfile.REGTYPE, b""), "is not a file name of an archive; refused"),
    ],
)
def test_unsafe_members(
    tiny_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    member: tuple[str, bytes, bytes],
    message: str,
) -> None:
    """Nothing is written, not even what stands before the unsafe member."""
    monkeypatch.setattr(
        tarfile.TarFile, "extractall", lambda *_, **__: pytest.fail("something was unpacked")
    )
    source = packed(tmp_path / "model.tar.gz", member, source=tiny_run / "archive")
    assert message in refused(source)
    assert [path.name for path in tmp_path.iterdir()] == ["model.tar.gz"]
    assert not Path("/tmp/jointre-outside").exists()


def test_too_large(tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros compress a thousandfold; what counts is what would be written."""
    monkeypatch.setattr(archive_files, "MAX_BYTES", 2**20)
    source = packed(tmp_path / "bomb.tar.gz", ("zeros", tarfile.REGTYPE, bytes(2**20 + 1)))
    assert source.stat().st_size < 10_000
    assert "refused" in refused(source)


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_files, "MAX_MEMBERS", 3)
    members = [(f"{number}", tarfile.REGTYPE, b"") for number in range(4)]
    assert refused(packed(tmp_path / "many.tar.gz", *members)) == (
        "more than 16 GiB or 3 members; refused"
    )


@pytest.mark.parametrize("cut", [0, 10, 1000])
def test_no_tar(tiny_run: Path, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "model.tar.gz"
    archive.pack(tiny_run / "archive", path)
    path.write_bytes(path.read_bytes()[:cut])
    assert refused(path).startswith("not a readable .tar.gz: ")


def test_a_tar_of_something_else(tmp_path: Path) -> None:
    source = packed(tmp_path / "photos.tar.gz", ("photos/a.jpg", tarfile.REGTYPE, b"x"))
    assert refused(source).startswith("no config.json in it; this is not a jointre archive")


def test_a_text_file(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert refused(tmp_path / "notes.txt").startswith("not a readable .tar.gz: ")


def test_pack_is_whole_or_absent(
    tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "add", fails)
    with pytest.raises(ArchiveError, match=r"m\.tar\.gz cannot be written \(No space left on dev"):
        archive.pack(tiny_run / "archive", tmp_path / "m.tar.gz")
    assert list(tmp_path.iterdir()) == []


def test_a_packed_archive_depends_on_its_files_alone(folder: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.tar.gz", tmp_path / "other.tar.gz"
    archive.pack(folder, one)
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    (folder / ".DS_Store").write_text("of the system")
    (folder / "config.json").chmod(0o600)
    archive.pack(folder, other)
    assert one.read_bytes() == other.read_bytes()
    with tarfile.open(one) as tar:
        members = tar.getmembers()
    names = {member.name for member in members}
    assert {"archive/config.json", "archive/model.safetensors", "archive/README.md"} <= names
    assert not any("DS_Store" in name for name in names)
    assert {(member.uid, member.uname, member.mtime) for member in members} == {(0, "", 0)}


def test_archives_of_earlier_versions_are_packed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = tmp_path / "span_0.1.0"
    shutil.copytree(Path(__file__).parents[2] / "fixtures" / "archives" / run.name, run)
    (run / "archive" / "notes.txt").write_text("mine")
    archive.pack(run, tmp_path / "model.tar.gz")
    assert "skipped 1 file that the archive does not list (first: notes.txt)" in caplog.text
    assert archive.load(tmp_path / "model.tar.gz").config == archive.load(run).config


def test_targets_of_pack_that_are_refused(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "model.tar.gz"
    archive.pack(folder, target)
    before = target.read_bytes()
    for source, output, message in [
        (folder, target, "exists; name another file, or replace it with --force"),
        (folder, tmp_path, "is a folder; name a file, such as .*/model.tar.gz"),
        (folder, tmp_path / "model.zip", r"ends in .tar.gz; name a file such as .*/model.tar.gz"),
        (folder, tmp_path / "no" / "m.tar.gz", "because the folder .*/no does not exist"),
        (target, tmp_path / "copy.tar.gz", "is a file, and what is packed is a run directory"),
        (tmp_path / "none", tmp_path / "copy.tar.gz", "no such archive; give a run directory"),
    ]:
        with pytest.raises(ArchiveError, match=message):
            archive.pack(source, output)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "model.tar.gz"]
    assert target.read_bytes() == before
    archive.pack(folder, target, replace=True)


def test_a_damaged_archive_is_not_packed(folder: Path, tmp_path: Path) -> None:
    (folder / "vocabulary.json").write_text("{}")
    with pytest.raises(ArchiveError, match=r"vocabulary\.json does not match its checksum"):
        archive.pack(folder, tmp_path / "model.tar.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_more_positions_are_kept(tiny_data: Path, tmp_path: Path) -> None:
    """An archive holds the extended table, and rebuilds an encoder that it fits."""
    longer = {"model.encoder.long_inputs": "extend", "model.encoder.max_length": 600}
    train(experiment(tiny_data, {**longer, "training.epochs": 1}), tmp_path / "run")
    loaded = archive.load(tmp_path / "run")
    table = loaded.model.state_dict()[
        "backbone.encoder.model.embeddings.position_embeddings.weight"
    ]
    assert len(table) == loaded.model.encoder.max_pieces == 600
    assert Predictor(loaded.model)(TEXT).tokens
    text = "document 'd' has 702 pieces, but the encoder was given positions for 600"
    with pytest.raises(DataError, match=text):
        loaded.model.preparer("predict").item(0, Document("d", (".",) * 700))


def test_a_member_whose_name_holds_nul(tmp_path: Path) -> None:
    """An extended header may hold any character, and the name that counts is there."""
    info = tarfile.TarInfo("model")
    info.pax_headers = {"path": "archive/a\0b"}
    with tarfile.open(tmp_path / "m.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(info)
    assert refused(tmp_path / "m.tar.gz") == (
        "'archive/a\\x00b' is not a file name of an archive; refused"
    )

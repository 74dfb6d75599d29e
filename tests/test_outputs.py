from pathlib import Path

import pytest

from jointre.errors import DataError
from jointre.formats.common.files import read_text
from jointre.outputs import added_to_folder, refuse_existing, replaced, replaced_folder


@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
def test_a_file_is_replaced_only_when_it_is_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with replaced(path) as stream:
        stream.write(b"before")
    first = path.read_bytes()
    with pytest.raises(TypeError), replaced(path) as stream:
        stream.writelines([b"after", "no bytes"])
    assert path.read_bytes() == first
    assert read_text(path) == "before"
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_gzipped_files_do_not_depend_on_time_or_name(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        with replaced(tmp_path / name) as stream:
            stream.write(b"same")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_a_target_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(DataError, match="this is a folder; name a file to write"),
        replaced(tmp_path),
    ):
        pass
    path = tmp_path / "nowhere" / "a.json"
    with pytest.raises(DataError, match="nowhere does not exist"), replaced(path):
        pass
    with (
        pytest.raises(DataError, match="cannot be written: No space left"),
        replaced(tmp_path / "a.json"),
    ):
        raise OSError(28, "No space left on device")


def test_a_folder_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with pytest.raises(TypeError), replaced_folder(path) as folder:
        (folder / "a").write_bytes("not bytes")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
    path.mkdir()  # an empty one may be there already
    with replaced_folder(path) as folder:
        (folder / "a").touch()
        assert not list(path.iterdir())
    assert [item.name for item in tmp_path.iterdir()] == ["out"]
    assert [item.name for item in path.iterdir()] == ["a"]


def test_no_folder_takes_the_place_of_something(tmp_path: Path) -> None:
    file = tmp_path / "a.ann"
    file.touch()
    with pytest.raises(DataError, match="this folder is not empty; name a new"):
        replaced_folder(tmp_path).__enter__()
    with pytest.raises(DataError, match=r"a\.ann: this is a file; name a folder to write"):
        replaced_folder(file).__enter__()
    with pytest.raises(DataError, match="nowhere does not exist"):
        replaced_folder(tmp_path / "nowhere" / "out").__enter__()
    with (
        pytest.raises(DataError, match="out: cannot be written: No such file"),
        replaced_folder(tmp_path / "out") as folder,
    ):
        (folder / "a" / "b").touch()
    assert [item.name for item in tmp_path.iterdir()] == ["a.ann"]


def add(folder: Path, names: str) -> None:
    """Add a file for each letter, which is its name and its content."""
    with added_to_folder(folder) as draft:
        for name in names:
            (draft / name).write_text(name)


def test_names_that_are_taken(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "nowhere", ["a"])
    (tmp_path / "link").symlink_to("nowhere")
    refuse_existing(tmp_path, ["a"])
    with pytest.raises(DataError, match=r"this file exists already .*: link; .* move it away"):
        refuse_existing(tmp_path, ["a", "link"])


def test_a_device_is_written_to_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/dev/full")
    message = "cannot be written: No space left on device"
    with pytest.raises(DataError, match=message), replaced(tmp_path / "out") as stream:
        stream.write(b"text")
    (tmp_path / "null").symlink_to("/dev/null")
    with replaced(tmp_path / "null") as stream:
        stream.write(b"text")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "null").is_symlink()


def test_files_are_added_to_a_folder_all_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new"
    add(folder, "a")
    assert [path.name for path in folder.iterdir()] == ["a"]
    (folder / "a").write_text("mine")
    add(folder, "b")
    message = r"new: these files exist already and would be replaced: a, b; name another folder"
    with pytest.raises(DataError, match=message):
        add(folder, "abc")
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if target.name == "d":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(DataError, match="new: cannot be written: No space left on device"):
        add(folder, "cd")
    contents = {path.name: path.read_text() for path in folder.iterdir()}
    assert contents == {"a": "mine", "b": "b"}
    with pytest.raises(DataError, match="a: this is a file; name a folder"):
        add(folder / "a", "b")

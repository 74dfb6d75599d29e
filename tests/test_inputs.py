from pathlib import Path

import pytest

from jointre.errors import DataError
from jointre.inputs import archive_around, file_of, refuse_replaced, same_place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.ann").write_text("mine")
    (tmp_path / "link").symlink_to("corpus")
    return tmp_path


def test_one_place_by_several_names(folder: Path) -> None:
    assert same_place(folder / "link", folder / "corpus" / ".." / "corpus")
    assert same_place(folder / "link" / "new", folder / "corpus" / "new")
    assert not same_place(folder, folder / "corpus")


def test_files_of_a_folder(folder: Path) -> None:
    assert file_of(folder / "corpus" / "a.ann", folder / "link")
    assert not file_of(folder / "corpus" / "new.ann", folder / "corpus")
    assert not file_of(folder / "corpus", folder)
    assert not file_of(folder / "corpus" / "a.ann", folder / "corpus" / "a.ann")


def test_inputs_are_not_replaced(folder: Path) -> None:
    refuse_replaced(folder / "corpus" / "new.json", [folder / "corpus"])
    message = "corpus is the same as the input .*link, which it would replace; write to another"
    with pytest.raises(DataError, match=message):
        refuse_replaced(folder / "corpus", [folder / "nowhere", folder / "link"])
    with pytest.raises(DataError, match=r"a\.ann is a file of the input .*corpus, which it would"):
        refuse_replaced(folder / "link" / "a.ann", [folder / "corpus"])


def test_the_archive_around_a_path(folder: Path) -> None:
    for name in ("checksums.json", "model.safetensors"):
        assert archive_around(folder / "corpus" / "deep" / "new.json") is None
        (folder / "corpus" / name).touch()
    assert archive_around(folder / "link" / "deep" / "new.json") == (folder / "corpus").resolve()
    assert archive_around(folder / "corpus") is None

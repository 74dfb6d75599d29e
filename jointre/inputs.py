"""Outputs that must not be written, because they would replace or spoil an input."""

from collections.abc import Iterable
from pathlib import Path

from jointre.errors import DataError

_ARCHIVE = ("checksums.json", "model.safetensors")


def refuse_replaced(output: Path, inputs: Iterable[Path]) -> None:
    """Raise an error if a file to write is an input, or a file in a folder that is an input.

    Args:
        output: The file or folder to write.
        inputs: Files and folders that are read.

    Raises:
        DataError: The output is an input or a file of an input folder.
    """
    for path in inputs:
        if same_place(output, path):
            raise DataError(
                f"{output} is the same as the input {path}, which it would replace; write to "
                "another place"
            )
        if file_of(output, path):
            raise DataError(
                f"{output} is a file of the input {path}, which it would replace; write to "
                "another place"
            )


def same_place(path: Path, other: Path) -> bool:
    """Whether two paths lead to the same file or folder, which need not exist; links are followed.

    Args:
        path: A path.
        other: Another path.
    """
    try:
        return path.samefile(other)
    except OSError:
        return path.resolve() == other.resolve()


def file_of(path: Path, folder: Path) -> bool:
    """Whether a path is an existing file in a folder; links are followed.

    Args:
        path: A path.
        folder: A folder; the result is False for other paths.
    """
    target = path.resolve()
    return folder.is_dir() and target.is_file() and target.is_relative_to(folder.resolve())


def archive_around(path: Path) -> Path | None:
    """The archive folder in which a path lies; None if there is none.

    An archive with a further file in it is refused when it is loaded, so nothing is written there.

    Args:
        path: A path, which need not exist.
    """
    for folder in path.resolve().parents:
        if all((folder / name).is_file() for name in _ARCHIVE):
            return folder
    return None

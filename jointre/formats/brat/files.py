"""The pairs of .ann and .txt files of a brat corpus, and names for new ones."""

import os
import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, NoReturn

from jointre.data.nearest import did_you_mean
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.files import check_file
from jointre.formats.common.reading import Reading, StrictReading

_LONGEST = 200  # bytes of a part of a path; most file systems take 255
# What is no character of a file name everywhere: a colon hides content on some systems.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|\ud800-\udfff]')
_ENDINGS = (".ann", ".txt", ".gz")


class FilePair(NamedTuple):
    """The files of a document.

    Args:
        id: Common name of both files, with the folders below the corpus before it.
        annotations: Path of the .ann file.
        text: Path of the .txt file beside it.
    """

    id: str
    annotations: Path
    text: Path


class Pairs(NamedTuple):
    """The files of a corpus.

    Args:
        found: the documents, in the order of their ids.
        alone: .txt files without an .ann file.
    """

    found: tuple[FilePair, ...]
    alone: tuple[Path, ...]


def pairs_of(path: Path, reading: Reading | None = None) -> Pairs:
    """The documents at a path.

    Args:
        path: An .ann file, or a folder with .ann files, also in its subfolders except hidden ones.
        reading: Decides what happens to an .ann file without a text; None: it is an error.

    Raises:
        DataError: there is none; an .ann file has no .txt file; something is a link that leads
            out of the folder, or to a folder.
    """
    if not path.is_dir():
        check_file(path)
        if _stem(path.name, ".ann") is None:
            raise DataError(
                f"{path}: a brat corpus is a folder of .ann and .txt files, or an .ann file; "
                "this is neither"
            )
        return Pairs((_pair(path, path.parent),), ())
    files = [path for path in _below(path) if not path.name.startswith(".")]
    guard = partial((reading or StrictReading()).guard, "documents")
    found: list[FilePair] = []
    for file in files:
        if _stem(file.name, ".ann") is not None:
            with guard():
                found.append(_pair(file, path))
    found.sort()
    used = {pair.text for pair in found}
    texts = (file for file in files if _stem(file.name, ".txt") is not None)
    alone = tuple(file for file in texts if file not in used)
    if not found and not (reading and reading.count):
        texts_only = ", only .txt files; brat has one, perhaps empty, beside each" if alone else ""
        raise DataError(f"{path}: no .ann file in this folder or below it{texts_only}")
    return Pairs(tuple(found), alone)


def _below(root: Path) -> Iterator[Path]:
    def fail(error: OSError) -> NoReturn:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from error

    for name, folders, files in os.walk(root, onerror=fail):
        folder = Path(name)
        folders[:] = sorted(item for item in folders if not item.startswith("."))
        for item in folders:
            if (folder / item).is_symlink():
                raise DataError(
                    f"{folder / item}: a link to a folder, which is not followed; put the folder "
                    "itself there, or name it alone"
                )
        yield from (folder / item for item in sorted(files))


def _pair(file: Path, root: Path) -> FilePair:
    name = _stem(file.name, ".ann") or ""
    candidates = [file.with_name(f"{name}.txt{zipped}") for zipped in ("", ".gz")]
    text = next((item for item in candidates if item.is_file()), None)
    if text is None:
        texts = sorted(item.name for item in file.parent.iterdir() if ".txt" in item.suffixes)
        hint = did_you_mean(candidates[0].name, texts)
        raise DataError(
            f"{file}: the text is missing; brat keeps it beside the annotations, as "
            f"{candidates[0].name}{hint}"
        )
    for item in (file, text):
        if item.is_symlink() and not item.resolve().is_relative_to(root.resolve()):
            raise DataError(
                f"{item}: a link that leads out of the folder {root}, which is not followed; "
                "copy the file there"
            )
    return FilePair(file.relative_to(root).with_name(name).as_posix(), file, text)


def _stem(name: str, ending: str) -> str | None:
    """The name without its ending, ``.gz`` aside; None when it has another."""
    name = name.removesuffix(".gz")
    return name.removesuffix(ending) if name.endswith(ending) and name != ending else None


class Names:
    """Gives each document of a corpus a different file name, which is its id if possible.

    No name leads out of the folder, is hidden, or differs from another in case only.

    Args:
        skipped: Counts names that are not the id.
    """

    def __init__(self, skipped: SkippedData) -> None:
        self._losses = skipped
        self._taken: set[str] = set()

    def of(self, id: str) -> str:
        """The name of the document's files, without ``.ann``; folders are parted by slashes."""
        *folders, last = (_safe(part) for part in id.split("/"))
        folders = [f"{part}_" if part.endswith(_ENDINGS) else part for part in folders]
        base = name = "/".join((*folders, last))
        count = 1
        while _folded(name) in self._taken:
            count += 1
            name = f"{base}-{count}"
        self._taken.add(_folded(name))
        if name != id:
            self._losses.add("ids changed to be names of files", f"document {id!r}, {name!r}")
        return name


def _safe(part: str) -> str:
    plain = _UNSAFE.sub("_", part)
    plain = plain.encode()[:_LONGEST].decode(errors="ignore")
    return f"_{plain[1:]}" if not plain or plain[0] == "." else plain


def _folded(name: str) -> str:
    """Equal for names that some file systems do not tell apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())

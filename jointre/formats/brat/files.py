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
# Characters that some systems do not allow in file names; a colon hides content on some.
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
        documents: The documents, in the order of their ids.
        lone_texts: .txt files without an .ann file.
    """

    documents: tuple[FilePair, ...]
    lone_texts: tuple[Path, ...]


def pairs_of(path: Path, reading: Reading | None = None) -> Pairs:
    """The documents at a path.

    Args:
        path: An .ann file, or a folder with .ann files, also in its subfolders except hidden ones.
        reading: Decides what happens to an .ann file without a text; None: it is an error.

    Raises:
        DataError: There is no .ann file, an .ann file has no .txt file, or the folder has a link
            to a folder or to a file outside it.
    """
    if not path.is_dir():
        check_file(path)
        if _stem(path.name, ".ann") is None:
            raise DataError(
                f"{path}: a brat corpus is a folder of .ann and .txt files, or an .ann file; "
                "this is neither"
            )
        return Pairs((_pair(path, path.parent),), ())
    files = [path for path in _files_below(path) if not path.name.startswith(".")]
    guard = partial((reading or StrictReading()).guard, "documents")
    pairs: list[FilePair] = []
    for file in files:
        if _stem(file.name, ".ann") is not None:
            with guard():
                pairs.append(_pair(file, path))
    pairs.sort()
    used_texts = {pair.text for pair in pairs}
    texts = (file for file in files if _stem(file.name, ".txt") is not None)
    lone_texts = tuple(file for file in texts if file not in used_texts)
    if not pairs and not (reading and reading.count):
        texts_only = (
            ", only .txt files; brat has one, perhaps empty, beside each" if lone_texts else ""
        )
        raise DataError(f"{path}: no .ann file in this folder or below it{texts_only}")
    return Pairs(tuple(pairs), lone_texts)


def _files_below(root: Path) -> Iterator[Path]:
    def fail(error: OSError) -> NoReturn:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from error

    for folder_name, folders, files in os.walk(root, onerror=fail):
        folder = Path(folder_name)
        folders[:] = sorted(entry for entry in folders if not entry.startswith("."))
        for entry in folders:
            if (folder / entry).is_symlink():
                raise DataError(
                    f"{folder / entry}: a link to a folder, which is not followed; put the folder "
                    "itself there, or name it alone"
                )
        yield from (folder / entry for entry in sorted(files))


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
    """The name without its ending and ``.gz``; None if it has a different ending."""
    name = name.removesuffix(".gz")
    return name.removesuffix(ending) if name.endswith(ending) and name != ending else None


class Names:
    """Gives each document of a corpus a different file name, which is its id if possible.

    No name leads out of the folder, is hidden, or differs from another in case only.

    Args:
        skipped: Counts names that are not the id.
    """

    def __init__(self, skipped: SkippedData) -> None:
        self._skipped = skipped
        self._taken: set[str] = set()

    def of(self, id: str) -> str:
        """The name of the document's files, without ``.ann``; folders are separated by slashes."""
        *folders, last = (_safe(part) for part in id.split("/"))
        folders = [f"{part}_" if part.endswith(_ENDINGS) else part for part in folders]
        base = name = "/".join((*folders, last))
        count = 1
        while _folded(name) in self._taken:
            count += 1
            name = f"{base}-{count}"
        self._taken.add(_folded(name))
        if name != id:
            self._skipped.add("ids changed to be names of files", f"document {id!r}, {name!r}")
        return name


def _safe(part: str) -> str:
    plain = _UNSAFE.sub("_", part)
    plain = plain.encode()[:_LONGEST].decode(errors="ignore")
    return f"_{plain[1:]}" if not plain or plain[0] == "." else plain


def _folded(name: str) -> str:
    """A form that is equal for names that are the same on some file systems."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())

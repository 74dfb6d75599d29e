"""The files of an archive: their names, their checksums, and unpacking from a tar.

Nothing here interprets a model. A folder passes :func:`read_header` only if every file in it is
listed with its checksum, so that what is read afterwards is what was written.
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from jointre.atomic import scratch_folder
from jointre.errors import ArchiveError

FORMAT = 2
WEIGHTS = "model.safetensors"
CONFIG = "config.json"
CHECKSUMS = "checksums.json"
VOCABULARY = "vocabulary.json"
CALIBRATION = "calibration.json"
MAX_BYTES = 16 * 2**30  # of an unpacked archive
MAX_MEMBERS = 1000
MAX_NAME = 200  # characters of a member's name
_LITTER = re.compile(r"\.ds_store|\._.*|thumbs\.db|desktop\.ini")


def write_object(path: Path, content: Mapping[str, Any]) -> None:
    """Write an object as JSON."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_object(path: Path, source: Path) -> dict[str, Any]:
    """Read an object of JSON.

    Args:
        path: The file.
        source: Path of the archive, for messages.

    Raises:
        ArchiveError: The file is missing, is not JSON, repeats a key or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_distinct)
    except FileNotFoundError:
        raise ArchiveError(
            f"{source}: no {path.name} in it; this is not a jointre archive, or its training did "
            "not finish"
        ) from None
    except RecursionError:
        raise ArchiveError(f"{source}: {path.name} is nested too deeply; refused") from None
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{source}: {path.name} is not readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise ArchiveError(f"{source}: {path.name} must hold an object")
    return content


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, which may name each key once only."""
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {short(twice)} occurs twice in one object")
    return content


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_litter(name: str) -> bool:
    """Whether an operating system adds files of this name to folders and archives by itself.

    They belong to no archive, and they are never opened: ``.DS_Store``, ``._NAME`` and
    ``__MACOSX`` of macOS, ``Thumbs.db`` and ``desktop.ini`` of Windows.

    Args:
        name: Path of the file in the archive.
    """
    parts = PurePosixPath(name).parts
    return bool(parts) and ("__MACOSX" in parts or bool(_LITTER.fullmatch(parts[-1].lower())))


def files_of(folder: Path) -> list[str]:
    """The names of all files below a folder, sorted; a link counts as a file, litter does not."""
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    names = ((path, path.relative_to(folder).as_posix()) for path in files)
    return sorted(name for path, name in names if path.is_symlink() or not is_litter(name))


def foreign_files(folder: Path) -> list[str]:
    """The names of the files in a folder that no archive lists, sorted; [] if there is no folder.

    If the folder does not hold a recognisable archive, these are all its files. A folder that is
    empty, or holds only empty folders, has none.

    Args:
        folder: An archive's folder, or any other.
    """
    names = files_of(folder) if folder.is_dir() else []
    try:
        header = read_object(folder / CONFIG, folder) if names else {}
        if (folder / CHECKSUMS).exists():
            listed = _listed(read_object(folder / CHECKSUMS, folder), folder).keys()
        else:
            _version(header, folder)
            listed = header.get("files", {}).keys()
    except (ArchiveError, AttributeError):
        return names
    return sorted(set(names) - listed - {CONFIG, CHECKSUMS})


def write_checksums(folder: Path) -> None:
    """List every file of a folder with its checksum in ``checksums.json``."""
    files = {name: sha256(folder / name) for name in files_of(folder) if name != CHECKSUMS}
    write_object(folder / CHECKSUMS, {"algorithm": "sha256", "files": files})


def read_header(folder: Path, source: Path) -> dict[str, Any]:
    """The content of ``config.json``, after every file of the archive was verified.

    Args:
        folder: The archive's folder.
        source: Path of the archive, for messages.

    Raises:
        ArchiveError: A file is missing, damaged, changed or not listed, or the archive was
            written by a newer version.
    """
    _refuse_newer(folder, source)
    if (folder / CHECKSUMS).exists():
        _verify(folder, source, _listed(read_object(folder / CHECKSUMS, source), source), True)
        header = read_object(folder / CONFIG, source)
        _version(header, source)
        _need_objects(header, ("model", "about"), source)
        return header
    header = read_object(folder / CONFIG, source)
    if _version(header, source) > 1:
        raise ArchiveError(f"{source}: {CHECKSUMS} is missing; the archive is incomplete")
    _need_objects(header, ("model", "about", "files"), source)
    _verify(folder, source, header["files"], False)
    return header


def _listed(content: dict[str, Any], source: Path) -> dict[str, Any]:
    if content.get("algorithm") != "sha256" or not isinstance(content.get("files"), dict):
        raise ArchiveError(
            f"{source}: {CHECKSUMS} needs 'algorithm': 'sha256' and an object 'files'; it is "
            "damaged, or written by a newer version of jointre"
        )
    files: dict[str, Any] = content["files"]
    return files


def _refuse_newer(folder: Path, source: Path) -> None:
    """A newer version may list its files in another way, so its number is read before them."""
    try:
        version = read_object(folder / CONFIG, source).get("format")
    except ArchiveError:
        if not (folder / CHECKSUMS).exists():
            raise
        return  # the checksums say what is wrong with the file
    if isinstance(version, int) and version > FORMAT:
        raise ArchiveError(
            f"{source}: archive format {version}, but this version of jointre reads up to "
            f"{FORMAT}; upgrade jointre (pip install -U jointre)"
        )


def _version(header: dict[str, Any], source: Path) -> int:
    version = header.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ArchiveError(f"{source}: {CONFIG} has no 'format'; this is not a jointre archive")
    return version


def _need_objects(header: dict[str, Any], keys: tuple[str, ...], source: Path) -> None:
    for key in keys:
        if not isinstance(header.get(key), dict):
            raise ArchiveError(f"{source}: {CONFIG} needs an object {key!r}")


def _verify(folder: Path, source: Path, files: dict[str, Any], complete: bool) -> None:
    """Compare files with their checksums; if ``complete``, unlisted files are refused."""
    listing = CHECKSUMS if complete else CONFIG
    missing = {WEIGHTS, VOCABULARY, *([CONFIG] if complete else [])} - files.keys()
    if missing:
        raise ArchiveError(f"{source}: {listing} lists no {', '.join(sorted(missing))}")
    for name, digest in files.items():
        path = folder / name
        if unsafe(name) or not path.resolve().is_relative_to(folder.resolve()):
            raise ArchiveError(f"{source}: file name {short(name)} leaves the archive")
        if not path.is_file():
            raise ArchiveError(f"{source}: {name} is missing; the archive is incomplete")
        if sha256(path) != digest:
            raise ArchiveError(
                f"{source}: {name} does not match its checksum: it is damaged or was changed; "
                "copy or save the archive again"
            )
    if complete:
        refuse_unlisted(set(files_of(folder)) - files.keys() - {CHECKSUMS}, source)


def refuse_unlisted(names: set[str], source: Path) -> None:
    """Raise an error if there are files that the archive does not list.

    Raises:
        ArchiveError: There is at least one; the first one is named.
    """
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        raise ArchiveError(
            f"{source}: {short(min(names))}{more} is not listed in {CHECKSUMS}: it does not belong "
            "to the archive; delete it, or copy or save the archive again"
        )


def unsafe(name: str) -> bool:
    """Whether a file name is absolute, leaves its folder or cannot be a name."""
    path = PurePosixPath(name)
    return (
        path.is_absolute()
        or not path.parts
        or ".." in path.parts
        or "\0" in name
        or "\\" in name
        or len(name) > MAX_NAME
    )


def short(name: object) -> str:
    """A name from an archive as messages show it: printable and at most 60 characters."""
    text = repr(name)
    return text if len(text) <= 60 else f"{text[:59]}…"


@contextmanager
def unpacked(source: Path) -> Iterator[Path]:
    """The archive's folder inside a tar, unpacked for as long as the context lasts.

    Raises:
        ArchiveError: The tar is damaged or holds what an archive never holds.
    """
    with scratch_folder() as root:
        try:
            with tarfile.open(source) as tar:
                members = _checked_members(tar, source)
                tar.extractall(root, members, filter="data")
        except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError) as error:
            reason = str(error).partition(":\n")[0]  # tarfile lists every method it tried
            raise ArchiveError(f"{source}: not a readable .tar.gz: {reason}") from error
        except RecursionError:
            raise ArchiveError(f"{source}: not a readable .tar.gz: too many headers") from None
        entries = sorted(root.iterdir())
        folders = [path for path in entries if (path / CONFIG).is_file()]
        if not folders or (root / CONFIG).is_file():
            yield root
            return
        others = {path.name for path in entries if path != folders[0]}
        if (folders[0] / CHECKSUMS).exists():
            refuse_unlisted(others, source)
        yield folders[0]


def _checked_members(tar: tarfile.TarFile, source: Path) -> list[tarfile.TarInfo]:
    """The members to unpack; what an archive never holds is refused before anything is written."""
    total_bytes, members = 0, []
    paths: set[PurePosixPath] = set()
    for number, member in enumerate(tar):
        name, shown = member.name, short(member.name)
        path = PurePosixPath(name)
        if not (member.isfile() or member.isdir()) or member.issparse():
            raise ArchiveError(f"{source}: {shown} is a link or a device; refused")
        if path.is_absolute() or ".." in path.parts:
            raise ArchiveError(f"{source}: {shown} lies outside the archive; refused")
        if path.parts and unsafe(name):
            raise ArchiveError(f"{source}: {shown} is not a file name of an archive; refused")
        if path in paths:
            raise ArchiveError(f"{source}: {shown} occurs twice in it; refused")
        paths.add(path)
        total_bytes += max(0, member.size)
        if total_bytes > MAX_BYTES or number >= MAX_MEMBERS:
            raise ArchiveError(
                f"{source}: more than {MAX_BYTES // 2**30} GiB or {MAX_MEMBERS} members; refused"
            )
        if not is_litter(name):
            members.append(member)
    return members

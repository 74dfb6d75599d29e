"""An archive as bytes, for pipelines that are kept in memory or in a message."""

import srsly

from jointre.atomic import scratch_folder
from jointre.errors import ArchiveError
from jointre.models import archive
from jointre.models.archive import Loaded
from jointre.models.archive_files import short, unsafe


def to_bytes(loaded: Loaded) -> bytes:
    """The archive's files in one message, by msgpack.

    Args:
        loaded: a model with its config.
    """
    with scratch_folder() as work:
        folder = work / "archive"
        archive.save(loaded.model, loaded.config, folder, loaded.about)
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
    packed: bytes = srsly.msgpack_dumps(files)
    return packed


def from_bytes(content: bytes) -> Loaded:
    """The model that :func:`to_bytes` packed.

    Raises:
        ArchiveError: it is damaged, made by a newer version, or names files outside its folder.
    """
    try:
        files = srsly.msgpack_loads(content)
    except (ValueError, TypeError, RecursionError) as error:
        raise ArchiveError(f"the bytes hold no jointre archive ({error})") from error
    if not isinstance(files, dict):
        raise ArchiveError(f"the bytes hold no jointre archive, but a {type(files).__name__}")
    with scratch_folder() as work:
        for name, data in files.items():
            if not isinstance(name, str) or not isinstance(data, bytes) or unsafe(name):
                raise ArchiveError(f"the bytes hold {short(name)}, which no archive has; refused")
            path = work / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            except (OSError, ValueError) as error:
                raise ArchiveError(f"the bytes hold {short(name)}: {error}; refused") from error
        return archive.load(work)

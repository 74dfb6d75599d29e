"""Gzip and zlib data, unpacked only up to a limit of size."""

import gzip
import os
import zlib
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from jointre.errors import ConfigError, DataError, abbreviated

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

VARIABLE = "JOINTRE_MAX_UNPACKED_MIB"
"""Environment variable that replaces both limits by a size in MiB."""

MAX_SIZE = 1 << 30
MAX_RATIO = 200
UNSUSPECTED = 64 << 20
"""Size in bytes up to which the ratio of unpacked to packed size does not matter."""

_MIB = 1 << 20


def max_unpacked(packed: int) -> int:
    """The largest size in bytes to which compressed data may unpack.

    It is 1 GiB, and less if the data would unpack to more than 200 times their size and more than
    64 MiB. The environment variable ``JOINTRE_MAX_UNPACKED_MIB`` replaces these limits.

    Args:
        packed: Size of the compressed data, in bytes.

    Raises:
        ConfigError: The variable is not a positive integer.
    """
    value = os.environ.get(VARIABLE)
    if value is None:
        return min(MAX_SIZE, max(UNSUSPECTED, MAX_RATIO * packed))
    if not value.isascii() or not value.isdigit() or len(value) > 12 or int(value) == 0:
        raise ConfigError(
            f"the environment variable {VARIABLE} is {abbreviated(value)}; it must be a positive "
            "integer, the size in MiB to which a compressed file may unpack"
        )
    return int(value) * _MIB


def unpacked_stream(path: Path, raw: BinaryIO) -> BufferedReader:
    """The unpacked bytes of a gzip file; reading beyond the limit raises a DataError.

    Args:
        path: The file, for the message.
        raw: Its packed bytes, open at the start.
    """
    stream = gzip.GzipFile(fileobj=raw, mode="rb")
    return BufferedReader(_Limited(stream, path, os.fstat(raw.fileno()).st_size), _MIB)


def check_zlib(path: Path, content: bytes) -> None:
    """Unpack zlib data piece by piece, without keeping them.

    Raises:
        DataError: They unpack to more than the limit.
        zlib.error: They are not zlib data, or damaged.
    """
    limit, size = max_unpacked(len(content)), 0
    unpacker = zlib.decompressobj()
    while content and not unpacker.eof:
        size += len(unpacker.decompress(content, _MIB))
        content = unpacker.unconsumed_tail
        if size > limit:
            _refuse(path, limit)


class _Limited(RawIOBase):
    """Reads a gzip stream and counts its bytes."""

    def __init__(self, stream: gzip.GzipFile, path: Path, packed: int) -> None:
        self._stream = stream
        self._path = path
        self._limit = max_unpacked(packed)
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        count = self._stream.readinto(buffer)
        self._size += count
        if self._size > self._limit:
            _refuse(self._path, self._limit)
        return count


def _refuse(path: Path, limit: int) -> NoReturn:
    raise DataError(
        f"{path}: the file unpacks to more than {limit / _MIB:,.0f} MiB, the limit for a file of "
        f"its size; if it is as large as that, unpack it, or raise the limit with jointre "
        f"--max-unpacked MIB, or the environment variable {VARIABLE}"
    )

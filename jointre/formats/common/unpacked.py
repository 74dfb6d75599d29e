"""Gzip and zlib data, unpacked only up to a limit of size."""

import gzip
import os
import zlib
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NoReturn

from annotated_types import Ge, Le

from jointre.errors import DataError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MaxUnpacked = Annotated[int, Ge(1), Le(2**30)] | None
"""Largest size in MiB to which a compressed file may unpack; None: the limits below."""

MAX_SIZE = 1 << 30
MAX_RATIO = 200
UNSUSPECTED = 64 << 20
"""Size in bytes up to which the ratio of unpacked to packed size does not matter."""

_MIB = 1 << 20


def limit_of(packed: int, max_unpacked: MaxUnpacked) -> int:
    """The largest size in bytes to which compressed data may unpack.

    By default it is 1 GiB, and less if the data would unpack to more than 200 times their size and
    more than 64 MiB.

    Args:
        packed: Size of the compressed data, in bytes.
        max_unpacked: The limit in MiB; None: the default.
    """
    if max_unpacked is not None:
        return max_unpacked * _MIB
    return min(MAX_SIZE, max(UNSUSPECTED, MAX_RATIO * packed))


def unpacked_stream(path: Path, raw: BinaryIO, max_unpacked: MaxUnpacked = None) -> BufferedReader:
    """The unpacked bytes of a gzip file; reading beyond the limit raises a DataError.

    Args:
        path: The file, for the message.
        raw: Its packed bytes, open at the start.
        max_unpacked: The limit in MiB; None: the default.
    """
    stream = gzip.GzipFile(fileobj=raw, mode="rb")
    limit = limit_of(os.fstat(raw.fileno()).st_size, max_unpacked)
    return BufferedReader(_Limited(stream, path, limit), _MIB)


def check_zlib(path: Path, content: bytes, max_unpacked: MaxUnpacked = None) -> None:
    """Unpack zlib data piece by piece, without keeping them.

    Args:
        path: The file, for the message.
        content: The data.
        max_unpacked: The limit in MiB; None: the default.

    Raises:
        DataError: They unpack to more than the limit.
        zlib.error: They are not zlib data, or damaged.
    """
    limit, size = limit_of(len(content), max_unpacked), 0
    unpacker = zlib.decompressobj()
    while content and not unpacker.eof:
        size += len(unpacker.decompress(content, _MIB))
        content = unpacker.unconsumed_tail
        if size > limit:
            _refuse(path, limit)


class _Limited(RawIOBase):
    """Reads a gzip stream and counts its bytes."""

    def __init__(self, stream: gzip.GzipFile, path: Path, limit: int) -> None:
        self._stream = stream
        self._path = path
        self._limit = limit
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
        "its size; if it is as large as that, unpack it, or raise the limit with the reader's "
        "option max_unpacked, in MiB (on the command line: --max-unpacked)"
    )

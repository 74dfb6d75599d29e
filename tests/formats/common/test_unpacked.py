"""Compressed files unpack to a limited size."""

import gzip
import zlib
from pathlib import Path

import pytest

from jointre.config import construct
from jointre.errors import ConfigError, DataError
from jointre.formats import DocbinReader, JsonlReader, Reader, SpertReader
from jointre.formats.common.unpacked import limit_of

MIB = 1 << 20


@pytest.mark.parametrize(
    ("packed", "limit"),
    [(0, 64 * MIB), (MIB, 200 * MIB), (3 * MIB, 600 * MIB), (900 * MIB, 1024 * MIB)],
)
def test_the_limit_grows_with_the_packed_size(packed: int, limit: int) -> None:
    assert limit_of(packed, None) == limit
    assert limit_of(packed, 3) == 3 * MIB


def bomb(path: Path) -> Path:
    """A file of 100 kB that unpacks to 100 MB without a line feed."""
    with gzip.open(path, "wb", compresslevel=9) as stream:
        for _ in range(100):
            stream.write(b" " * 1_000_000)
    return path


@pytest.mark.parametrize("reader", [JsonlReader, SpertReader])
def test_a_file_that_unpacks_to_far_more_than_its_size_is_refused(
    tmp_path: Path, reader: type[JsonlReader | SpertReader]
) -> None:
    path = bomb(tmp_path / "a.jsonl.gz")
    with pytest.raises(DataError, match=r"a\.jsonl\.gz: .*more than 64 MiB.*max_unpacked"):
        list(reader().read(path))


def test_the_option_of_a_reader_sets_another_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"tokens": ["a"]}\n' + b" " * 70_000_000))
    with pytest.raises(DataError, match="more than 64 MiB"):
        list(JsonlReader().read(path))
    (document,) = JsonlReader(max_unpacked=80).read(path)
    assert document.tokens == ("a",)
    with pytest.raises(DataError, match="more than 2 MiB"):
        list(JsonlReader(max_unpacked=2).read(path))


@pytest.mark.parametrize("name", Reader.names())
def test_every_reader_has_a_limit(tmp_path: Path, name: str) -> None:
    path = tmp_path / ("a.ann" if name == "brat" else "a")
    path.write_bytes(gzip.compress(b" " * 3_000_000))
    (tmp_path / "a.txt").write_text("A text.")
    reader = construct(Reader, {"type": name, "max_unpacked": 2})
    with pytest.raises(DataError, match=r"more than 2 MiB.*option max_unpacked.*--max-unpacked"):
        list(reader.read(path))


@pytest.mark.parametrize("value", [0, -1, 2.5, "8", 2**31])
def test_a_limit_that_is_not_a_positive_integer_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="max_unpacked"):
        construct(Reader, {"type": "jsonl", "max_unpacked": value})


def test_a_docbin_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    path.write_bytes(zlib.compress(b"\0" * 100_000_000, 9))
    with pytest.raises(DataError, match=r"a\.spacy: .*more than 64 MiB"):
        list(DocbinReader().read(path))
    assert DocbinReader(max_unpacked=1024).max_unpacked == 1024

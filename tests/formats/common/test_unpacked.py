"""Compressed files unpack to a limited size."""

import gzip
import zlib
from pathlib import Path

import pytest

from jointre.errors import ConfigError, DataError
from jointre.formats import DocbinReader, JsonlReader, SpertReader
from jointre.formats.common.unpacked import VARIABLE, max_unpacked

MIB = 1 << 20


@pytest.mark.parametrize(
    ("packed", "limit"),
    [(0, 64 * MIB), (MIB, 200 * MIB), (3 * MIB, 600 * MIB), (900 * MIB, 1024 * MIB)],
)
def test_the_limit_grows_with_the_packed_size(packed: int, limit: int) -> None:
    assert max_unpacked(packed) == limit


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
    with pytest.raises(DataError, match=rf"a\.jsonl\.gz: .*more than 64 MiB.*{VARIABLE}"):
        list(reader().read(path))


def test_the_environment_variable_raises_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"tokens": ["a"]}\n' + b" " * 70_000_000))
    with pytest.raises(DataError, match="more than 64 MiB"):
        list(JsonlReader().read(path))
    monkeypatch.setenv(VARIABLE, "80")
    (found,) = JsonlReader().read(path)
    assert found.tokens == ("a",)


@pytest.mark.parametrize("value", ["", "0", "-1", "2.5", "1e9", "9" * 2000])
def test_a_limit_that_is_not_a_positive_integer_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(ConfigError, match=f"{VARIABLE} is .*positive integer") as caught:
        max_unpacked(1)
    assert len(str(caught.value)) < 300


def test_a_docbin_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    path.write_bytes(zlib.compress(b"\0" * 100_000_000, 9))
    with pytest.raises(DataError, match=r"a\.spacy: .*more than 64 MiB"):
        list(DocbinReader().read(path))

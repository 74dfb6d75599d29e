import gzip
import json
from pathlib import Path

import pytest

from jointre.errors import DataError
from jointre.formats.common.files import (
    check_file,
    dump,
    parse,
    read_characters,
    read_lines,
    read_text,
    stem,
)


def test_a_missing_file_names_the_nearest_one_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text("[]")
    with pytest.raises(DataError, match=r"trian\.json: no such file in .*; did you mean 'train"):
        check_file(tmp_path / "trian.json")
    with pytest.raises(DataError, match=r"the folder .*nowhere does not exist"):
        check_file(tmp_path / "nowhere" / "train.json")
    with pytest.raises(DataError, match="this is a folder; name a file in it"):
        check_file(tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("train.json.gz", "train"), ("a.b.jsonl", "a.b"), ("corpus", "corpus"), (".json", ".json")],
)
def test_stem_is_the_name_without_suffixes(name: str, expected: str) -> None:
    assert stem(Path("x") / name) == expected


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "zipped_without_a_suffix.json"])
def test_reads_plain_and_gzipped_text_with_a_byte_order_mark(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = "\ufeffé\n\nb\n".encode()
    path.write_bytes(content if name == "a.json" else gzip.compress(content))
    assert read_text(path) == "é\n\nb\n"
    assert list(read_lines(path)) == [(1, "é\n"), (3, "b\n")]


def test_every_character_counts_where_offsets_count_them(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffé\r\n".encode())
    assert read_characters(path) == "\ufeffé\r\n"
    path.write_bytes(gzip.compress(b""))
    assert read_characters(path) == ""
    path.write_bytes(b"a\xff")
    with pytest.raises(DataError, match=r"a\.txt: not UTF-8 at byte 1 \(0xff\)"):
        read_characters(path)


def test_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('"a\u2028b\u0085c"\r\n"d"', newline="")
    assert [json.loads(text) for _, text in read_lines(path)] == ["a\u2028b\u0085c", "d"]


def test_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1\n\xff\n")
    lines = read_lines(path)
    assert next(lines) == (1, "1\n")
    with pytest.raises(DataError, match=r"a\.jsonl: not UTF-8 at byte 2 \(0xff\)"):
        next(lines)


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    for read in (read_text, lambda path: list(read_lines(path))):
        with pytest.raises(DataError, match=r"a\.json: the file is empty"):
            read(path)


def test_other_encodings_are_refused_with_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes("naïve".encode("latin-1"))
    with pytest.raises(DataError, match=r"not UTF-8 at byte 2 \(0xef\); convert the file"):
        read_text(path)


@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(b"x" * 1000)[:20], gzip.compress(b"x" * 99)[:-8] + b"12345678"],
    ids=["plain", "cut off", "wrong checksum"],
)
def test_a_broken_gzip_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(content)
    for read in (read_text, lambda path: list(read_lines(path))):
        with pytest.raises(DataError, match=r"a\.json\.gz: not a whole gzip file .*fetch it again"):
            read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1,\n2", r"f\.json:8: not JSON: .* at column 2; the file seems to be cut off"),
        ('{"a": x, "b": 1}', r"f\.json:7: not JSON: Expecting value at column 7$"),
        ("[" * 100_000, r"f\.json:7: lists and objects are nested too deeply"),
        ("9" * 5000, r"f\.json:7: not JSON: "),
    ],
    ids=["cut off", "bad value", "deep", "huge number"],
)
def test_bad_json_names_the_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse(text, Path("f.json"), line=7)


def test_dump_keeps_letters_and_escapes_only_what_utf8_cannot_hold() -> None:
    assert dump({"é": "\u2028"}, "d") == '{"é": "\u2028"}'
    assert dump("\ud800", "d") == '"\\ud800"'
    with pytest.raises(DataError, match="document 'd': cannot be written as JSON: Out of range"):
        dump([float("nan")], "document 'd'")
    with pytest.raises(DataError, match=r"document 'd': cannot be written as JSON: .*serializable"):
        dump([{1, 2}], "document 'd'")


def test_a_file_that_the_system_refuses_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text("[]")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"a\.json: cannot be read: Permission denied"):
        read_text(path)

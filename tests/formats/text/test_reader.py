import gzip
from pathlib import Path
from typing import Any

import pytest

from jointre.data.skipped import SkippedData
from jointre.errors import ConfigError, DataError
from jointre.formats import TextReader, detect
from jointre.formats.text.reader import not_prose

TEXT = "Ada left Rome.\nBob stayed.\n\nThe end.\n"


def ids(path: Path, **options: Any) -> list[tuple[str, str | None]]:
    return [(found.id, found.text) for found in TextReader(**options).read(path)]


def test_a_file_paragraphs_or_lines_are_documents(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    assert ids(path) == [("a.txt", TEXT)]
    assert ids(path, split_by="paragraph") == [
        ("a.txt:1", "Ada left Rome.\nBob stayed."),
        ("a.txt:4", "The end."),
    ]
    lines = [("a.txt:1", "Ada left Rome."), ("a.txt:2", "Bob stayed."), ("a.txt:4", "The end.")]
    assert ids(path, split_by="line") == lines
    assert [TextReader(kind).count(path) for kind in ("file", "paragraph", "line")] == [1, 2, 3]


def test_words_and_sentences_have_exact_offsets(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfAda left. Why?")
    (found,) = TextReader().read(path)
    assert found.text == "Ada left. Why?"
    assert found.tokens == ("Ada", "left", ".", "Why", "?")
    assert [found.text[a:b] for a, b in found.offsets or ()] == list(found.tokens)
    assert len(found.sentences) == 2


def test_the_language_decides_the_words(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("l'eau", encoding="utf-8")
    (found,) = TextReader(language="fr").read(path)
    assert found.tokens == ("l'", "eau")
    with pytest.raises(ConfigError, match="qq"):
        TextReader(language="qq")


def test_long_runs_that_are_cut_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x" * 2000)
    skipped = SkippedData()
    list(TextReader().read(path, skipped))
    assert skipped


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"%PDF-1.7 x", "a PDF file"),
        ("a.docx", b"PK\x03\x04x", "a zip file"),
        ("a.txt", b"a\x00b", "a binary file"),
        ("a.html", b"<!DOCTYPE html><p>Ada", "a file with markup"),
        ("a.csv", b"a,b\n1,2\n", "a table"),
        ("a.txt", b'{"a": 1}', "JSON of an unknown format"),
        ("a.json", b"Ada", "JSON of an unknown format"),
    ],
)
def test_what_is_not_prose_is_refused(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"this is {kind}.*not plain text. Save its text as a .txt"):
        list(TextReader().read(path))
    assert detect(path, texts=True) != "text"


def test_a_text_is_recognised_only_where_texts_count(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert (detect(path), detect(path, texts=True)) == (None, "text")
    path.write_bytes(gzip.compress(b" \n"))
    assert detect(path, texts=True) is None


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", '{\n  "title": "Ada"\n}', "JSON"),
        ("a.txt", '[{"x": 1},\n {"x": 2', "JSON"),
        ("a.txt", "id,text\n1,Ada left.\n", "a table"),
        ("a.txt", '"label"\t"sentence"\r\n0\tAda left.', "a table"),
        ("a.html", "<p>Ada left.</p>", "a file with markup"),
        ("a.txt", "Ada,Bob\nleft.", None),
        ("a.txt", "{Ada} left.", None),
        ("a.txt", "[Ada] left, text.", None),
        ("a.txt", "Text, id and label are words.", None),
    ],
)
def test_what_is_not_prose(name: str, content: str, kind: str | None) -> None:
    found = not_prose(Path(name), content.encode())
    assert found is None if kind is None else str(found).startswith(kind)

from pathlib import Path

import pytest

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import ConfigError
from jointre.formats import JsonlWriter, Reader, SpertWriter, Writer


def test_every_format_but_text_has_a_writer() -> None:
    assert set(Reader.names()) - set(Writer.names()) == {"text"}
    assert Writer.by_name("jsonl") is JsonlWriter


def test_a_format_that_cannot_be_written_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'text'.*jsonl"):
        Writer.by_name("text")


def test_what_is_lost_is_logged_unless_it_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    documents = [Document("d", ("a",), text="a")]
    skipped = SkippedData()
    SpertWriter().write(documents, tmp_path / "a.json", skipped)
    assert skipped.lines() == ["1 text skipped; first: document 'd'"]
    assert caplog.messages == []
    SpertWriter().write(documents, tmp_path / "b.json")
    assert caplog.messages == [f"{tmp_path / 'b.json'}: {skipped.lines()[0]}"]


def test_paths_as_text(tmp_path: Path) -> None:
    """Readers and writers take paths as the rest of the library does."""
    documents = [Document("d", ("a", "b"))]
    JsonlWriter().write(documents, str(tmp_path / "a.jsonl"))
    assert list(Reader.by_name("jsonl")().read(str(tmp_path / "a.jsonl"))) == documents

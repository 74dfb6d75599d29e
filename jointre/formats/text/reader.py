"""Plain text without annotations, as input of prediction."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, final

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.text_parts import SplitBy, parts
from jointre.data.words import check_language, words_of
from jointre.errors import DataError
from jointre.formats.common.files import opened, read_text
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.reader import Reader

_HEAD = 2**20  # bytes
_TABLES = (".csv", ".tsv")
_BINARY = ((b"%PDF", "a PDF file"), (b"PK\x03\x04", "a zip file, as those of office programs are"))
_MARKED = (b"{\\rtf", b"<!doctype", b"<html", b"<?xml")
_MARKUP = (".html", ".htm", ".xhtml", ".xml", ".rtf")
_JSON = re.compile(r'\s*(?:\[\s*)?\{\s*(?:"[^"\n]*"\s*:|\n|\Z)')
"""The beginning of a JSON object, which may continue over several lines."""
_COLUMN = r"\"?[A-Za-z_][\w.-]*\"?"
_HEADER = re.compile(rf"{_COLUMN}(?:[,;\t]{_COLUMN})+\r?(?:\n|\Z)")
_COLUMNS = {
    *("abstract", "body", "category", "class", "content", "doc_id", "document", "id", "label"),
    *("sentence", "tag", "text", "title", "tokens"),
}
"""Names of columns by which the first line of a table is recognised."""


@final
@Reader.register("text")
class TextReader(Reader):
    """Plain texts: each file, paragraph or line is a document without annotations.

    Words and sentences come from spaCy's rules. The id of a document is the name of its file,
    followed by the number of its first line if a file can have several documents. JSON, tables,
    markup and binary files are refused.

    Source: https://www.unicode.org/versions/latest/ (texts are UTF-8).

    Args:
        split_by: What becomes a document: the whole ``"file"``, each ``"paragraph"`` (separated by
            blank lines), or each ``"line"`` that is not blank.
        language: Language of the texts, as a spaCy code such as ``"zh"``; ``"xx"`` for any
            language.
        on_error: Accepted as by every reader, but has no effect: a text has no records to skip.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".txt",)
    annotated: ClassVar[bool] = False

    def __init__(
        self,
        split_by: SplitBy = "file",
        language: str = "en",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(None, on_error, max_unpacked)
        self.split_by: SplitBy = split_by
        self.language = check_language(language)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the file may hold prose; every annotated format is more certain."""
        if path.is_dir() or not head.strip():
            return 0.0
        return 0.01 if not_prose(path, head.encode(errors="replace")) is None else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        path = reading.path
        for line, text in parts(self.text(path), self.split_by):
            name = path.name.removesuffix(".gz")
            id = name if self.split_by == "file" else f"{name}:{line}"
            yield f"{path}:{line}", document_of(text, id, self.language, reading.skipped)

    def text(self, path: Path) -> str:
        """The text of a file.

        Raises:
            DataError: The file cannot be read, or is not plain text.
        """
        with opened(path, self.max_unpacked) as stream:
            kind = not_prose(path, stream.read(_HEAD))
        if kind is not None:
            raise DataError(
                f"{path}: this is {kind}, not plain text. Save its text as a .txt file (with "
                "--documents line if each line is a document), or write one JSON record per line, "
                '{"id": "a", "text": "..."}, to a .jsonl file'
            )
        return read_text(path, self.max_unpacked)

    def count(self, path: Path) -> int:
        """Number of documents of a file, which are not cut into words.

        Raises:
            DataError: The file cannot be read.
        """
        if self.split_by == "file":
            return 1
        return sum(1 for _ in parts(read_text(path, self.max_unpacked), self.split_by))


def document_of(text: str, id: str, language: str, skipped: SkippedData) -> Document:
    """A text as a Document, cut into words and sentences by spaCy's rules.

    Args:
        text: The text; a byte-order mark at its start is removed.
        id: Id of the document.
        language: Language, as a spaCy code.
        skipped: Counts long runs without white space that were cut.
    """
    text = text.removeprefix("\ufeff")
    words = words_of(text, language, skipped, id)
    return Document(id, words.tokens, text, words.offsets, words.sentences)


def not_prose(path: Path, head: bytes) -> str | None:
    """What a file is if it is not prose, such as ``"a PDF file"``; None for prose.

    Args:
        path: The file; the ending of its name counts.
        head: Its first bytes.
    """
    name = path.name.removesuffix(".gz").lower()
    for magic, kind in _BINARY:
        if head.startswith(magic):
            return kind
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))  # decoding raises the error
    if b"\0" in head and not utf16:
        return "a binary file"
    if head.lstrip().lower().startswith(_MARKED) or name.endswith(_MARKUP):
        return "a file with markup"
    text = head.decode("utf-8-sig", errors="replace")
    if name.endswith(_TABLES) or is_table(text):
        return "a table"
    if name.endswith(".json") or is_json(text):
        return "JSON of an unknown format"
    return None


def is_table(text: str) -> bool:
    r"""Whether the first line of a text names the columns of a table, one of them by a usual name.

    Example:
        >>> is_table("id,text\n1,Ada left."), is_table("Ada,Bob\nleft.")
        (True, False)
    """
    match = _HEADER.match(text)
    if match is None:
        return False
    columns = re.split(r"[,;\t]", match[0].strip().lower())
    return not _COLUMNS.isdisjoint(column.strip('"') for column in columns)


def is_json(text: str) -> bool:
    """Whether a text, or its beginning, is a JSON object or a list of objects or lists."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    if _JSON.match(text):
        return True
    for candidate in (text, text.strip().split("\n", 1)[0]):
        try:
            value = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return True
        return any(isinstance(item, dict | list) for item in value)
    return False

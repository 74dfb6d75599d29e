"""The writer of Prodigy's JSON lines."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.formats.common.files import write_lines
from jointre.formats.common.writable import TEXT, writable
from jointre.formats.prodigy.record import record_of
from jointre.formats.writer import Writer


@final
@Writer.register("prodigy")
class ProdigyWriter(Writer):
    """Writes documents as accepted examples of ``rel.manual``, for ``prodigy db-in``.

    Source: https://prodi.gy/docs/api-interfaces#relations

    Args:
        language: Language with which the file will be read, as a spaCy code; differences in words
            and sentences are counted.
        inside_words: What the reader will do if a mention begins or ends inside a word.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def __init__(self, language: str = "en", inside_words: InsideWords = "split") -> None:
        self.words = WordRules(check_language(language), inside_words)

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        records = (
            (f"document {document.id!r}", record_of(document, self.words, skipped))
            for document in writable(documents, skipped, TEXT)
        )
        write_lines(path, records)

"""The writer of doccano's JSON lines."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.formats.common.files import write_lines
from jointre.formats.common.writable import TEXT, writable
from jointre.formats.doccano.offsets import CountedIn, LineEnds
from jointre.formats.doccano.record import DoccanoLine
from jointre.formats.writer import Writer


@final
@Writer.register("doccano")
class DoccanoWriter(Writer):
    """Writes the form with relations ("JSONL(Relation)").

    Source: https://github.com/doccano/doccano, https://github.com/doccano/doccano/issues/2290

    Args:
        offsets: What offsets count: ``"utf16"`` units, ``"graphemes"`` or ``"code_points"``, see
            :class:`DoccanoReader`.
        line_ends: How offsets count a line end of two characters, see :class:`DoccanoReader`.
        language: Language with which the file will be read, as a spaCy code; differences in words
            and sentences are counted.
        inside_words: What the reader will do if a mention begins or ends inside a word.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".json")

    def __init__(
        self,
        offsets: CountedIn = "utf16",
        line_ends: LineEnds = "auto",
        language: str = "en",
        inside_words: InsideWords = "split",
    ) -> None:
        self.line = DoccanoLine(
            offsets, WordRules(check_language(language), inside_words), line_ends
        )

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        records = (
            (f"document {document.id!r}", self.line.written(document, skipped))
            for document in writable(documents, skipped, TEXT)
        )
        write_lines(path, records)

"""The writer of jointre's own format."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, final

from jointre.data.schema import Document, record_of
from jointre.data.skipped import SkippedData
from jointre.formats.common.files import write_lines
from jointre.formats.common.writable import writable
from jointre.formats.writer import Writer


@final
@Writer.register("jsonl")
class JsonlWriter(Writer):
    """Writes one record per document, with everything that a document holds.

    Source: this project's own format.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def __init__(self) -> None:
        pass

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        records = (
            (f"document {document.id!r}", record_of(document, skipped))
            for document in writable(documents, skipped)
        )
        write_lines(path, records)

"""The writer of SpERT's format."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from jointre.data.schema import Document, extra_keys, written_id
from jointre.data.skipped import SkippedData
from jointre.formats.common.files import write_list
from jointre.formats.common.supported import plain
from jointre.formats.common.writable import writable
from jointre.formats.spert.reader import KEYS
from jointre.formats.writer import Writer


@final
@Writer.register("spert")
class SpertWriter(Writer):
    """Writes one list of sentences, whose entities have token offsets with exclusive ends.

    Paper: https://arxiv.org/abs/1909.07755
    """

    unit: ClassVar[Literal["sentence", "document"]] = "sentence"

    def __init__(self) -> None:
        pass

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        records = (
            (f"document {document.id!r}", _record(plain(document, frozenset(), skipped), skipped))
            for document in writable(documents, skipped)
        )
        write_list(path, records)


def _record(document: Document, skipped: SkippedData) -> dict[str, Any]:
    return {
        "tokens": list(document.tokens),
        "entities": [
            {"type": item.label, "start": item.span.start, "end": item.span.end}
            for item in document.entities
        ],
        "relations": [
            {"type": item.label, "head": item.head, "tail": item.tail}
            for item in document.relations
        ],
        **extra_keys(document, KEYS, skipped),
        "orig_id": written_id(document, "orig_id"),
    }

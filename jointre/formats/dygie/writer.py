"""The writer of DyGIE++'s format."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, final

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats.common.files import write_lines
from jointre.formats.common.supported import plain
from jointre.formats.common.writable import writable
from jointre.formats.dygie.record import record_of
from jointre.formats.writer import Writer

_HELD = frozenset({"sentences", "clusters"})


@final
@Writer.register("dygie")
class DygieWriter(Writer):
    """Writes one record per document; entities with several mentions become clusters.

    Paper: https://arxiv.org/abs/1909.03546
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".json")

    def __init__(self) -> None:
        pass

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        records = (
            (f"document {document.id!r}", record_of(plain(document, _HELD, skipped), skipped))
            for document in writable(documents, skipped)
        )
        write_lines(path, records)

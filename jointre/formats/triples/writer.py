"""The writer of triple lists."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Literal, final

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats.common.files import write_list
from jointre.formats.common.supported import plain
from jointre.formats.common.writable import writable
from jointre.formats.triples.record import Occurrence, record_of
from jointre.formats.writer import Writer


@final
@Writer.register("triples")
class TriplesWriter(Writer):
    """Writes one list of ``id``, ``text`` and ``triple_list``, unaligned triples last.

    Labels of entities and entities in no relation cannot be written, and relations of repeated
    words may be read at other places; all of this is counted.

    Paper: https://aclanthology.org/P18-1047

    Args:
        entity_label: Label that the reader will give to all entities.
        occurrence: Which occurrence of a repeated name the reader will use, see
            :class:`TriplesReader`.
    """

    unit: ClassVar[Literal["sentence", "document"]] = "sentence"

    def __init__(self, entity_label: str = "Entity", occurrence: Occurrence = "closest") -> None:
        self.entity_label = entity_label
        self.occurrence: Occurrence = occurrence

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        records = (
            (
                f"document {document.id!r}",
                record_of(
                    plain(document, frozenset(), skipped),
                    self.entity_label,
                    self.occurrence,
                    skipped,
                ),
            )
            for document in writable(documents, skipped)
        )
        write_list(path, records)

"""Writing with the counts as a result."""

from collections.abc import Iterable
from pathlib import Path

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats import Writer


def write(writer: Writer, documents: Iterable[Document], path: Path) -> SkippedData:
    """What the format could not hold."""
    skipped = SkippedData()
    writer.write(documents, path, skipped)
    return skipped

"""What ``jointre predict`` reads: texts, records, standard input."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from jointre.cli.options import tell
from jointre.data.parts import Part, parts

if TYPE_CHECKING:
    from jointre.data.schema import Document
    from jointre.inference import Predictor

STDIN = Path("-")


def is_text(path: Path) -> bool:
    """Whether the file's name says that it holds text, not records."""
    return not path.name.removesuffix(".gz").endswith(".jsonl")


def read(
    sources: Sequence[Path], format: str | None, part: Part | None, predictor: "Predictor"
) -> Iterator["Document"]:
    """The documents of files and of standard input, one at a time.

    Args:
        sources: files, or ``STDIN``.
        format: name of the reader of all files; by default the names tell texts from records.
        part: of a text that is a document; by default the file, of which a line tells where that
            matters.
        predictor: that will read them.

    Raises:
        DataError: a file cannot be read.
    """
    from jointre.data.readers import Reader
    from jointre.data.readers.files import read_text

    for path in sources:
        if path == STDIN:
            yield from _documents(_stdin(), "stdin", part, predictor)
        elif format is None and is_text(path):
            yield from _documents(read_text(path), path.name, part, predictor)
        else:
            reader = Reader.by_name(format or "jsonl")()
            yield from reader.read(path)
            for line in reader.losses.lines():
                tell(f"{path}: {line}")


def _documents(
    text: str, name: str, part: Part | None, predictor: "Predictor"
) -> Iterator["Document"]:
    if part is None and predictor.model.unit == "document":
        lines, paragraphs = (sum(1 for _ in parts(text, some)) for some in ("line", "paragraph"))
        if lines > 1:
            tell(
                f"{name}: {lines} lines in {paragraphs} paragraphs, read as one document; say "
                "--documents file, paragraph or line"
            )
    for line, some in parts(text, part or "file"):
        yield predictor.read(some, f"{name}:{line}" if part in ("paragraph", "line") else name)


def _stdin() -> str:
    from jointre.errors import DataError

    try:
        text: str = typer.get_binary_stream("stdin").read().decode()
    except UnicodeDecodeError as error:
        raise DataError(f"standard input: not UTF-8 at byte {error.start}") from error
    return text

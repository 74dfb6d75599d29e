"""Counts of correct, predicted and gold items of each document, from which F1 can be computed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int

from jointre.atomic import written_file
from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Counts


class Row(NamedTuple):
    """What is counted: a block of a report, and in it a label, ``"micro"`` or ``"macro"``."""

    block: str
    label: str


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """The counts of one document.

    Args:
        document: Id of the document.
        counts: Correct, predicted and gold items by block and label.
    """

    document: str
    counts: Mapping[Row, Counts]

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain data: block → label → three numbers."""
        blocks: dict[str, dict[str, list[int]]] = {}
        for row, counts in self.counts.items():
            blocks.setdefault(row.block, {})[row.label] = list(counts)
        return {"document": self.document, "counts": blocks}


def document_counts(
    metric: Metric, gold: Sequence[Document], predicted: Sequence[Document]
) -> list[DocumentCounts]:
    """The counts of each document, for the blocks that a protocol reports.

    Args:
        metric: The scoring protocol.
        gold: Annotated documents.
        predicted: The same documents in the same order, as predicted.

    Raises:
        DataError: The documents do not belong together, or have something that the protocol does
            not define.
    """
    return [
        DocumentCounts(
            document.id,
            {
                Row(block, label): counts
                for block, tally in blocks.items()
                if block in metric.reported
                for label, counts in tally.items()
            },
        )
        for document, blocks in zip(gold, metric.tallies(gold, predicted), strict=True)
    ]


def write_counts(path: Path, counts: Iterable[DocumentCounts]) -> None:
    """Write counts as lines of JSON; the file is complete at every moment.

    Args:
        path: File to write.
        counts: Counts of each document.

    Raises:
        OSError: The file cannot be written.
    """
    with written_file(path) as work:
        lines = (json.dumps(each.to_dict(), ensure_ascii=False) + "\n" for each in counts)
        work.write_text("".join(lines), encoding="utf-8")


def read_counts(path: Path) -> list[DocumentCounts]:
    """Read what :func:`write_counts` wrote.

    Args:
        path: File to read.

    Raises:
        DataError: The file cannot be read, or a line of it is something else.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(_parsed(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DataError(
                f"{path}:{number}: not the counts of a document ({type(error).__name__}: {error})"
            ) from error
    return found


def _parsed(record: Any) -> DocumentCounts:
    counts = {
        Row(block, label): Counts(*map(int, values))
        for block, labels in record["counts"].items()
        for label, values in labels.items()
    }
    return DocumentCounts(str(record["document"]), counts)


def as_array(
    counts: Sequence[DocumentCounts], rows: Sequence[Row]
) -> Int[np.ndarray, "documents rows 3"]:
    """The counts as an array; 0 where a document has none of a label.

    Args:
        counts: Counts of each document.
        rows: Blocks and labels, in the order of the array.
    """
    array = np.zeros((len(counts), len(rows), 3), np.int64)
    number = {row: i for i, row in enumerate(rows)}
    for document, each in enumerate(counts):
        for row, value in each.counts.items():
            array[document, number[row]] = value
    return array

"""Counts of documents: those of the scores, and the same again from their file."""

from pathlib import Path

import numpy as np
import pytest

from jointre.errors import DataError
from jointre.evaluation.document_counts import (
    Row,
    as_array,
    document_counts,
    read_counts,
    write_counts,
)
from jointre.evaluation.protocols.spert import SpertMetric
from jointre.testing.tiny import tiny_documents

SPERT = SpertMetric(frozenset())


def test_written_and_read_again(tmp_path: Path) -> None:
    """They add up to the counts of the report."""
    gold = tiny_documents()
    counts = document_counts(SPERT, gold, gold)
    assert [each.document for each in counts] == [document.id for document in gold]
    write_counts(tmp_path / "c.jsonl", counts)
    again = read_counts(tmp_path / "c.jsonl")
    assert again == counts
    rows = sorted({row for each in again for row in each.counts})
    array = as_array(again, rows)
    entity = [number for number, row in enumerate(rows) if row.block == "entity"]
    support = SPERT.score(gold, gold).blocks["entity"].support
    assert array[:, entity].sum((0, 1)).tolist() == [support] * 3
    assert as_array(again[:0], rows).shape == (0, len(rows), 3)
    assert isinstance(rows[0], Row)
    assert array.dtype == np.int64


@pytest.mark.parametrize(
    "line", ["nothing", "[]", '{"document": "a"}', '{"document": "a", "counts": {"e": {"A": [1]}}}']
)
def test_files_of_something_else(line: str, tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(f'{{"document": "a", "counts": {{}}}}\n{line}\n')
    with pytest.raises(DataError, match=f"{path}:2: not the counts of a document"):
        read_counts(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_counts(tmp_path / "none.jsonl")

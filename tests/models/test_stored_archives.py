"""Archives of earlier versions load and predict the numbers they predicted then."""

from pathlib import Path

import pytest

from jointre.data.mentions import in_reading_order
from jointre.data.schema import Document
from jointre.formats import Reader
from jointre.inference import Predictor

STORED = Path(__file__).parents[2] / "fixtures" / "archives"
FOLDERS = sorted(path.parent for path in STORED.glob("*/archive"))


def read(path: Path) -> list[Document]:
    return list(Reader.by_name("jsonl")().read(path))


def scores(documents: list[Document]) -> list[float]:
    """Every probability of the documents, in order."""
    return [
        score
        for document in documents
        for item in (*document.entities, *document.relations)
        for score in (item.score, *(getattr(item, "mention_scores", None) or ()))
        if score is not None
    ]


def test_there_is_an_archive_of_each_model() -> None:
    assert {folder.name.partition("_")[0] for folder in FOLDERS} == {"span", "table", "document"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_predictions_are_the_same(folder: Path) -> None:
    # The stored files have the decoder's order; predictions are in reading order since.
    expected = [in_reading_order(one) for one in read(folder / "predictions.jsonl")]
    found = Predictor.load(folder / "archive", device="cpu").documents(
        read(folder / "documents.jsonl")
    )
    assert any(document.relations for document in expected)
    assert found == expected  # scores take no part in equality
    assert scores(found) == pytest.approx(scores(expected), abs=1e-5)

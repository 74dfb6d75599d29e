"""Batches for the table model: gold cells, nothing, or the given entities."""

from pathlib import Path

import torch

from jointre.config import Factory, construct
from jointre.models import Model
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_vocabulary, tiny_words
from tests.tiny_runs import table_model


def model_of(folder: Path) -> Model:
    encoder = tiny_encoder(folder, tiny_words(), hidden=8, layers=1, heads=2)
    return construct(Factory[Model], table_model(encoder), "model")(vocabulary=tiny_vocabulary())


def test_what_each_mode_gives(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    documents = [document for document in tiny_documents() if document.tokens]
    batches = {}
    for mode in ("train", "predict", "given"):
        preparer = model.preparer(mode)  # type: ignore[arg-type]
        batches[mode] = preparer([preparer.item(i, one) for i, one in enumerate(documents)])
    train, predict, given = batches.values()
    assert train.entity_cells is not None
    assert train.relation_cells is not None
    assert len(train.entity_cells) == sum(len(one.entities) for one in documents)
    assert len(train.relation_cells) == sum(len(one.relations) for one in documents)
    assert train.spans is None
    assert predict.entity_cells is predict.relation_cells is predict.spans is None
    assert given.spans is not None
    assert given.entity_cells is None
    assert torch.equal(given.spans.unit.unique(), torch.tensor([0, 1, 3, 4]))


def test_long_units_are_alone_in_their_batch(tmp_path: Path) -> None:
    preparer = model_of(tmp_path).preparer("predict")
    assert preparer.max_cells is not None
    assert 100**2 < preparer.max_cells < 2 * 400**2

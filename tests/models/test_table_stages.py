"""Batches for the table model: gold cells, nothing, or the given entities."""

from pathlib import Path

import torch

from jointre.config import Factory, construct
from jointre.models import Model
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_vocabulary, tiny_words
from tests.models.prepared import stages_of, training_batch
from tests.tiny_runs import table_model


def model_of(folder: Path) -> Model:
    encoder = tiny_encoder(folder, tiny_words(), hidden=8, layers=1, heads=2)
    return construct(Factory[Model], table_model(encoder), "model")(vocabulary=tiny_vocabulary())


def test_what_each_mode_gives(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    documents = [document for document in tiny_documents() if document.tokens]
    train = training_batch(model, documents)
    assert len(train.targets.entity_cells) == sum(len(one.entities) for one in documents)
    assert len(train.targets.relation_cells) == sum(len(one.relations) for one in documents)
    assert (train.stages.whole, train.stages.given) == (True, None)
    predict = stages_of(model, "predict", documents)
    assert (predict.whole, predict.given) == (False, None)
    given = stages_of(model, "given", documents)
    assert not given.whole
    assert torch.equal(given.given.spans.unit.unique(), torch.tensor([0, 1, 3, 4]))
    assert torch.equal(given.given.mentions.rows, torch.arange(len(given.given.spans)))


def test_long_units_are_alone_in_their_batch(tmp_path: Path) -> None:
    preparer = model_of(tmp_path).preparer("predict")
    assert preparer.max_cells is not None
    assert 100**2 < preparer.max_cells < 2 * 400**2

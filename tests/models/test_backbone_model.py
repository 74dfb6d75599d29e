"""What the span, table and document models share."""

from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.models import BackboneModel, Model
from jointre.testing.contracts.model import training_batch
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_vocabulary, tiny_words
from tests.tiny_runs import document_model, table_model


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    return tiny_encoder(folder, tiny_words(), hidden=8, layers=1, heads=2)


def sections(encoder: Path) -> list[dict[str, Any]]:
    span = {
        "type": "span",
        "encoder": {"type": "transformer", "model_name": str(encoder)},
        "projection": "identity",
        "interaction": "none",
    }
    return [span, table_model(encoder), document_model(encoder)]


@pytest.mark.parametrize("number", range(3))
def test_parts(encoder: Path, number: int) -> None:
    factory: Factory[Model] = construct(Factory[Model], sections(encoder)[number], "model")
    model = factory(vocabulary=tiny_vocabulary())
    assert isinstance(model, BackboneModel)
    assert model.encoder is model.backbone.encoder
    pretrained = {id(parameter) for parameter in model.encoder_parameters()}
    named = {name for name, parameter in model.named_parameters() if id(parameter) in pretrained}
    assert named == {name for name, _ in model.named_parameters() if ".encoder." in name}
    assert list(model.classifiers) == list(model.prototypes) == ["entity", "relation"]
    for task, classifier in model.classifiers.items():
        assert model.prototypes[task] is classifier.prototypes


@pytest.mark.parametrize("number", range(3))
def test_adjusting_reaches_the_decoder(encoder: Path, number: int) -> None:
    factory: Factory[Model] = construct(Factory[Model], sections(encoder)[number], "model")
    model = factory(vocabulary=tiny_vocabulary())
    assert isinstance(model, BackboneModel)
    label = tiny_vocabulary().relation_labels[0]
    model.adjust({label: 0.9}, "flat")
    assert model.decoder.relation_thresholds[0] == 0.9
    with pytest.raises(ConfigError, match="the model has no label 'Nowhere'"):
        model.adjust({"Nowhere": 0.5}, None)


@pytest.mark.parametrize("number", range(2))
def test_weights_of_the_tasks(encoder: Path, number: int) -> None:
    """They multiply the losses and change nothing else."""
    units = [document for document in tiny_documents() if document.tokens]
    losses = []
    for weights in ({}, {"loss_weights": {"entity": 3.0, "relation": 0.5}}):
        section = sections(encoder)[number] | weights
        torch.manual_seed(1)
        model: Model = construct(Factory[Model], section)(vocabulary=tiny_vocabulary())
        batch = training_batch(model.eval(), units)
        losses.append(model.losses(model(batch.stages), batch.targets))
    plain, weighted = losses
    assert plain["entity"] > 0
    assert plain["relation"] > 0
    assert weighted == {"entity": 3.0 * plain["entity"], "relation": 0.5 * plain["relation"]}

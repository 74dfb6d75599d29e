"""The dropout on entity representations is there, in training only, and reaches both readers."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from jointre.config import Factory, construct
from jointre.models import Model
from jointre.testing.tiny import tiny_encoder, tiny_texts, tiny_vocabulary, tiny_words
from tests.tiny_runs import document_model


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """All dropout but that of the entities is 0 or off."""
    encoder = tiny_encoder(tmp_path, tiny_words(), layers=1, hidden=16)
    config = document_model(encoder, entity_dropout=0.5, token_refiners=[], span_refiners=[])
    torch.manual_seed(0)
    built: Model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    built.train()
    built.encoder.eval()
    return built


def entities_read(model: Any, seed: int) -> tuple[Tensor, Tensor]:
    """The entity representations that the entity classifier and the pair encoder read."""
    read: list[Tensor] = []
    hooks = [
        model.entity_classifier.register_forward_pre_hook(
            lambda _, inputs: read.append(inputs[0][0].values)
        ),
        model.pair_encoder.register_forward_pre_hook(
            lambda _, inputs: read.append(inputs[1].entities)
        ),
    ]
    preparer = model.training_preparer()
    units = [document for document in tiny_texts() if document.tokens]
    torch.manual_seed(seed)
    with torch.no_grad():
        model(preparer([preparer.item(i, unit) for i, unit in enumerate(units)]).stages)
    for hook in hooks:
        hook.remove()
    return read[0], read[1]


def test_entities_are_dropped_out_in_training(model: Model) -> None:
    dropped, in_pairs = entities_read(model, 1)
    other, _ = entities_read(model, 2)
    model.eval()
    whole, _ = entities_read(model, 1)
    assert len(whole) > 1
    assert bool(whole.all())
    left = dropped != 0
    assert 0.3 < left.float().mean() < 0.7
    torch.testing.assert_close(dropped[left], 2 * whole[left])
    assert torch.equal(in_pairs, dropped)
    assert not torch.equal(dropped, other)

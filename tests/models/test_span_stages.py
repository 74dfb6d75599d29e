"""Stages of the span model: sampled, proposed, or the given entities."""

from pathlib import Path
from typing import Any

import torch

from jointre.config import Factory, construct
from jointre.data.schema import Document, Entity, Span
from jointre.models import Model
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_vocabulary, tiny_words
from tests.models.prepared import stages_of, training_batch

UNITS = [document for document in tiny_documents() if document.tokens]


def model_of(folder: Path, **options: Any) -> Model:
    encoder = tiny_encoder(folder, tiny_words(), hidden=8, layers=1, heads=2)
    config = {
        "type": "span",
        "encoder": {"type": "transformer", "model_name": str(encoder)},
        "projection": "identity",
        "interaction": "none",
        "span_enumerator": {"type": "all_spans", "max_width": 2},
        "sampler": {"type": "span", "entity_negatives": 3, "relation_negatives": 2},
        **options,
    }
    return construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())


def test_training_gives_candidates_with_targets(tmp_path: Path) -> None:
    batch = training_batch(model_of(tmp_path), UNITS)
    stages, targets = batch.stages, batch.targets
    assert len(stages.spans) == len(targets.entities)
    assert len(stages.pairs) == len(targets.relations)
    classes = targets.entities[stages.mentions.rows]
    assert stages.mentions.labels.tolist() == (classes - 1).tolist()  # the gold types
    mentions = targets.entities[stages.mentions.rows]
    assert len(mentions) == sum(len(unit.entities) for unit in UNITS)
    assert (mentions > 0).all()


def test_prediction_proposes_spans(tmp_path: Path) -> None:
    stages = stages_of(model_of(tmp_path), "predict", UNITS)
    words = [len(unit.tokens) for unit in UNITS]
    assert len(stages.spans) == sum(size + max(0, size - 1) for size in words)
    assert (stages.mentions, stages.pairs) == (None, None)


def test_given_entities_are_the_only_spans(tmp_path: Path) -> None:
    """-1 where the model is to choose the label."""
    entities = (Entity(None, (Span(1, 3),)), Entity("Org", (Span(0, 1),)))
    unit = Document("d", ("a", "b", "c"), entities=entities)
    stages = stages_of(model_of(tmp_path), "given", [unit, Document("e", ("a",))])
    assert stages.spans.start.tolist() == [1, 0]
    assert stages.spans.end.tolist() == [3, 1]
    assert torch.equal(stages.mentions.rows, torch.arange(2))
    assert stages.mentions.labels[0] == -1
    assert stages.pairs is None

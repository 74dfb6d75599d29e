"""Small models with attention to look at, their weights random."""

from pathlib import Path
from typing import Any

import torch

from jointre.config import Factory, construct
from jointre.data.schema import Document
from jointre.models import Model
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_texts, tiny_vocabulary

CTAM = {"type": "ctam", "heads": 4}
FLOW = {"type": "memory_flow"}


def encoder_of(folder: Path, **options: Any) -> dict[str, Any]:
    """A tiny encoder that knows the words of all tiny documents."""
    words = {word for one in [*tiny_documents(), *tiny_texts()] for word in one.tokens}
    return {"type": "transformer", "model_name": str(tiny_encoder(folder, words)), **options}


def build(type: str, encoder: dict[str, Any], **options: Any) -> Model:
    """A model of this type, in evaluation mode; ``options`` are keys of its config."""
    torch.manual_seed(0)
    config = {"type": type, "encoder": encoder, **options}
    model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    return model.eval().requires_grad_(False)


def span_model(encoder: dict[str, Any], **options: Any) -> Model:
    """SINET with random weights."""
    defaults = {"projection": "linear", "interaction": CTAM, "width_dim": 4}
    return build("span", encoder, **(defaults | options))


def document_model(encoder: dict[str, Any], **options: Any) -> Model:
    """The memory model with random weights."""
    defaults = {"token_refiners": [FLOW], "width_dim": 4}
    return build("document", encoder | {"special_tokens": False}, **(defaults | options))


def batch_of(model: Model, *units: Document) -> Any:
    """Units, prepared for prediction."""
    preparer = model.preparer("predict")
    return preparer([preparer.item(number, unit) for number, unit in enumerate(units)])

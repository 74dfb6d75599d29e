"""Units prepared for a model, in training or prediction."""

from collections.abc import Sequence
from typing import Any, Literal

from jointre.data.schema import Document
from jointre.models.model import Model, TrainingBatch

Mode = Literal["train", "predict", "given"]


def training_batch(
    model: Model, units: Sequence[Document], epoch: int = 0, seed: int = 0
) -> TrainingBatch:
    """A batch of the units to train on."""
    prepare = model.training_preparer(seed)
    return prepare([prepare.item(index, unit) for index, unit in enumerate(units)], epoch)


def stages_of(model: Model, mode: Mode, units: Sequence[Document]) -> Any:
    """What the model reads of the units."""
    if mode == "train":
        return training_batch(model, units).stages
    prepare = model.preparer(mode)
    return prepare([prepare.item(index, unit) for index, unit in enumerate(units)])

"""Which parts go together: losses with classifiers and candidates, samplers with models."""

from typing import Literal

from jointre.data.samplers import Sampler
from jointre.errors import ConfigError
from jointre.nn.classifiers import Classifier
from jointre.nn.losses import Loss, SingleLabelLoss

Labels = Literal["any", "one", "one or none"]


def check_head(task: str, classifier: Classifier, loss: Loss, labels: Labels) -> None:
    """Refuse a loss that a task's classifier or candidates do not fit.

    Args:
        task: ``"entity"`` or ``"relation"``, as in the names of the options.
        classifier: of the task.
        loss: of the task.
        labels: that a candidate has in training: ``"any"`` number, multi-hot; exactly
            ``"one"``; or ``"one or none"``, class 0.

    Raises:
        ConfigError: the loss needs cosines and the classifier gives none, or its classes
            are not those of the candidates.
    """
    name = f"{task}_loss {loss.registered_name!r}"
    if loss.needs_cosines and not classifier.gives_cosines:
        choices = [n for n in Classifier.names() if Classifier.by_name(n).gives_cosines]
        raise ConfigError(
            f"{name} compares cosines, which {task}_classifier {classifier.registered_name!r} "
            f"does not give: take {' or '.join(map(repr, choices))}"
        )
    if not isinstance(loss, SingleLabelLoss):
        if labels != "any":
            raise ConfigError(
                f"{name} allows any number of labels, but here a candidate has {labels}: take "
                "'softmax' or 'arcface'"
            )
    elif loss.none_class == (labels == "one"):
        needed, why = ("false", "always has a") if labels == "one" else ("true", "may have no")
        raise ConfigError(f"{name} must have none_class {needed}: here a candidate {why} label")


def check_sampler(sampler: type[Sampler], unit: Literal["sentence", "document"]) -> None:
    """Refuse a sampler that does not sample from a model's units.

    Args:
        sampler: its class, before it is built.
        unit: what the model works on.

    Raises:
        ConfigError: the sampler works on the other kind.
    """
    if sampler.unit != unit:
        choices = [name for name in Sampler.names() if Sampler.by_name(name).unit == unit]
        raise ConfigError(
            f"sampler {sampler.registered_name!r} samples from {sampler.unit}s, but this model "
            f"works on {unit}s: take {' or '.join(map(repr, choices))}"
        )

"""Checks that parts fit together: losses with classifiers and candidates, parts with models."""

from typing import Any, Literal, TypeVar

from jointre.config import Factory, Registrable
from jointre.data.context import Context, Pairs
from jointre.errors import ConfigError
from jointre.nn.classifiers import Classifier
from jointre.nn.encoders import Encoder
from jointre.nn.losses import Loss, SingleLabelLoss

Labels = Literal["any", "one", "one or none"]
K = TypeVar("K", bound=Registrable)


def check_head(task: str, classifier: Classifier, loss: Loss, labels: Labels) -> None:
    """Refuse a loss that a task's classifier or candidates do not fit.

    Args:
        task: Task, ``"entity"`` or ``"relation"``, as in the names of the options.
        classifier: Classifier of the task.
        loss: Loss of the task.
        labels: How many labels a candidate has in training: ``"any"`` number, multi-hot;
            exactly ``"one"``; or ``"one or none"``, class 0.

    Raises:
        ConfigError: The loss needs cosines and the classifier gives none, or its classes
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


def check_context(context: Context, encoder: Encoder) -> None:
    """Refuse a context that an encoder cannot read.

    Args:
        context: What the encoder is to read of a document for one of its sentences.
        encoder: The encoder.

    Raises:
        ConfigError: The window of a sentence is longer than the encoder's, or the windows of a
            document cannot overlap as the encoder's stride says.
    """
    special = 2 * encoder.special_tokens
    if isinstance(context, int) and context > encoder.max_pieces:
        raise ConfigError(
            f"context={context}: the encoder reads at most {encoder.max_pieces} pieces at once; "
            f"take a number up to {encoder.max_pieces}, or 'document'"
        )
    if context == "document" and encoder.stride >= encoder.max_pieces - special:
        raise ConfigError(
            "context='document' reads long documents in overlapping windows, so "
            f"encoder.stride={encoder.stride} must be less than a window's "
            f"{encoder.max_pieces - special} pieces"
        )


def check_pairs(pairs: Pairs, encoder: Encoder) -> None:
    """Refuse pairs across sentences with an encoder that truncates.

    Args:
        pairs: Which mentions are paired.
        encoder: The encoder.

    Raises:
        ConfigError: Pairs cross sentences, of which the encoder would skip words.
    """
    if pairs != "sentence" and encoder.long_inputs == "truncate":
        raise ConfigError(
            f"pairs={pairs!r} reads all words of a document, but "
            "encoder.long_inputs='truncate' skips words: take 'windows'"
        )


def of_kind(factory: Factory[Any], kind: type[K], option: str) -> Factory[K]:
    """The factory of a part that must be of one kind among those of its interface.

    Args:
        factory: The part with its options.
        kind: A class that inherits from the interface.
        option: Name of the option, for the message.

    Raises:
        ConfigError: The part is of another kind.
    """
    if not issubclass(factory.type, kind):
        names = [name for name in kind.names() if issubclass(kind.by_name(name), kind)]
        raise ConfigError(
            f"{option} {factory.type.registered_name!r} does not fit this model; take "
            f"{' or '.join(map(repr, names))}"
        )
    return factory

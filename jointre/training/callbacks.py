"""Training callbacks: components that act on a model in the course of its training."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, final

import regex
import torch
from annotated_types import Ge, Gt, Le, Lt
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from jointre.config import Registrable
from jointre.data.annotation import Entity, Span
from jointre.data.nearest import did_you_mean
from jointre.data.schema import Document
from jointre.errors import ConfigError
from jointre.models import Model
from jointre.nn.classifiers import Classifier
from jointre.nn.refiners import Refiner
from jointre.nn.split_linear import FeatureBlock, SplitLinear


class TrainingCallback(Registrable, interface="callback"):
    """Training callback: acts on a model at fixed points of its training.

    The events are :meth:`start`; :meth:`before_update` and :meth:`after_update` around every
    update; :meth:`before_evaluation` and :meth:`after_evaluation` around the scoring of dev and the
    saving of the model at the end of every epoch; and :meth:`end`. By default they do nothing.
    Callbacks act in the order of the list, ``after_evaluation`` in the reverse order.

    A recovered training repeats the interrupted epoch with the same steps. Therefore a callback
    should depend only on these, on the model's state dict and on its own :meth:`state_dict`. Each
    training needs a new object.

    Every event has the same arguments: the model, the number of finished updates (``step``), and
    the number of updates of the whole training (``total``).
    """

    def check(self, model: Model) -> None:
        """Called once, before anything is written.

        Args:
            model: The model to be trained.

        Raises:
            ConfigError: The model lacks what the callback changes.
        """

    def start(self, model: Model, step: int, total: int) -> None:
        """Called before the first update, and before the first one after a recovery.

        Args:
            model: The model, on its device.
            step: Number of finished updates; not 0 after a recovery.
            total: Number of updates of the whole training.
        """

    def before_update(self, model: Model, step: int, total: int) -> None:
        """Called before the first batch of each update.

        Args:
            model: The model, in training mode.
            step: Number of finished updates.
            total: Number of updates of the whole training.
        """

    def after_update(self, model: Model, step: int, total: int) -> None:
        """Called when an update has changed the weights.

        Args:
            model: The model, in training mode.
            step: Number of finished updates, this one included.
            total: Number of updates of the whole training.
        """

    def before_evaluation(self, model: Model, step: int, total: int) -> None:
        """Called before the model is scored on dev and saved as an archive.

        Args:
            model: The model.
            step: Number of finished updates.
            total: Number of updates of the whole training.
        """

    def after_evaluation(self, model: Model, step: int, total: int) -> None:
        """Called after both; it must undo what :meth:`before_evaluation` did to the weights.

        Args:
            model: The model.
            step: Number of finished updates.
            total: Number of updates of the whole training.
        """

    def end(self, model: Model, step: int, total: int) -> None:
        """Called after the last update; the weights that it leaves are those of the last epoch.

        spaCy does not say when its training ends, so there this event does not occur.

        Args:
            model: The model.
            step: Number of finished updates.
            total: Number of updates of the whole training.
        """

    def state_dict(self) -> dict[str, Any]:
        """What :meth:`load_state_dict` needs to continue: tensors, numbers, strings, lists, dicts.

        It is taken at the end of an epoch, after :meth:`after_evaluation`.
        """
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint; called before :meth:`start`.

        Args:
            state: What :meth:`state_dict` returned; its tensors may be on another device.
        """


@final
@TrainingCallback.register("memory_warmup")
class MemoryWarmup(TrainingCallback):
    """Keeps refiners inactive in the first updates.

    While inactive they change nothing and learn nothing; the classifiers whose prototypes
    they will read train all the time. Dev is scored with the refiners as they were in the
    last update.

    Paper: https://arxiv.org/abs/2307.11762

    Args:
        proportion: Share of all updates, rounded down; 1: the refiners are never active.
        steps: Number of updates. Give this or ``proportion``.

    Raises:
        ConfigError: Neither is given, or both are.
    """

    def __init__(
        self,
        proportion: Annotated[float, Ge(0), Le(1)] | None = None,
        steps: Annotated[int, Ge(0), Le(1_000_000_000)] | None = None,
    ) -> None:
        if (proportion is None) == (steps is None):
            given = "none" if proportion is None else f"both, {proportion} and {steps}"
            raise ConfigError(
                "memory_warmup takes either proportion (share of all updates, 0..1) or steps "
                f"(number of updates), not {given}"
            )
        self.proportion, self.steps = proportion, steps

    def check(self, model: Model) -> None:
        """The model must have refiners."""
        if not _refiners(model):
            raise ConfigError(
                "training.callbacks: memory_warmup lets refiners rest, but the model has none; "
                f"add one ({', '.join(Refiner.names())}) to model.token_refiners or "
                "model.span_refiners, or leave memory_warmup out"
            )

    def before_update(self, model: Model, step: int, total: int) -> None:
        """Activate the refiners when the warm-up is over."""
        for refiner in _refiners(model):
            refiner.active.fill_(step >= self._warmup(total))

    def _warmup(self, total: int) -> int:
        return int(total * self.proportion) if self.proportion is not None else self.steps or 0


def _refiners(model: Model) -> list[Refiner]:
    return [module for module in model.modules() if isinstance(module, Refiner)]


@final
@TrainingCallback.register("ema")
class ExponentialMovingAverage(TrainingCallback):
    """Scores and saves the exponential moving average of the weights over the updates.

    After update ``n``, ``average ← d · average + (1 - d) · weights`` with
    ``d = min(decay, (1 + n) / (10 + n))``, or ``d = decay`` without ``warmup``. Training continues
    with the weights themselves. Dev is scored with the averages, and the archive contains them.
    Frozen parameters and buffers are not averaged: those of the last update are used.

    Paper: https://arxiv.org/abs/1703.01780

    Args:
        decay: Share of the average that each update keeps; the average covers about
            ``1 / (1 - decay)`` updates.
        warmup: Lower the decay in the first updates, so that the untrained weights are soon
            forgotten. Without it, that takes a few times ``1 / (1 - decay)`` updates.
    """

    def __init__(self, decay: Annotated[float, Ge(0), Lt(1)] = 0.999, warmup: bool = True) -> None:
        self.decay, self.warmup = decay, warmup
        self._averages: dict[str, Tensor] = {}

    def start(self, model: Model, step: int, total: int) -> None:
        """Begin with the model's weights, or continue with the recovered averages."""
        self._averages = {
            name: self._averages.get(name, value).detach().to(value.device, copy=True)
            for name, value in _trained(model)
        }

    @torch.no_grad()
    def after_update(self, model: Model, step: int, total: int) -> None:
        """Average the new weights."""
        decay = min(self.decay, (1 + step) / (10 + step)) if self.warmup else self.decay
        weights = [value.detach() for _, value in _trained(model)]
        average = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        average(list(self._averages.values()), weights, step)

    def before_evaluation(self, model: Model, step: int, total: int) -> None:
        """Put the averages into the model."""
        self._exchange(model)

    def after_evaluation(self, model: Model, step: int, total: int) -> None:
        """Put the weights back into the model, bit for bit."""
        self._exchange(model)

    def end(self, model: Model, step: int, total: int) -> None:
        """Leave the averages in the model."""
        self._exchange(model)

    @torch.no_grad()
    def _exchange(self, model: Model) -> None:
        """Exchange the contents in place: the optimizer refers to the parameters."""
        for name, value in _trained(model):
            average = self._averages[name]
            weights = value.detach().clone()
            value.copy_(average)
            average.copy_(weights)

    def state_dict(self) -> dict[str, Any]:
        """The averages."""
        return {"averages": dict(self._averages)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue with the averages of a checkpoint."""
        self._averages = dict(state["averages"])


def _trained(model: Model) -> Iterator[tuple[str, nn.Parameter]]:
    """The parameters that are not frozen, by name."""
    return ((name, value) for name, value in model.named_parameters() if value.requires_grad)


@final
@TrainingCallback.register("label_names")
class LabelNames(TrainingCallback):
    """Starts the classifiers with vectors of what their labels mean, instead of random ones.

    The model reads the words of each label ("works for" for ``works_for``) as if they were a
    mention, and the words of each relation label as if they stood between two mentions. The
    features that the classifier of the task would score, minus their mean over the labels, become
    the label's row of the last Linear. Rows of the class "no label" stay random. This can help
    where there are few examples per label.

    Paper: https://aclanthology.org/2022.findings-acl.155

    Args:
        descriptions: Words for labels whose names say little, by label, for example
            ``{"PER": "person"}``; other labels are described by the words of their names.
        scale: Euclidean norm of each row.

    Raises:
        ConfigError: A description is of a label that the model does not have, or the model's
            classifiers do not score features of spans and pairs by a Linear.
    """

    def __init__(
        self,
        descriptions: Mapping[str, str] | None = None,
        scale: Annotated[float, Gt(0), Le(1000)] = 1.0,
    ) -> None:
        self.descriptions, self.scale = dict(descriptions or {}), scale

    def check(self, model: Model) -> None:
        """The descriptions must be of labels, and the model must score spans and pairs."""
        labels = (*model.vocabulary.entity_labels, *model.vocabulary.relation_labels)
        for label in self.descriptions:
            if label not in labels:
                raise ConfigError(
                    f"training.callbacks: label_names describes {label!r}, which is not a label of "
                    f"the training data: {', '.join(labels)}{did_you_mean(label, labels)}"
                )
        outputs = [_output(classifier) for classifier in model.classifiers.values()]
        if not outputs or None in outputs or model.registered_name not in _SPAN_FAMILIES:
            raise ConfigError(
                "training.callbacks: label_names needs a model of spans or documents "
                f"({', '.join(_SPAN_FAMILIES)}) whose classifiers end with a Linear (linear, "
                "feedforward); leave it out, or change model.type or the classifiers"
            )

    @torch.no_grad()
    def start(self, model: Model, step: int, total: int) -> None:
        """Set the rows of the labels, unless the training was recovered."""
        if step:
            return
        training = model.training
        model.eval()
        vocabulary = model.vocabulary
        units = {
            "entity": [_as_mention(self.words(name)) for name in vocabulary.entity_labels],
            "relation": [
                _between_mentions(self.words(name)) for name in vocabulary.relation_labels
            ],
        }
        for task, classifier in model.classifiers.items():
            if units[task]:
                self._set_rows(model, classifier, units[task])
        model.train(training)

    def words(self, label: str) -> tuple[str, ...]:
        """The words that describe a label.

        Args:
            label: Entity or relation label.

        Example:
            >>> LabelNames().words("OtherScientificTerm"), LabelNames().words("works_for")
            (('other', 'scientific', 'term'), ('works', 'for'))
        """
        if label in self.descriptions:
            return tuple(self.descriptions[label].split()) or (label,)
        return tuple(word.lower() for word in _WORD.findall(label)) or (label,)

    def _set_rows(self, model: Model, classifier: Classifier, units: Sequence[Document]) -> None:
        output = _output(classifier)
        assert output is not None  # checked before the training
        rows = torch.stack([_features(model, output, unit) for unit in units])
        rows = rows - rows.mean(0)
        rows = self.scale * nn.functional.normalize(rows, dim=1)
        different = rows.norm(dim=1) > 0  # not so for a single label, which is its own mean
        weight = output.weight[len(output.weight) - len(units) :]
        weight.copy_(torch.where(different[:, None], rows, weight))


_SPAN_FAMILIES = ("span", "document")
_WORD = regex.compile(r"\p{Lu}?[\p{Ll}\p{M}]+|\p{Lu}+(?!\p{Ll})|[\p{Lo}\p{M}]+|\p{N}+")


def _output(classifier: Classifier) -> SplitLinear | None:
    """The Linear whose weight has a row per class; None without one."""
    for module in classifier.modules():
        if isinstance(module, SplitLinear) and module.weight is classifier.prototypes:
            return module
    return None


def _as_mention(words: tuple[str, ...]) -> Document:
    """The words of an entity label as a unit that is one mention."""
    return Document("label", words, entities=(Entity(None, (Span(0, len(words)),)),))


def _between_mentions(words: tuple[str, ...]) -> Document:
    """The words of a relation label as a unit, between two mentions that say nothing."""
    end = len(words) + 1
    entities = tuple(Entity(None, (Span(start, start + 1),)) for start in (0, end))
    return Document("label", ("it", *words, "it"), entities=entities)


def _features(model: Model, output: SplitLinear, unit: Document) -> Tensor:
    """What the Linear reads of a unit's first mention or pair."""
    read: list[Tensor] = []

    def keep(_: nn.Module, blocks: tuple[Sequence[FeatureBlock]]) -> None:
        read.append(torch.cat([block.rows()[:1] for block in blocks[0]], 1))

    preparer = model.preparer("given")
    hook = output.register_forward_pre_hook(keep)
    model(preparer([preparer.item(0, unit)]).to(output.weight.device))
    hook.remove()
    return read[0][0]

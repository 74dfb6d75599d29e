"""Warm start: begin a training with the weights of another run, its labels matched by name."""

from collections.abc import Callable, Iterator, Sequence, Set
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from jointre.errors import ConfigError
from jointre.models import Model, archive

PLACE = "training.initial_weights"


class Rows(NamedTuple):
    """Which rows of a parameter belong to which labels.

    Args:
        labels: Names of the labels, in the order of their rows.
        first: Row of the first label; the rows before it belong to the class "no label".
    """

    labels: Sequence[str]
    first: int


def warm_start(model: Model, source: Path, log: Callable[[str], None]) -> dict[str, str]:
    """Give a new model the weights of a trained one.

    The rows of labels that both models have are copied, even if their order differs; rows of labels
    that only the new model has keep their random weights. All other weights are copied.

    Args:
        model: Model to be trained.
        source: Run directory or archive.
        log: Called with a line about what was copied.

    Returns:
        Digests of the files that the source was trained on, by path.

    Raises:
        ArchiveError: The source cannot be used.
        ConfigError: The models differ in more than their labels.
    """
    loaded = archive.load(source)
    trained = loaded.model
    old, new = trained.state_dict(), model.state_dict()
    old_rows, new_rows = dict(_label_rows(trained)), dict(_label_rows(model))
    by_label = old_rows.keys() & new_rows.keys()
    _require_same(source, old, new, by_label)
    _require_labels(source, trained, model, by_label)
    for name, value in new.items():
        if name in by_label:
            _copy_rows(old[name], old_rows[name], value, new_rows[name])
        else:
            value.copy_(old[name])
    model.load_state_dict(new)
    for kind in ("entity", "relation"):
        log(_summary(kind, source, trained, model))
    return dict(loaded.about.get("trained_on", {}))


def _label_rows(model: Model) -> Iterator[tuple[str, Rows]]:
    """Parameters with one row per label, by their names in the state dict."""
    for kind, classifier in model.classifiers.items():
        labels = _labels(model, kind)
        for name in classifier.class_rows:
            first = len(classifier.get_parameter(name)) - len(labels)
            yield f"{kind}_classifier.{name}", Rows(labels, first)
    embedding = getattr(model, "type_embedding", None)
    for name in () if embedding is None else embedding.label_rows:
        yield f"type_embedding.{name}", Rows(model.vocabulary.entity_labels, 0)


def _labels(model: Model, kind: str) -> tuple[str, ...]:
    vocabulary = model.vocabulary
    return vocabulary.entity_labels if kind == "entity" else vocabulary.relation_labels


@torch.no_grad()
def _copy_rows(old: Tensor, old_rows: Rows, new: Tensor, new_rows: Rows) -> None:
    old_row_of = {label: old_rows.first + row for row, label in enumerate(old_rows.labels)}
    for row, label in enumerate(new_rows.labels):
        if label in old_row_of:
            new[new_rows.first + row] = old[old_row_of[label]]
    if old_rows.first == new_rows.first:
        new[: new_rows.first] = old[: old_rows.first]


def _require_same(
    source: Path, old: dict[str, Tensor], new: dict[str, Tensor], by_label: Set[str]
) -> None:
    """Require the same names and shapes, except for the number of label rows."""
    differences = [f"{name}: missing there" for name in new.keys() - old.keys()]
    differences += [f"{name}: missing here" for name in old.keys() - new.keys()]
    for name in new.keys() & old.keys():
        old_shape, new_shape = tuple(old[name].shape), tuple(new[name].shape)
        first = 1 if name in by_label else 0  # the number of labels may differ
        if old_shape[first:] != new_shape[first:]:
            differences.append(f"{name}: {list(old_shape)} there, {list(new_shape)} here")
    if differences:
        listed = "\n".join(f"  {line}" for line in sorted(differences)[:5])
        more = f"\n  and {len(differences) - 5} more" if len(differences) > 5 else ""
        raise ConfigError(
            f"{PLACE}: the model of {source} differs from this one in more than its labels:\n"
            f"{listed}{more}\nUse the model section of {source}'s config.json, or train without "
            "initial_weights."
        )


def _require_labels(source: Path, old: Model, new: Model, by_label: Set[str]) -> None:
    """Require the same labels of a classifier that is copied whole, as its rows are unknown."""
    for kind, classifier in new.classifiers.items():
        known = any(name.startswith(f"{kind}_classifier.") for name in by_label)
        if not known and _labels(old, kind) != _labels(new, kind):
            raise ConfigError(
                f"{PLACE}: {kind}_classifier {classifier.registered_name!r} does not say which of "
                f"its weights belong to which label, so {source} must have the same {kind} labels "
                f"in the same order: {', '.join(_labels(old, kind))} there, "
                f"{', '.join(_labels(new, kind))} here"
            )


def _summary(kind: str, source: Path, old: Model, new: Model) -> str:
    before, after = _labels(old, kind), _labels(new, kind)
    groups = {
        "kept": [label for label in after if label in before],
        "new": [label for label in after if label not in before],
        "not used any more": [label for label in before if label not in after],
    }
    shown = "; ".join(f"{name}: {', '.join(labels)}" for name, labels in groups.items() if labels)
    return f"initial weights of {source}, {kind} labels {shown or 'none'}"

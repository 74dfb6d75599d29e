"""Tensors of nested values: found, moved, compared."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor

TOLERANCE = 1e-5


def devices() -> list[str]:
    """The kinds of device of this machine."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


def moved(value: Any, device: str) -> Any:
    """Tensors, dataclasses, lists and dicts of them on a device."""
    if isinstance(value, dict):
        return {key: moved(item, device) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(moved(item, device) for item in value)
    if is_dataclass(value):
        names = [each.name for each in fields(value)]
        # Called anew, not by replace(): a type checker cannot follow the type of "a dataclass".
        made: Any = type(value)
        return made(**{name: moved(getattr(value, name), device) for name in names})
    return value.to(device) if isinstance(value, Tensor) else value


def leaves(value: Any, path: str = "") -> list[tuple[str, Tensor]]:
    """The tensors of nested dicts, lists and dataclasses, each with its place."""
    if isinstance(value, Tensor):
        return [(path, value)]
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    elif is_dataclass(value):
        items = [(each.name, getattr(value, each.name)) for each in fields(value)]
    return [leaf for key, item in items for leaf in leaves(item, f"{path} {key}".strip())]


def same(actual: Any, expected: Any, wrong: str, tolerance: float = TOLERANCE) -> None:
    """Fail with ``wrong`` where tensors of nested values differ."""
    others = dict(leaves(expected))
    for name, value in leaves(actual):
        other = others[name]
        assert value.shape == other.shape, (
            f"{wrong}: {name} has shape {tuple(value.shape)}, not {tuple(other.shape)}"
        )
        gap = distance(value, other)
        assert gap <= tolerance, f"{wrong}: {name} differs by {gap:.2g}"


def differ(actual: Any, expected: Any, wrong: str) -> None:
    """Fail with ``wrong`` where no tensor differs."""
    others = dict(leaves(expected))
    gap = max(distance(value, others[name]) for name, value in leaves(actual))
    assert gap > 100 * TOLERANCE, f"{wrong}, but nothing differs by more than {gap:.2g}"


def distance(first: Tensor, second: Tensor) -> float:
    """The largest difference, relative to numbers above 1; infinite where one is not finite."""
    if first.numel() == 0:
        return 0.0
    first, second = first.detach().double(), second.detach().double()  # flags have no difference
    gap = ((first - second).abs() / second.abs().clamp(min=1.0)).max()
    return float(gap) if gap.isfinite() else float("inf")

"""Find, move and compare the tensors in nested values."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor

TOLERANCE = 1e-5


def devices() -> list[str]:
    """The kinds of device of this machine."""
    kinds = ["cpu"]
    if torch.cuda.is_available():
        kinds.append("cuda")
    if torch.backends.mps.is_available():
        kinds.append("mps")
    return kinds


def moved(value: Any, device: str) -> Any:
    """A nested value whose tensors are moved to a device."""
    if isinstance(value, dict):
        return {key: moved(item, device) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(moved(item, device) for item in value)
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        # Not replace(value, …), because a type checker does not know that value is a dataclass.
        cls: Any = type(value)
        return cls(**{name: moved(getattr(value, name), device) for name in names})
    return value.to(device) if isinstance(value, Tensor) else value


def leaves(value: Any, path: str = "") -> list[tuple[str, Tensor]]:
    """The tensors in nested dicts, lists and dataclasses, each with its path."""
    if isinstance(value, Tensor):
        return [(path, value)]
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    elif is_dataclass(value):
        items = [(field.name, getattr(value, field.name)) for field in fields(value)]
    return [leaf for key, item in items for leaf in leaves(item, f"{path} {key}".strip())]


def same(actual: Any, expected: Any, wrong: str, tolerance: float = TOLERANCE) -> None:
    """Fail with the message ``wrong`` if tensors of nested values differ."""
    expected_tensors = dict(leaves(expected))
    for name, value in leaves(actual):
        tensor = expected_tensors[name]
        assert value.shape == tensor.shape, (
            f"{wrong}: {name} has shape {tuple(value.shape)}, not {tuple(tensor.shape)}"
        )
        gap = distance(value, tensor)
        assert gap <= tolerance, f"{wrong}: {name} differs by {gap:.2g}"


def differ(actual: Any, expected: Any, wrong: str) -> None:
    """Fail with the message ``wrong`` if no tensor differs."""
    expected_tensors = dict(leaves(expected))
    gap = max(distance(value, expected_tensors[name]) for name, value in leaves(actual))
    assert gap > 100 * TOLERANCE, f"{wrong}, but nothing differs by more than {gap:.2g}"


def distance(first: Tensor, second: Tensor) -> float:
    """The largest difference, relative for numbers above 1; infinite if a number is not finite."""
    if first.numel() == 0:
        return 0.0
    first, second = first.detach().double(), second.detach().double()  # flags have no difference
    gap = ((first - second).abs() / second.abs().clamp(min=1.0)).max()
    return float(gap) if gap.isfinite() else float("inf")

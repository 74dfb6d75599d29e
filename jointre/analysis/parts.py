"""Parameters and multiply-adds of a model, part by part."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

from jointre.analysis.efficiency import items_of
from jointre.data.schema import Document
from jointre.models.model import Model

OTHER = "other"
UNITS = 64
"""Multiply-adds are counted for at most this many units, evenly spread over the data."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a model costs.

    Args:
        name: Name of the part in the model, such as ``encoder``; ``other`` is what belongs to no
            part.
        parameters: Number of parameters, frozen ones included.
        multiply_adds: Mean number of multiplications with an addition per unit, in matrix products,
            convolutions and attention; operations on single elements are not counted.
    """

    name: str
    parameters: int
    multiply_adds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def parts_of(model: Model, documents: Sequence[Document]) -> list[Part]:
    """The parts of a model, the encoder first, and what each costs to predict a unit.

    Units are predicted one by one, so no padding is counted.

    Args:
        model: The model, in evaluation mode.
        documents: Documents to predict.
    """
    preparer = model.preparer("predict")
    items = items_of(documents, model, preparer)
    step = max(1, -(-len(items) // UNITS))
    chosen = items[::step]
    device = next(model.parameters()).device
    counts: dict[str, float] = {}
    # Forward hooks of the counter do not work in inference mode.
    with torch.no_grad():
        for item in chosen:
            stages = preparer([item]).to(device)
            with flop_counter() as counter:
                output = model(stages)
                model.documents(output, stages, [item.document])
            for name, operations in counter.get_flop_counts().items():
                flops = sum(operations.values())  # two per multiply-add
                counts[name] = counts.get(name, 0.0) + flops / 2 / len(chosen)
    root = type(model).__name__
    found = []
    for name, module in _modules(model):
        found.append(Part(name, _parameters(module), counts.get(f"{root}.{name}", 0.0)))
    found = [part for part in found if part.parameters or part.multiply_adds]
    rest = counts.get("Global", 0.0) - sum(part.multiply_adds for part in found)
    parameters = _parameters(model) - sum(part.parameters for part in found)
    if parameters or rest > 1e-6 * counts.get("Global", 0.0):
        found.append(Part(OTHER, parameters, max(0.0, rest)))
    return sorted(found, key=lambda part: (part.name != _encoder_name(model), part.name == OTHER))


def flop_counter() -> FlopCounterMode:
    """A counter of floating-point operations, two per multiply-add."""
    # By itself the counter knows the fused attention of GPUs, but not that of processors.
    on_cpu = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    return FlopCounterMode(display=False, custom_mapping={on_cpu: _attention_flops})


def _attention_flops(
    query: tuple[int, ...], key: tuple[int, ...], value: tuple[int, ...], *more: Any, **named: Any
) -> int:
    """Operations of attention, from the shapes of its inputs."""
    return int(sdpa_flop_count(query, key, value))  # type: ignore[no-untyped-call]


def total(parts: Sequence[Part]) -> Part:
    """The sum of all parts."""
    return Part(
        "model",
        sum(part.parameters for part in parts),
        sum(part.multiply_adds for part in parts),
    )


def _modules(model: Model) -> Iterator[tuple[str, nn.Module]]:
    """The parts of a model: its modules, and those of the module that holds the encoder."""
    encoder = _encoder_name(model)
    for name, module in model.named_children():
        if encoder.startswith(f"{name}."):
            yield from ((f"{name}.{inner}", part) for inner, part in module.named_children())
        else:
            yield name, module


def _encoder_name(model: Model) -> str:
    encoder: nn.Module = model.encoder
    names: list[str] = [name for name, module in model.named_modules() if module is encoder]
    return names[0]


def _parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())

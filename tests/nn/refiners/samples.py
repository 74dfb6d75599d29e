"""Golden values of memories, and random input for refiners."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from jointre.nn.masking import Softmax

ROWS = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])  # memory §3.14
SLOTS = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
GOLDEN = {"atol": 1e-6, "rtol": 0.0}
WIDTH = 6
OPTIONS: list[dict[str, Any]] = [
    {},
    {"memories": ["entity"]},
    {"memories": ["relation"], "scale": 0.3},
    {"memories": ["relation", "entity"]},
    {"similarity": "dot", "scale": 0.5},
    {"similarity": "cosine"},
    {"similarity": "cosine", "scale": 1.0, "memories": ["relation"]},
]


def widths_of(options: dict[str, Any]) -> dict[str, int]:
    """Widths of the prototypes: the rows' where the similarity needs it."""
    if options.get("similarity", "bilinear") == "bilinear":
        return {"entity": 4, "relation": 5}
    return {"entity": WIDTH, "relation": WIDTH}


def make(kind: Callable[..., Any], options: dict[str, Any]) -> Any:
    """A refiner in float64, its weights far from their initial values."""
    torch.manual_seed(3)
    module = kind(WIDTH, widths_of(options), **options)
    for parameter in module.parameters():
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    return module.double()


def sample(
    options: dict[str, Any], lengths: tuple[int, ...] = (4, 1, 7)
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Rows of units of these lengths, their units, and prototypes of both tasks."""
    generator = torch.Generator().manual_seed(5)
    segment = 2 * torch.repeat_interleave(torch.tensor(lengths))
    numbers = {"generator": generator, "dtype": torch.float64}
    rows = torch.randn(len(segment), WIDTH, **numbers)
    widths = widths_of(options)
    prototypes = {
        task: torch.randn(count, widths[task], **numbers)
        for task, count in (("entity", 3), ("relation", 2))
    }
    return rows, segment, prototypes


def attentions(module: nn.Module, run: Callable[[], Any]) -> list[Tensor]:
    """What hooks on every Softmax read during a run."""
    seen: list[Tensor] = []
    hooks = [
        part.register_forward_hook(lambda part, given, output: seen.append(output))
        for part in module.modules()
        if isinstance(part, Softmax)
    ]
    run()
    for hook in hooks:
        hook.remove()
    return seen

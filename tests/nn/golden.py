"""The golden values of SINET's published modules, and weights filled by rule."""

import torch
from torch import Tensor

from jointre.positions import Positions, Role, Spans

TOLERANCE = {"atol": 2e-6, "rtol": 0.0}
SPANS = [(0, 1), (1, 2), (2, 3), (0, 2), (1, 3), (0, 3)]


def fill(shape: tuple[int, ...], shift: int) -> Tensor:
    """sin(0.7 t + shift) for the flat index t."""
    size = torch.Size(shape).numel()
    return torch.sin(0.7 * torch.arange(size, dtype=torch.float64) + shift).float().view(shape)


def set_weights(module: torch.nn.Module, values: dict[str, Tensor]) -> None:
    """Overwrite named parameters; every name must exist."""
    own = dict(module.named_parameters())
    for name, value in values.items():
        own[name].data.copy_(value)


def positions(padding: int = 0) -> Positions:
    """[CLS], three words of 1, 2 and 1 pieces, [SEP], padding."""
    roles = [Role.SUMMARY, *[Role.WORD] * 4, Role.SPECIAL, *[Role.PAD] * padding]
    return Positions(
        torch.tensor([[int(role) for role in roles]]), torch.tensor([[[1, 2], [2, 4], [4, 5]]])
    )


def spans() -> Spans:
    """The six spans of the golden example, in order."""
    start, end = torch.tensor(SPANS).T
    return Spans(torch.zeros(6, dtype=torch.long), start, end)


CTAM_WEIGHTS = {
    "query.weight": fill((4, 4), 3),
    "key.weight": fill((4, 4), 4),
    "value.weight": fill((4, 4), 5),
    "output.0.weight": fill((4, 4), 6),
    "output.0.bias": fill((4,), 7),
    "norm.weight": fill((4,), 8),
    "norm.bias": fill((4,), 9),
}
ENTITY_SUMMARY = torch.tensor([[0.981369, -0.643538, -0.795922, -0.180487]])
RELATION_SUMMARY = torch.tensor([[-0.036807, 0.156521, -0.798104, -0.124493]])
UNMASKED_ENTITY_SUMMARY = torch.tensor([[0.986377, -0.647410, -0.795971, -0.182231]])
ATTENTION = torch.tensor(
    [
        [0.084107, 0.314991, 0.086732, 0.263164, 0.118020, 0.132985],
        [0.033349, 0.037835, 0.134377, 0.010871, 0.349760, 0.433809],
    ]
)
ENTITY_LOGITS = torch.tensor(
    [
        [0.704560, -0.953653, -2.159154],
        [1.976297, 0.693538, -0.947250],
        [0.023013, -1.103869, -1.704104],
        [4.067245, 3.490842, 1.179590],
        [3.067798, 3.049804, 1.514038],
        [3.525122, 2.338091, -0.016410],
    ]
)
PAIRS = torch.tensor([[0, 2], [2, 0], [0, 1], [0, 4]])
RELATION_LOGITS = torch.tensor(
    [
        [0.267909, 2.233211],
        [3.639612, 3.171684],
        [3.347749, 0.024373],
        [3.699763, -3.123266],
    ]
)
ENTITY_TARGETS = torch.tensor([1, 2, 1, 0, 0, 0])
RELATION_TARGETS = torch.tensor([[0.0, 1], [0, 0], [1, 0], [0, 0]])
LOSSES = {"entity": 1.362868, "relation": 1.540424, "sum": 2.903292}

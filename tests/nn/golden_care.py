"""The golden values of CARE's published modules, and where the filled weights go."""

import torch
from torch import Tensor

from tests.nn.golden import fill

TOLERANCE = {"atol": 1e-5, "rtol": 0.0}


def table(text: str, *shape: int) -> Tensor:
    """Numbers between blanks and slashes."""
    return torch.tensor([float(number) for number in text.replace("/", " ").split()]).view(shape)


def layer(first: int, pair: int) -> dict[str, Tensor]:
    """A co-attention layer's weights; ``first`` is the shift of its first one."""
    shapes = {
        "values.entity.0.weight": (4, 4),
        "values.relation.0.weight": (4, 4),
        "pair_map.mix.weight": (3, 8 + pair),
        "pair_map.mix.bias": (3,),
        "pair_map.convolution.weight": (3, 3, 3, 3),
        "pair_map.convolution.bias": (3,),
        "score.weight": (1, 3),
    }
    return {name: fill(shape, first + k) for k, (name, shape) in enumerate(shapes.items())}


def classifier(first: int) -> dict[str, Tensor]:
    """A classifier's weights; ``first`` is the shift of its first one."""
    shapes = {
        "hidden.weight": (4, 11),
        "hidden.bias": (4,),
        "transform.0.weight": (4,),
        "transform.0.bias": (4,),
        "output.weight": (2, 4),
        "output.bias": (2,),
    }
    return {name: fill(shape, first + k) for k, (name, shape) in enumerate(shapes.items())}


CO_ATTENTION = {
    "features.table": fill((20, 2), 27),
    **{f"layers.0.{name}": value for name, value in layer(1, 2).items()},
    **{f"layers.1.{name}": value for name, value in layer(8, 3).items()},
}
ENTITY_CLASSIFIER, RELATION_CLASSIFIER = classifier(15), classifier(21)
STATES = fill((1, 4, 4), 0)
PADDING = fill((1, 1, 4), 20)
DISTANCES = table("19 10 11 11 / 1 19 10 11 / 2 1 19 10 / 2 2 1 19", 4, 4).long()
ENTITY_STATES = table(
    """2.884322 0.124820 7.888880 0.081693 / 0.641837 1.336696 -1.059697 1.618379
    / -0.622971 -0.106430 3.908125 0.498753 / 0.561439 2.701689 -0.522305 -0.006638""",
    4,
    4,
)
RELATION_STATES = table(
    """-0.509624 3.835311 0.927601 1.222020 / 0.662662 0.857800 -0.440955 1.534881
    / -1.381068 6.014429 0.276570 2.839737 / 1.855050 0.175385 2.073925 -0.003040""",
    4,
    4,
)
MAP = {  # rows
    0: table(
        """-0.157560 -0.120474 -0.125460 / 1.493713 1.813314 1.704525
        / 0.311651 0.489793 0.242909 / 1.385504 1.709702 1.605770""",
        4,
        3,
    ),
    3: table(
        """2.781785 3.475044 3.735682 / 0.831891 1.684738 2.109520
        / 3.382130 4.255108 4.693481 / 0.113940 0.914177 1.288308""",
        4,
        3,
    ),
}
ENTITY = table(  # probabilities of the upper triangle
    """0.840246 0.561469 / 0.963759 0.182569 / 0.964234 0.179636 / 0.960385 0.202500
    / 0.776048 0.633797 / 0.811283 0.479890 / 0.788980 0.623324
    / 0.959794 0.176349 / 0.964490 0.165973 / 0.964750 0.176488""",
    10,
    2,
)
RELATION = {  # rows of probabilities
    0: table("0.722334 0.673494 / 0.941588 0.269057 / 0.798785 0.469325 / 0.935426 0.299905", 4, 2),
    2: table("0.942623 0.249041 / 0.943019 0.252135 / 0.940376 0.245898 / 0.943016 0.252050", 4, 2),
}
GOLD_ENTITY = torch.tensor([[0, 0, 1, 0], [0, 2, 2, 1]])  # unit, row, column, label
GOLD_RELATION = torch.tensor([[0, 0, 2, 1], [0, 2, 0, 0]])
LOSSES = {"entity": 7.310680, "relation": 10.483479}
LEAKS = {"entity": 0.022530, "relation": 0.165355}  # how far one padded position moves each

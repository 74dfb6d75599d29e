"""Bounds that options of several components share, as annotations of constructor arguments.

Upper bounds exclude values that no model can have: sizes that do not fit into memory, and numbers
that overflow. They are far above all useful values.
"""

from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt

MAX_WIDTH = 16_384
MAX_CHANNELS = 4_096  # of a convolution, whose weights grow with nine times their square

Width = Annotated[int, Gt(0), Le(MAX_WIDTH)]
WidthOrZero = Annotated[int, Ge(0), Le(MAX_WIDTH)]
Channels = Annotated[int, Gt(0), Le(MAX_CHANNELS)]
Heads = Annotated[int, Ge(1), Le(1024)]
Scale = Annotated[float, Gt(0), Le(1_000_000)]
Negatives = Annotated[int, Ge(0), Le(10_000_000)]
Seed = Annotated[int, Ge(0), Le(2**64 - 1)]
LearningRate = Annotated[float, Gt(0), Le(10)]
Decay = Annotated[float, Ge(0), Le(100)]
Beta = Annotated[float, Ge(0), Lt(1)]
Epsilon = Annotated[float, Gt(0), Le(1)]
Weight = Annotated[float, Ge(0), Le(1_000_000)]

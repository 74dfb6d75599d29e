"""A pooler between the mean and the maximum."""

from math import log
from typing import Annotated, final

import torch
from annotated_types import Gt
from jaxtyping import Float
from torch import Tensor, nn

from jointre.nn.span_poolers import SpanPooler
from jointre.nn.take import take
from jointre.positions import Ranges


@final
@SpanPooler.register("log_mean_exp")
class LogMeanExpSpanPooler(SpanPooler):
    """``T log(mean(exp(x / T)))`` over the positions of a range.

    A large temperature T gives the mean, a small one the maximum; T is a trained parameter.

    A range is composed of windows of 1, 2, 4, … positions that do not overlap, like a number of
    binary digits. So n spans of at most w positions cost (positions + n) · log(w) · d, and no
    mask of spans × positions is made.

    Args:
        temperature: Initial temperature.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``; an empty range gives zeros.
    """

    def __init__(self, input_dim: int, temperature: Annotated[float, Gt(0)] = 1.0) -> None:
        super().__init__()
        self.log_temperature = nn.Parameter(torch.tensor(log(temperature)))

    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """Return one row per range."""
        length = (ranges.end - ranges.start).clamp(min=0)
        temperature = self.log_temperature.exp()
        windows = states / temperature
        lowest = torch.finfo(windows.dtype).min  # not -inf, whose gradient is NaN
        total = windows.new_full((len(length), states.shape[2]), lowest)
        start = ranges.start
        levels = int(length.max()).bit_length() if len(length) else 0
        for level in range(levels):
            size = 2**level
            if level:
                half = size // 2
                doubled = torch.logaddexp(windows[:, :-half], windows[:, half:])
                windows = torch.cat([doubled, windows[:, -half:]], 1)
            has = (length & size).bool()
            rows = take(windows, ranges.unit, torch.where(has, start, 0))
            total = torch.where(has[:, None], torch.logaddexp(total, rows), total)
            start = start + torch.where(has, size, 0)
        mean = total - length.clamp(min=1).log()[:, None]
        return (temperature * mean).masked_fill((length == 0)[:, None], 0.0)

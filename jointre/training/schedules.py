"""Learning-rate schedules: a factor for each update."""

import math
from abc import ABC, abstractmethod
from typing import Annotated, final

from annotated_types import Ge, Le

from jointre.config import Registrable

Share = Annotated[float, Ge(0), Le(1)]


class Schedule(Registrable, ABC, interface="schedule"):
    """Schedule: factor of the learning rate as a function of finished updates."""

    @abstractmethod
    def factor(self, step: int, total: int) -> float:
        """Factor of the update after ``step`` of ``total`` updates."""


def _warm(step: int, total: int, warmup: float) -> float | None:
    """The factor during warm-up, from 0; None after it."""
    steps = int(warmup * total)
    return step / steps if step < steps else None


def _remaining(step: int, total: int, warmup: float) -> float:
    """The fraction of the updates after warm-up that remains."""
    steps = int(warmup * total)
    return max(0.0, (total - step) / max(1, total - steps))


@final
@Schedule.register("constant")
class ConstantSchedule(Schedule):
    """Constant learning rate, after an optional warm-up.

    Source: common practice, for comparisons.

    Args:
        warmup: Fraction of the updates in which the learning rate rises from 0 to its peak.
    """

    def __init__(self, warmup: Share = 0.0) -> None:
        self.warmup = warmup

    def factor(self, step: int, total: int) -> float:
        """The warm-up's factor, then 1."""
        warm = _warm(step, total, self.warmup)
        return 1.0 if warm is None else warm


@final
@Schedule.register("linear")
class LinearSchedule(Schedule):
    """Linear warm-up, then linear decay to 0, as SINET is trained.

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        warmup: Fraction of the updates in which the learning rate rises from 0 to its peak.
    """

    def __init__(self, warmup: Share = 0.0) -> None:
        self.warmup = warmup

    def factor(self, step: int, total: int) -> float:
        """The warm-up's factor, then the share of updates left."""
        warm = _warm(step, total, self.warmup)
        return _remaining(step, total, self.warmup) if warm is None else warm


@final
@Schedule.register("cosine")
class CosineSchedule(Schedule):
    """Linear warm-up, then half a cosine down to 0.

    Paper: https://arxiv.org/abs/1608.03983

    Args:
        warmup: Fraction of the updates in which the learning rate rises from 0 to its peak.
    """

    def __init__(self, warmup: Share = 0.0) -> None:
        self.warmup = warmup

    def factor(self, step: int, total: int) -> float:
        """The warm-up's factor, then the cosine's."""
        warm = _warm(step, total, self.warmup)
        if warm is not None:
            return warm
        return 0.5 * (1 - math.cos(math.pi * _remaining(step, total, self.warmup)))

import math

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

from jointre.config import construct
from jointre.errors import ConfigError
from jointre.training.schedules import Schedule


def factors(config: object, total: int) -> list[float]:
    schedule: Schedule = construct(Schedule, config)
    return [schedule.factor(step, total) for step in range(total + 1)]


def test_linear_begins_at_the_full_rate_without_warmup() -> None:
    assert factors("linear", 4) == [1.0, 0.75, 0.5, 0.25, 0.0]


def test_linear_warms_up_from_zero() -> None:
    expected = [0, 1 / 4, 2 / 4, 3 / 4, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0]
    assert factors({"type": "linear", "warmup": 0.4}, 10) == pytest.approx(expected, abs=1e-12)


def test_constant() -> None:
    assert factors("constant", 3) == [1.0] * 4
    assert factors({"type": "constant", "warmup": 0.5}, 4) == [0.0, 0.5, 1.0, 1.0, 1.0]


def test_cosine() -> None:
    expected = [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2, 0]
    assert factors("cosine", 4) == pytest.approx(expected, abs=1e-12)
    warm = [0, 0.5, *expected]
    found = factors({"type": "cosine", "warmup": 0.34}, 6)
    assert found == pytest.approx(warm, abs=1e-12)


@pytest.mark.parametrize("name", ["linear", "constant", "cosine"])
def test_never_negative_beyond_the_end(name: str) -> None:
    schedule: Schedule = construct(Schedule, {"type": name, "warmup": 1.0})
    values = [schedule.factor(step, 3) for step in range(6)]
    assert values[:3] == pytest.approx([0, 1 / 3, 2 / 3])
    assert all(0 <= value <= 1 for value in values)


def test_the_first_update_has_the_full_rate() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=2.0)
    schedule: Schedule = construct(Schedule, "linear")
    LambdaLR(optimizer, lambda step: schedule.factor(step, 10))
    assert optimizer.param_groups[0]["lr"] == 2.0


def test_warmup_is_a_share() -> None:
    with pytest.raises(ConfigError, match=r"warmup.*100"):
        construct(Schedule, {"type": "linear", "warmup": 100})

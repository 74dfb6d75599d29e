"""Pruning against a loop over units, and its limits."""

from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.positions import Spans
from jointre.span_enumerators import SpanEnumerator
from jointre.testing.contracts import SpanEnumeratorContract

OWNER = {"input_dim": 6, "state_dim": 4}


class TestPrunedSpans(SpanEnumeratorContract):
    component = {
        "type": "pruned",
        "spans": {"type": "all_spans", "max_width": 3},
        "ratio": 0.5,
        "minimum": 1,
    }


def pruned(**options: Any) -> Any:
    factory: Factory[Any] = construct(Factory[SpanEnumerator], {"type": "pruned", **options})
    return factory(**OWNER)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("ratio", "minimum", "maximum"), [(0.4, 0, None), (1.5, 3, 7), (9, 0, 2)])
def test_against_loops(seed: int, ratio: float, minimum: int, maximum: int | None) -> None:
    generator = torch.Generator().manual_seed(seed)
    words = torch.randint(0, 9, (6,), generator=generator)
    counts = (words * 3).tolist()
    unit = torch.repeat_interleave(torch.arange(6), torch.tensor(counts))
    scores = torch.randint(-3, 3, (len(unit),), generator=generator).float()  # with ties
    enumerator = pruned(ratio=ratio, minimum=minimum, maximum=maximum)
    zeros = torch.zeros_like(unit)
    found = enumerator.keep(scores, Spans(unit, zeros, zeros + 1), words)
    wanted = []
    for number, size in enumerate(words.tolist()):
        rows = [row for row in range(len(unit)) if unit[row] == number]
        quota = max(minimum, -int(-size * ratio // 1))
        quota = quota if maximum is None else min(quota, maximum)
        wanted += sorted(sorted(rows, key=lambda row: (-float(scores[row]), row))[:quota])
    assert found.tolist() == wanted


def test_limits_are_checked() -> None:
    with pytest.raises(ConfigError, match="maximum=2 is smaller than minimum=3"):
        pruned(minimum=3, maximum=2)
    with pytest.raises(ConfigError, match="'pruned' spans cannot be pruned again"):
        pruned(spans={"type": "pruned"})

"""Feed-forward layers in bfloat16."""

import pytest
import torch
from torch import nn

from jointre.nn.half import HalfLinear, computes_bfloat16, halve_feed_forward


class FeatureBlock(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attend = nn.Linear(8, 8)
        self.feed = nn.Sequential(nn.Linear(8, 32), nn.GELU(), nn.Linear(32, 8))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return states + self.feed(self.attend(states))


def test_only_layers_that_change_the_width_are_halved() -> None:
    block = FeatureBlock()
    halve_feed_forward(block)
    assert {name for name, part in block.named_modules() if isinstance(part, HalfLinear)} == {
        "feed.0",
        "feed.2",
    }
    assert block.attend.weight.dtype == torch.float32
    assert block.feed[0].linear.weight.dtype == torch.bfloat16


def test_the_result_is_close_and_keeps_its_precision() -> None:
    torch.manual_seed(0)
    block, states = FeatureBlock(), torch.randn(5, 8)
    exact = block(states)
    halve_feed_forward(block)
    rough = block(states)
    assert rough.dtype == torch.float32
    torch.testing.assert_close(rough, exact, rtol=0.02, atol=0.02)
    assert not torch.equal(rough, exact)


def test_twice_is_once() -> None:
    block = FeatureBlock()
    halve_feed_forward(block)
    halve_feed_forward(block)
    assert isinstance(block.feed[0].linear, nn.Linear)


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False}, False),
        ({"avx2": True, "avx512_bf16": True}, True),
        ({"neon": True, "bf16": True}, True),
        ({"neon": True, "bf16": False}, False),
    ],
)
def test_processors_with_and_without(
    capabilities: dict[str, bool], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert computes_bfloat16(torch.device("cpu")) is expected
    assert computes_bfloat16(torch.device("cuda"))


def test_an_older_torch_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert computes_bfloat16(torch.device("cpu"))

import threading
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from jointre.nn.zero_init import ZeroInit

MODULES: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(2, 3),
    "embedding": lambda: nn.Embedding(2, 3),
    "convolution": lambda: nn.Conv2d(1, 2, 3),
    "recurrent": lambda: nn.LSTM(2, 3),
    "attention": lambda: nn.MultiheadAttention(4, 2),
}
DRAWS: dict[str, Callable[[Tensor], Tensor]] = {
    "normal_": nn.init.normal_,
    "uniform_": nn.init.uniform_,
    "trunc_normal_": nn.init.trunc_normal_,
    "kaiming_uniform_": nn.init.kaiming_uniform_,
    "kaiming_normal_": nn.init.kaiming_normal_,
    "xavier_uniform_": nn.init.xavier_uniform_,
    "xavier_normal_": nn.init.xavier_normal_,
    "method": lambda tensor: tensor.normal_(0, 2),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules_start_with_zeros(name: str) -> None:
    state = torch.get_rng_state()
    with ZeroInit():
        module = MODULES[name]()
    assert all(not parameter.any() for parameter in module.parameters())
    assert all(parameter.requires_grad for parameter in module.parameters())
    assert torch.equal(torch.get_rng_state(), state)
    assert any(parameter.any() for parameter in MODULES[name]().parameters())


@pytest.mark.parametrize("name", DRAWS)
def test_nothing_is_drawn(name: str) -> None:
    tensor = nn.Parameter(torch.ones(3, 4))
    with ZeroInit(), torch.no_grad():
        assert DRAWS[name](tensor) is tensor
    assert not tensor.any()


def test_constants_are_set_as_usual() -> None:
    with ZeroInit():
        norm = nn.LayerNorm(3)
        bias = nn.init.constant_(torch.empty(2), -4.0)
    assert norm.weight.tolist() == [1, 1, 1]
    assert bias.tolist() == [-4, -4]


def test_other_threads_draw_as_usual() -> None:
    layers: list[nn.Linear] = []
    with ZeroInit():
        thread = threading.Thread(target=lambda: layers.append(nn.Linear(2, 2)))
        thread.start()
        thread.join()
    assert layers[0].weight.any()


@pytest.mark.parametrize("draw", [torch.randn, torch.rand])
def test_new_tensors_are_zeros(draw: Callable[..., Tensor]) -> None:
    generator = torch.Generator()
    with ZeroInit():
        drawn = draw(2, 3, generator=generator, dtype=torch.float64)
    assert drawn.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert drawn.dtype == torch.float64

import copy
import io
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from jointre.config import Factory, construct
from jointre.models import Model
from jointre.testing.tiny import tiny_encoder, tiny_vocabulary, tiny_words
from jointre.training.optimizers import Optimizer, UncorrectedAdamW, groups

BETAS, EPS = (0.9, 0.999), 1e-6


class Published:
    """The update as BERT's release has it, one tensor at a time."""

    def __init__(self, parameters: list[tuple[Tensor, float]]) -> None:
        self.rows = [(p, d, torch.zeros_like(p), torch.zeros_like(p)) for p, d in parameters]

    def step(self, gradients: list[Tensor | None], lr: float) -> None:
        for (parameter, decay, mean, square), gradient in zip(self.rows, gradients, strict=True):
            if gradient is None:
                continue
            mean.copy_(BETAS[0] * mean + (1 - BETAS[0]) * gradient)
            square.copy_(BETAS[1] * square + (1 - BETAS[1]) * gradient**2)
            parameter -= lr * mean / (square.sqrt() + EPS)
            parameter -= lr * decay * parameter


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize(("kind", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 2e-6)])
def test_uncorrected_adamw_is_the_published_update(
    kind: torch.dtype, tolerance: float, fused: bool
) -> None:
    generator = torch.Generator().manual_seed(0)

    def draw(*size: int) -> Tensor:
        return torch.randn(size, generator=generator, dtype=kind)

    shapes, decays = [(3, 4), (5,), (2, 2)], [0.1, 0.0, 0.1]
    ours = [nn.Parameter(draw(*shape)) for shape in shapes]
    naive = Published([(p.detach().clone(), d) for p, d in zip(ours, decays, strict=True)])
    made = [
        {"params": [ours[0], ours[2]], "weight_decay": 0.1},
        {"params": [ours[1]], "weight_decay": 0.0},
    ]
    optimizer = UncorrectedAdamW(made, lr=1.0, betas=BETAS, eps=EPS, fused=fused)
    for step in range(200):
        lr = 0.02 * (1 - step / 250)  # changes before every update, as a schedule does
        gradients: list[Tensor | None] = [draw(*shape) for shape in shapes]
        if step % 3 == 0:
            gradients[2] = None  # a part of the model that the batch did not reach
        for group in optimizer.param_groups:
            group["lr"] = lr
        for parameter, gradient in zip(ours, gradients, strict=True):
            parameter.grad = gradient
        if step == 100:
            optimizer = restored(optimizer, ours, fused)
        optimizer.step()
        naive.step(gradients, lr)
        assert [group["lr"] for group in optimizer.param_groups] == [lr, lr]
        assert [group["weight_decay"] for group in optimizer.param_groups] == [0.1, 0.0]
    for parameter, (expected, *_) in zip(ours, naive.rows, strict=True):
        torch.testing.assert_close(parameter.data, expected, rtol=tolerance, atol=tolerance)


def restored(
    old: UncorrectedAdamW, parameters: list[nn.Parameter], fused: bool
) -> UncorrectedAdamW:
    """A new optimizer that goes on from a checkpoint of the old one."""
    file = io.BytesIO()
    torch.save(copy.deepcopy(old.state_dict()), file)
    file.seek(0)
    made = [{"params": [parameters[0], parameters[2]]}, {"params": [parameters[1]]}]
    new = UncorrectedAdamW(made, lr=5.0, betas=BETAS, eps=EPS, fused=fused)
    new.load_state_dict(torch.load(file, weights_only=True))
    return new


def test_the_first_update_is_not_corrected() -> None:
    """By hand: m = 0.1, v = 0.001, so the step is lr 0.1/√0.001, about 3.16 lr."""
    parameter = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    parameter.grad = torch.tensor([1.0], dtype=torch.float64)
    optimizer = construct(Optimizer, {"type": "bert_adamw", "lr": 0.1, "weight_decay": 0.5})
    optimizer.build([("weight", parameter)]).step()
    after = 1 - 0.1 * 0.1 / (0.001**0.5 + 1e-6)
    assert parameter.item() == pytest.approx(after * (1 - 0.1 * 0.5), abs=1e-12)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_the_others_are_corrected(name: str) -> None:
    parameter = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    parameter.grad = torch.tensor([4.0], dtype=torch.float64)
    config = {"type": name, "lr": 0.1, "weight_decay": 0.0}
    construct(Optimizer, config).build([("weight", parameter)]).step()
    assert parameter.item() == pytest.approx(0.9, abs=1e-8)


def test_groups() -> None:
    frozen = nn.Parameter(torch.zeros(1), requires_grad=False)
    named = [(name, nn.Parameter(torch.zeros(1))) for name in ("a.weight", "a.bias", "b.weight")]
    made = groups([*named, ("frozen.weight", frozen)], (), 0.5, decay=0.01, no_decay=["bias"])
    assert [[len(group["params"]), group["weight_decay"]] for group in made] == [[2, 0.01], [1, 0]]
    assert made[1]["params"][0] is named[1][1]
    assert [group["lr"] for group in made] == [0.5, 0.5]
    assert len(groups(named, (), 0.5, decay=0.01)) == 1


@pytest.mark.parametrize("name", ["bert_adamw", "adamw", "adam"])
def test_a_rate_of_the_encoder(name: str, tmp_path: Path) -> None:
    """Its parameters move by that much less, and all that is trained moves."""
    encoder = str(tiny_encoder(tmp_path, tiny_words()))
    config = {
        "type": "span",
        "encoder": {"type": "transformer", "model_name": encoder},
        "projection": {"type": "linear", "bias": True},
        "interaction": {"type": "ctam", "heads": 4},
    }
    model: Model = construct(Factory[Model], config)(vocabulary=tiny_vocabulary())
    before = {key: value.detach().clone() for key, value in model.named_parameters()}
    settings = {"type": name, "lr": 0.1, "encoder_lr": 0.001, "weight_decay": 0.0}
    optimizer = construct(Optimizer, settings).build(
        model.named_parameters(), model.encoder_parameters()
    )
    for value in model.parameters():
        value.grad = torch.ones_like(value)
    optimizer.step()
    own = {id(value) for value in model.encoder.parameters()}
    unit = 0.1 / 0.001**0.5 if name == "bert_adamw" else 1.0  # of the first update of gradient 1
    for key, value in model.named_parameters():
        rate = 0.001 if id(value) in own else 0.1
        expected = before[key] - rate * unit
        torch.testing.assert_close(value.detach(), expected, rtol=1e-3, atol=1e-5)


def test_the_published_grouping(tmp_path: Path) -> None:
    """No decay for biases and the encoder's LayerNorm; CTAM's own norm scale is decayed."""
    config = {
        "type": "span",
        "encoder": {
            "type": "transformer",
            "model_name": str(tiny_encoder(tmp_path, tiny_words())),
        },
        "projection": {"type": "linear", "bias": True},
        "interaction": {"type": "ctam", "heads": 4},
    }
    model: Model = construct(Factory[Model], config)(vocabulary=tiny_vocabulary())
    optimizer = construct(Optimizer, {"type": "bert_adamw", "lr": 1e-5}).build(
        model.named_parameters()
    )
    names = {id(value): name for name, value in model.named_parameters()}
    decayed, plain = (
        {names[id(value)] for value in group["params"]} for group in optimizer.param_groups
    )
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.01, 0.0]
    assert decayed | plain == set(names.values())
    assert all("bias" in name or "LayerNorm" in name for name in plain)
    assert {name for name in plain if "LayerNorm.weight" in name}
    gammas = [n for n in decayed if "interaction" in n and "norm" in n.lower()]
    assert gammas
    assert all(name.endswith("weight") for name in gammas)
    assert not [name for name in plain if "interaction" in name and not name.endswith("bias")]


def test_gradients_may_come_from_a_closure() -> None:
    """Lightning gives the backward pass as a closure, so the first state is made after it."""
    results = []
    for with_closure in (False, True):
        torch.manual_seed(0)
        layer = nn.Linear(3, 2)
        settings = construct(Optimizer, {"type": "bert_adamw", "lr": 0.1})
        optimizer = settings.build(layer.named_parameters())

        def backward(layer: nn.Linear = layer) -> Tensor:
            layer.zero_grad()
            loss = layer(torch.ones(1, 3)).square().sum()
            loss.backward()
            return loss

        for _ in range(3):
            if with_closure:
                assert optimizer.step(backward).item() > 0
            else:
                backward()
                optimizer.step()
        results.append(layer.weight.detach().clone())
    torch.testing.assert_close(results[0], results[1], atol=0, rtol=0)

import copy
import io
import re
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor, nn

from jointre.config import Factory, construct
from jointre.models import Model
from jointre.testing.tiny import tiny_encoder, tiny_vocabulary, tiny_words
from jointre.training.optimizers import (
    Optimizer,
    UncorrectedAdamW,
    biases_and_norms,
    groups,
    is_norm,
    named_like,
)

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
    model = nn.ParameterDict({"weight": parameter})
    optimizer = construct(Optimizer, {"type": "bert_adamw", "lr": 0.1, "weight_decay": 0.5})
    optimizer.build(model).step()
    after = 1 - 0.1 * 0.1 / (0.001**0.5 + 1e-6)
    assert parameter.item() == pytest.approx(after * (1 - 0.1 * 0.5), abs=1e-12)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_the_others_are_corrected(name: str) -> None:
    parameter = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    parameter.grad = torch.tensor([4.0], dtype=torch.float64)
    model = nn.ParameterDict({"weight": parameter})
    config = {"type": name, "lr": 0.1, "weight_decay": 0.0}
    construct(Optimizer, config).build(model).step()
    assert parameter.item() == pytest.approx(0.9, abs=1e-8)


def test_groups() -> None:
    first, second, frozen = nn.Linear(1, 1), nn.Linear(1, 1, bias=False), nn.Linear(1, 1)
    model = nn.ModuleDict({"a": first, "b": second, "frozen": frozen.requires_grad_(False)})
    for no_decay in (["bias"], None):
        made = groups(model, (), 0.5, decay=0.01, no_decay=no_decay)
        sizes = [[len(group["params"]), group["weight_decay"]] for group in made]
        assert sizes == [[2, 0.01], [1, 0]]
        assert made[1]["params"][0] is first.bias
        assert [group["lr"] for group in made] == [0.5, 0.5]
    assert len(groups(model, (), 0.5, decay=0.01, no_decay=[])) == 1


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
    optimizer = construct(Optimizer, settings).build(model, model.encoder_parameters())
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
    settings = {"type": "bert_adamw", "lr": 1e-5, "no_decay": ["bias", "LayerNorm"]}
    optimizer = construct(Optimizer, settings).build(model)
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


SIZES: dict[str, Any] = {
    "vocab_size": 40,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "pad_token_id": 0,
}
T5 = {"d_model": 16, "d_ff": 24, "d_kv": 8, "num_layers": 2, "num_heads": 2, "vocab_size": 40}
LAYER = r"layers\.\d\."
# Each family's own names of its normalisation layers and biases, read from its published weights.
UNDECAYED = {
    "modernbert": (
        transformers.ModernBertConfig(**SIZES, attention_bias=True, norm_bias=True),
        rf"embeddings\.norm\.(weight|bias)|final_norm\.(weight|bias)|{LAYER}attn\.W(qkv|o)\.bias"
        rf"|{LAYER}(attn|mlp)_norm\.(weight|bias)",
        2 + 2 + 2 * (2 + 4) - 2,  # the first layer normalises nothing before its attention
    ),
    "t5": (
        transformers.T5Config(**T5),
        r"encoder\.block\.\d\.layer\.[01]\.layer_norm\.weight|encoder\.final_layer_norm\.weight"
        r"|encoder\.block\.0\.layer\.0\.SelfAttention\.relative_attention_bias\.weight",
        2 * 2 + 1 + 1,
    ),
    "eurobert": (
        transformers.EuroBertConfig(**SIZES, attention_bias=True, num_key_value_heads=2),
        rf"{LAYER}(input|post_attention)_layernorm\.weight|norm\.weight"
        rf"|{LAYER}self_attn\.[qkvo]_proj\.bias",
        2 * (2 + 4) + 1,
    ),
    "deberta": (
        transformers.DebertaConfig(**SIZES, relative_attention=True, pos_att_type=["c2p", "p2c"]),
        r".*\.bias|.*\.[qv]_bias|.*LayerNorm\.weight",
        2 + 2 * (2 + 1 + 1 + 2 + 1 + 1 + 2),  # q and v, then biases and norms in their order
    ),
}


@pytest.mark.parametrize("family", UNDECAYED)
def test_biases_and_norms_of_each_family(family: str) -> None:
    """By type, because the names that BERT's recipes list do not occur in these."""
    config, names, count = UNDECAYED[family]
    kind = transformers.T5EncoderModel if family == "t5" else transformers.AutoModel.from_config
    model = kind(config)
    undecayed = biases_and_norms(model)
    expected = {name for name, _ in model.named_parameters() if re.fullmatch(names, name)}
    assert undecayed == expected
    assert len(undecayed) == count
    vectors = {name for name, value in model.named_parameters() if value.ndim == 1}
    assert vectors <= undecayed  # of these families: a plugin's vector of weights is decayed


@pytest.mark.parametrize(
    "config",
    [transformers.BertConfig, transformers.RobertaConfig, transformers.ElectraConfig],
)
def test_the_types_are_what_the_published_names_mean(config: Any) -> None:
    """For BERT and its kin, the published list of names selects the same parameters."""
    model = transformers.AutoModel.from_config(config(**SIZES))
    assert biases_and_norms(model) == named_like(model, ["bias", "LayerNorm"])


def test_all_norms_of_the_own_layers(tmp_path: Path) -> None:
    """By type, CTAM's norm scale is not decayed either; every matrix is."""
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
    undecayed = biases_and_norms(model)
    assert undecayed > named_like(model, ["bias", "LayerNorm"])
    assert [name for name in undecayed if "interaction" in name and name.endswith("norm.weight")]
    assert all(value.ndim > 1 or name in undecayed for name, value in model.named_parameters())


class GatedRMSNorm(nn.Module):
    """Neither torch's nor named like its layers' attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3, 2))


class DoubleNorm(GatedRMSNorm):
    pass


class NormalHead(nn.Linear):
    pass


class WeightNorm(nn.Linear):
    """Reparametrises a weight; it normalises no input."""


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (nn.LayerNorm(2), True),
        (nn.RMSNorm(2), True),
        (nn.GroupNorm(1, 2), True),
        (nn.BatchNorm1d(2), True),
        (nn.InstanceNorm2d(2, affine=True), True),
        (GatedRMSNorm(), True),
        (DoubleNorm(), True),
        (nn.Linear(2, 2), False),
        (NormalHead(2, 2), False),
        (WeightNorm(2, 2), False),
    ],
)
def test_what_a_normalisation_layer_is(module: nn.Module, expected: bool) -> None:
    assert is_norm(module) == expected


def test_gradients_may_come_from_a_closure() -> None:
    """Lightning gives the backward pass as a closure, so the first state is made after it."""
    results = []
    for with_closure in (False, True):
        torch.manual_seed(0)
        layer = nn.Linear(3, 2)
        settings = construct(Optimizer, {"type": "bert_adamw", "lr": 0.1})
        optimizer = settings.build(layer)

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

from pathlib import Path
from typing import get_args

import pytest
import torch

from jointre.nn.encoders import sources
from jointre.nn.encoders.attention import last_attention
from jointre.testing.tiny import Kind, tiny_encoder, tiny_words

IDS = torch.tensor([[2, 7, 8, 9, 3, 0], [2, 7, 3, 0, 0, 0]])
MASK = torch.tensor([[True] * 5 + [False], [True] * 3 + [False] * 3])


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_family_tells(kind: Kind, tmp_path: Path) -> None:
    model = sources.load_weights(str(tiny_encoder(tmp_path, tiny_words(), kind))).eval()
    attention = last_attention(model, IDS, MASK)
    assert attention is not None
    assert attention.shape == (2, 4, 6, 6)
    real = attention[MASK[:, None].expand(2, 4, 6)]
    torch.testing.assert_close(real.sum(-1), torch.ones(len(real)))
    assert attention[0, :, :5, 5].max() == 0
    assert attention[1, :, :3, 3:].max() == 0


def test_bert_by_hand(tmp_path: Path) -> None:
    model = sources.load_weights(str(tiny_encoder(tmp_path, tiny_words(), layers=1))).eval()
    attention = last_attention(model, IDS, MASK)
    layer = model.encoder.layer[0].attention.self
    for unit, size in enumerate((5, 3)):
        states = model.embeddings(input_ids=IDS[unit : unit + 1])[0, :size]
        queries, keys = layer.query(states), layer.key(states)
        for head in range(4):
            part = slice(8 * head, 8 * head + 8)
            wanted = (queries[:, part] @ keys[:, part].T / 8**0.5).softmax(-1)
            torch.testing.assert_close(attention[unit, head, :size, :size], wanted)


def test_the_encoder_stays_as_it_was(tmp_path: Path) -> None:
    model = sources.load_weights(str(tiny_encoder(tmp_path, tiny_words()))).eval()
    settings, modules = model.config.to_dict(), dict(model.named_modules())
    kernel = model.config._attn_implementation
    assert kernel != "eager"  # else there is nothing to protect
    hooks = {name: len(module._forward_hooks) for name, module in modules.items()}
    before = model(input_ids=IDS, attention_mask=MASK.long()).last_hidden_state
    last_attention(model, IDS, MASK)
    assert model.config._attn_implementation == kernel
    assert model.config.to_dict() == settings
    assert dict(model.named_modules()) == modules
    assert {name: len(module._forward_hooks) for name, module in modules.items()} == hooks
    after = model(input_ids=IDS, attention_mask=MASK.long()).last_hidden_state
    assert torch.equal(before, after)


def test_weights_are_shared_not_copied(tmp_path: Path) -> None:
    model = sources.load_weights(str(tiny_encoder(tmp_path, tiny_words()))).eval()
    attention = last_attention(model, IDS, MASK)
    assert attention is not None
    attention[..., 0].sum().backward()
    gradient = model.encoder.layer[-1].attention.self.query.weight.grad
    assert gradient.abs().max() > 0  # it reached the encoder's own weights


def test_a_family_that_does_not_tell() -> None:
    class Silent(torch.nn.Module):
        def set_attn_implementation(self, name: str) -> None: ...

        def forward(self, **inputs: object) -> object:
            return object()

    assert last_attention(Silent(), IDS, MASK) is None

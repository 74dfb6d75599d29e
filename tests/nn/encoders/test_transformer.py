"""Encoders of seven families: contract, windows, freezing, what a config can get wrong."""

import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from jointre.config import Factory, construct
from jointre.data.pieces import PieceMaker
from jointre.errors import ConfigError
from jointre.nn.encoders import Encoder, TransformerEncoder
from jointre.nn.streams import Stream
from jointre.testing.contracts import EncoderContract
from jointre.testing.contracts.contract import without_dropout
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import FAMILIES, Kind, tiny_documents, tiny_encoder, tiny_words
from tests.naive import pieces as naive

CLOSE = {"atol": 1e-5, "rtol": 1e-5}
LONG = [word for document in tiny_documents()[:2] for word in document.tokens]


class TestBert(EncoderContract):
    component = {"type": "transformer", "stride": 4}


class TestAlbert(EncoderContract):
    component = {"type": "transformer", "stride": 4}
    kind = "albert"


class TestRoberta(EncoderContract):
    component = {"type": "transformer", "stride": 4}
    kind = "roberta"


class TestDeberta(EncoderContract):
    component = {"type": "transformer", "stride": 4}
    kind = "deberta"


class TestDistilbert(EncoderContract):
    component = {"type": "transformer", "stride": 4}
    kind = "distilbert"


class TestElectra(EncoderContract):
    component = {"type": "transformer", "stride": 4, "frozen": 1}
    kind = "electra"


class TestT5(EncoderContract):
    component = {"type": "transformer", "stride": 4}
    kind = "t5"


class TestWindows(EncoderContract):
    component = {"type": "transformer", "stride": 2, "special_tokens": False}
    positions = 7


class TestCheckpointing(EncoderContract):
    component = {"type": "transformer", "stride": 4, "gradient_checkpointing": True}


def encoder_of(kind: Kind = "bert", **options: Any) -> TransformerEncoder:
    made = TransformerEncoder(str(tiny_folder(kind)), **{"stride": 4, **options})
    return made.eval()


def maker_of(encoder: TransformerEncoder) -> PieceMaker:
    return PieceMaker(
        encoder.tokenizer,
        encoder.special_tokens,
        encoder.max_pieces,
        encoder.stride,
        encoder.long_inputs,
    )


def encode(encoder: TransformerEncoder, *units: list[str]) -> Stream:
    maker = maker_of(encoder)
    batch = maker.batch([maker(unit) for unit in units])
    return encoder(batch.ids, batch.mask, batch.window_index, batch.positions)


@pytest.mark.parametrize("kind", FAMILIES)
def test_states_are_the_model_s_own(kind: Kind) -> None:
    encoder = encoder_of(kind)
    with torch.no_grad():
        stream = encode(encoder, ["Ada", "left"])
        ids = torch.from_numpy(maker_of(encoder)(["Ada", "left"]).ids)[None]
        expected = encoder.model(input_ids=ids).last_hidden_state
    torch.testing.assert_close(stream.states, expected, **CLOSE)
    summary = stream.states[:, :-1].mean(1) if kind == "t5" else stream.states[:, 0]
    torch.testing.assert_close(stream.summary, summary)
    assert stream.states.shape[2] == encoder.output_dim == 16
    assert getattr(encoder.model, "pooler", None) is None
    assert encoder.initializer_range == (0.02 if kind == "t5" else 0.1)


@pytest.mark.parametrize("kind", FAMILIES)
def test_without_pretrained_weights(kind: Kind) -> None:
    torch.manual_seed(5)
    encoder, loaded = encoder_of(kind, pretrained=False), encoder_of(kind)
    assert encoder.state_dict().keys() == loaded.state_dict().keys()
    with torch.no_grad():
        first, second = encode(encoder, ["Ada"]).states, encode(loaded, ["Ada"]).states
        again = encode(encoder_of(kind), ["Ada"]).states
    assert first.shape == second.shape
    assert not torch.allclose(first, second)
    assert torch.equal(again, second)


@pytest.mark.parametrize("kind", FAMILIES)
def test_all_positions_can_be_used(kind: Kind) -> None:
    """RoBERTa numbers positions from 2, its table is longer than its inputs may be."""
    encoder = encoder_of(kind)
    assert encoder.max_pieces == 24
    ids = torch.full((1, 24), encoder.tokenizer.unk_token_id)
    room = maker_of(encoder).room
    layout = maker_of(encoder).batch([maker_of(encoder)(["."] * room)]).positions
    layout = replace(layout, roles=layout.roles[:, :24])
    stream = encoder(ids, torch.ones_like(ids, dtype=torch.bool), None, layout)
    assert stream.states.isfinite().all()


def test_roberta_s_table_is_two_longer() -> None:
    assert encoder_of("roberta").model.config.max_position_embeddings == 26


@pytest.mark.parametrize("kind", sorted(FAMILIES.keys() - {"albert"}))
def test_checkpointing_gives_the_same_gradients(kind: Kind) -> None:
    found = []
    for checkpointing in (False, True):
        encoder = encoder_of(kind, gradient_checkpointing=checkpointing)
        without_dropout(encoder.train())
        recomputing = {getattr(m, "gradient_checkpointing", False) for m in encoder.modules()}
        assert (True in recomputing) == checkpointing
        encode(encoder, ["Ada", "Lovelace", "left"]).states.square().sum().backward()
        found.append({name: p.grad for name, p in encoder.named_parameters()})
    for name, grad in found[0].items():
        torch.testing.assert_close(found[1][name], grad, atol=1e-4, rtol=1e-4, msg=name)


def test_checkpointing_that_is_not_supported() -> None:
    text = "gradient_checkpointing=true, but transformers' AlbertModel cannot do it; set it false"
    with pytest.raises(ConfigError, match=re.escape(text)):
        encoder_of("albert", gradient_checkpointing=True)


def trainable(encoder: TransformerEncoder) -> set[str]:
    return {name for name, p in encoder.named_parameters() if p.requires_grad}


@pytest.mark.parametrize("kind", FAMILIES)
def test_frozen_all(kind: Kind) -> None:
    encoder = encoder_of(kind, frozen="all")
    assert not trainable(encoder)
    assert not encode(encoder, ["Ada"]).states.requires_grad


@pytest.mark.parametrize("kind", FAMILIES)
def test_frozen_layers(kind: Kind) -> None:
    everything = trainable(encoder_of(kind))
    none, one = trainable(encoder_of(kind, frozen=0)), trainable(encoder_of(kind, frozen=1))
    assert one < none < everything
    assert all("embed" in name for name in everything - none)
    layers = 1 if kind == "albert" else 2  # ALBERT has one layer, used twice
    assert all("layer" in name for name in none - one)
    numbers = {next(part for part in name.split(".") if part.isdigit()) for name in none - one}
    assert numbers == {"0"}
    with pytest.raises(ConfigError, match=f"frozen=3, but the encoder has {layers} layer"):
        encoder_of(kind, frozen=3)


def test_long_unit_equals_a_naive_assembly() -> None:
    """Each piece comes from the window where it is farthest from an edge, [CLS] from the first."""
    encoder = encoder_of(max_length=10, stride=3)
    with torch.no_grad():
        together = encode(encoder, ["Rome"], LONG)
        maker = maker_of(encoder)
        own = maker(LONG).ids[1:-1]
        plan = naive.windows_of(len(own), 8, 3)
        first, last = encoder.tokenizer.cls_token_id, encoder.tokenizer.sep_token_id
        alone = [
            encoder.model(input_ids=torch.tensor([[first, *own[start:end], last]]))
            for start, end in plan
        ]
    states = [one.last_hidden_state[0] for one in alone]
    expected = [states[0][0]]
    for position in range(len(own)):
        window = naive.best_window(plan, position)
        expected.append(states[window][1 + position - plan[window][0]])
    expected.append(states[-1][-1])
    assert len(plan) > 2
    torch.testing.assert_close(together.states[1, : len(own) + 2], torch.stack(expected), **CLOSE)
    with torch.no_grad():
        short = encode(encoder, ["Rome"])
    torch.testing.assert_close(together.states[0, : short.states.shape[1]], short.states[0])


def test_gradients_flow_through_windows() -> None:
    encoder = encoder_of(max_length=10, stride=3)
    encode(encoder, LONG).states.sum().backward()
    used = {p.grad is not None and bool(p.grad.any()) for p in encoder.model.encoder.parameters()}
    assert used == {True}


def test_a_sentence_of_two_thousand_words() -> None:
    words = tiny_words()
    encoder = encoder_of()
    with torch.no_grad():
        stream = encode(encoder, [words[i % len(words)] for i in range(2000)])
    assert stream.positions.lengths.tolist() == [2000]
    assert stream.states.isfinite().all()


def test_truncation() -> None:
    encoder = encoder_of(long_inputs="truncate", max_length=10, stride=128)
    unit = maker_of(encoder)(LONG)
    assert unit.truncated > 0
    with torch.no_grad():
        cut = encode(encoder, LONG)
        beginning = encode(encoder, LONG[: len(LONG) - unit.truncated])
    torch.testing.assert_close(cut.states, beginning.states)


def test_without_special_tokens() -> None:
    encoder = encoder_of(special_tokens=False)
    with torch.no_grad():
        stream = encode(encoder, ["Ada", "left"], ["Rome"])
    assert stream.positions.roles.max() == 1
    torch.testing.assert_close(stream.summary[0], stream.states[0].mean(0))


@pytest.mark.parametrize("kind", FAMILIES)
def test_hard_words(kind: Kind) -> None:
    encoder = encoder_of(kind)
    with torch.no_grad():
        stream = encode(encoder, ["", "\u200b", "[CLS]", "</s>", "🎉"])
    assert stream.positions.lengths.tolist() == [5]
    assert stream.states.isfinite().all()


def test_bfloat16_states_are_given_in_float32() -> None:
    encoder = encoder_of()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert encode(encoder, ["Ada"]).states.dtype == torch.float32


def test_built_from_a_config() -> None:
    config = {"type": "transformer", "model_name": str(tiny_folder("bert")), "stride": 4}
    made = construct(Factory[Encoder], config)()
    assert isinstance(made, TransformerEncoder)
    assert made.max_pieces == 24


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stride": 22}, "model.encoder: stride=22 must be less than a window's 22 pieces"),
        ({"max_length": 5}, "model.encoder: stride=4 must be less than a window's 3 pieces"),
        ({"special_tokens": False, "stride": 24}, "stride=24 must be less than a window's 24"),
        ({"frozen": 9}, "model.encoder: frozen=9, but the encoder has 2 layers"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    config = {"type": "transformer", "model_name": str(tiny_folder("bert")), "stride": 4}
    factory = construct(Factory[Encoder], config | options, "model.encoder")
    with pytest.raises(ConfigError, match=re.escape(message)):
        factory()


def test_stride_matters_to_windows_only() -> None:
    assert encoder_of(long_inputs="truncate", stride=500).stride == 500


def test_restored_from_a_folder(tmp_path: Path) -> None:
    encoder = encoder_of()
    encoder.save(tmp_path)
    options = encoder.restored({"model_name": "somewhere/else", "frozen": 1}, tmp_path)
    assert options == {"model_name": f"archive:{tmp_path}", "pretrained": False, "frozen": 1}
    assert not list(tmp_path.glob("*.safetensors"))


@pytest.mark.parametrize(("kind", "left"), [("bert", 0), ("t5", 1)])
def test_one_layer_encoder(tmp_path: Path, kind: Kind, left: int) -> None:
    folder = tiny_encoder(tmp_path, ["a"], kind, hidden=8, layers=1, heads=2, positions=16)
    encoder = TransformerEncoder(str(folder), stride=2, frozen=1)
    assert len(trainable(encoder)) == left  # T5 normalises after its last layer
    with pytest.raises(ConfigError, match="frozen=2, but the encoder has 1 layer"):
        TransformerEncoder(str(folder), stride=2, frozen=2)


def test_only_the_encoder_of_t5_is_loaded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not its decoder; nothing is missing, and no weight has two names in an archive."""
    folder = tiny_encoder(tmp_path / "t5", ["a"], "t5", hidden=8, heads=2)
    stored = load_file(folder / "model.safetensors")
    assert any(name.startswith("decoder.") for name in stored)
    library = logging.getLogger("transformers")
    library.addHandler(caplog.handler)
    try:
        encoder = TransformerEncoder(str(folder), stride=4)
    finally:
        library.removeHandler(caplog.handler)
    assert caplog.text == ""
    state = encoder.state_dict()
    assert len({value.data_ptr() for value in state.values()}) == len(state)
    assert torch.equal(state["model.embed_tokens.weight"], stored["shared.weight"])
    own = {name.removeprefix("encoder.") for name in stored if name.startswith("encoder.")}
    assert {name.removeprefix("model.") for name in state} == own | {"embed_tokens.weight"}
    encoder.save(tmp_path / "saved")
    again = TransformerEncoder(str(tmp_path / "saved"), pretrained=False, stride=4)
    assert again.state_dict().keys() == state.keys()


def test_other_models_with_a_decoder_are_refused(tmp_path: Path) -> None:
    folder = tiny_encoder(tmp_path, ["a"], hidden=8, heads=2)
    settings = {"model_type": "bart", "d_model": 8, "is_encoder_decoder": True}
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    text = "a model of type 'bart' has a decoder, and its encoder cannot be loaded alone; take an"
    for pretrained in (True, False):
        with pytest.raises(ConfigError, match=text):
            TransformerEncoder(str(folder), pretrained=pretrained)

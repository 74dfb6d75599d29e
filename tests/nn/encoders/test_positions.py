"""Positions of the encoders' families, counted and extended."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import DebertaV2Config

from jointre.data.pieces import PieceMaker
from jointre.errors import ConfigError, DataError
from jointre.nn.encoders import TransformerEncoder, positions, sources
from jointre.nn.streams import Stream
from jointre.testing.contracts import EncoderContract
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import FAMILIES, Kind, tiny_words

LEARNT: list[Kind] = ["bert", "albert", "roberta", "distilbert", "electra"]
WORDS = tiny_words()


class TestBert(EncoderContract):
    component = {"type": "transformer", "long_inputs": "extend", "max_length": 40}
    positions = 8


class TestRoberta(EncoderContract):
    component = {
        "type": "transformer",
        "long_inputs": "extend",
        "max_length": 40,
        "extension": "tile",
        "special_tokens": False,
    }
    kind = "roberta"
    positions = 8


def encoder_of(kind: Kind = "bert", length: int = 40, **options: Any) -> TransformerEncoder:
    torch.manual_seed(1)
    settled = {"long_inputs": "extend", "max_length": length, **options}
    return TransformerEncoder(str(tiny_folder(kind)), **settled).eval()


def table_of(encoder: TransformerEncoder) -> torch.Tensor:
    table: torch.Tensor = encoder.model.embeddings.position_embeddings.weight
    return table.detach()


def encode(encoder: TransformerEncoder, words: list[str]) -> Stream:
    options = (encoder.special_tokens, encoder.max_pieces, encoder.stride, encoder.long_inputs)
    maker = PieceMaker(encoder.tokenizer, *options)
    batch = maker.batch([maker(words)])
    assert batch.window_index is None
    return encoder(batch.ids, batch.mask, batch.window_index, batch.positions)


@pytest.mark.parametrize("kind", FAMILIES)
def test_count(kind: Kind) -> None:
    assert positions.count(sources.load_weights(str(tiny_folder(kind)))) == 24


@pytest.mark.parametrize("kind", LEARNT)
def test_old_rows_stay_and_new_ones_follow(kind: Kind) -> None:
    before = sources.load_weights(str(tiny_folder(kind)))
    encoder = encoder_of(kind)
    own = 24 + 2 * (kind == "roberta")
    assert table_of(encoder).shape == (own + 16, 16)
    assert torch.equal(table_of(encoder)[:own], before.embeddings.position_embeddings.weight)
    assert positions.count(encoder.model) == encoder.max_pieces == 40
    state, old = encoder.model.state_dict(), before.state_dict()
    others = [name for name in state if name != positions.TABLE]
    assert others
    assert all(torch.equal(state[name], old[name]) for name in others)
    assert torch.equal(table_of(encoder_of(kind)), table_of(encoder)), "the seed decides"


@pytest.mark.parametrize(("extension", "std"), [("normal_1", 1.0), ("normal_0.02", 0.02)])
def test_new_rows_are_drawn(extension: str, std: float) -> None:
    new = table_of(encoder_of(length=1000, extension=extension))[24:]
    assert new.std().item() == pytest.approx(std, rel=0.03)
    assert abs(new.mean().item()) < 0.03 * std


@pytest.mark.parametrize(("kind", "first"), [("bert", 0), ("roberta", 2)])
def test_new_rows_repeat_the_old_ones(kind: Kind, first: int) -> None:
    """RoBERTa's first rows belong to no piece: they are not repeated."""
    table = table_of(encoder_of(kind, length=60, extension="tile"))[first:]
    for position in range(60):
        assert torch.equal(table[position], table[position % 24])


@pytest.mark.parametrize("kind", LEARNT)
def test_short_units_are_read_as_before(kind: Kind) -> None:
    plain = TransformerEncoder(str(tiny_folder(kind)), stride=4).eval()
    with torch.no_grad():
        found, expected = (encode(one, ["Ada", "left"]).states for one in (encoder_of(kind), plain))
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("kind", LEARNT)
def test_long_units_are_read_at_once(kind: Kind) -> None:
    """The new rows are read, and they learn."""
    encoder = encoder_of(kind, special_tokens=False)
    stream = encode(encoder, ["."] * 36)
    assert stream.states.shape == (1, 36, 16)
    stream.states.square().sum().backward()
    gradient = encoder.model.embeddings.position_embeddings.weight.grad
    assert gradient is not None
    moved = gradient[2 * (kind == "roberta") :].any(1)
    assert moved.tolist() == [True] * 36 + [False] * 4


def test_saved_and_restored(tmp_path: Path) -> None:
    encoder = encoder_of(extension="normal_0.02")
    encoder.save(tmp_path)
    options = {"model_name": "elsewhere", "long_inputs": "extend", "max_length": 40}
    again = TransformerEncoder(**encoder.restored(options, tmp_path)).eval()
    again.load_state_dict(encoder.state_dict())
    words = [WORDS[i % len(WORDS)] for i in range(16)]
    with torch.no_grad():
        assert torch.equal(encode(again, words).states, encode(encoder, words).states)


def test_as_many_positions_as_there_are() -> None:
    before = sources.load_weights(str(tiny_folder("bert")))
    assert positions.extended(before, 24, "normal_1") is before


def test_a_unit_that_is_too_long() -> None:
    text = "a unit has 51 pieces, but the encoder was given positions for 40 (long_inputs: 'extend'"
    with pytest.raises(DataError, match=re.escape(text)):
        encode(encoder_of(), ["."] * 49)
    assert encode(encoder_of(), ["."] * 38).states.shape[1] == 40


@pytest.mark.parametrize(("kind", "name"), [("t5", "t5"), ("deberta", "deberta-v2")])
def test_encoders_without_a_table(kind: Kind, name: str) -> None:
    text = (
        "long_inputs='extend' needs an encoder with a learnt row for each position (BERT, "
        f"RoBERTa, ALBERT, ELECTRA, DistilBERT); one of type '{name}' has none; take 'windows'"
    )
    with pytest.raises(ConfigError, match=re.escape(text)):
        encoder_of(kind)


def test_encoders_with_more_than_a_table() -> None:
    """Here the relative positions are as many as the absolute ones."""
    config = DebertaV2Config(
        vocab_size=9,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=12,
        relative_attention=True,
        position_biased_input=True,
        pos_att_type=["p2c"],
    )
    text = "long_inputs='extend': an encoder of type 'deberta-v2' has more that depends on the"
    with pytest.raises(ConfigError, match=text):
        positions.extended(sources.build(config), 20, "normal_1")


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (None, "long_inputs='extend' needs max_length, the pieces of a unit"),
        (12, "max_length=12, but the encoder has 24 positions already; take a larger max_length"),
    ],
)
def test_lengths_that_do_not_fit(length: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        encoder_of(length=length)


def test_extending_is_asked_for() -> None:
    """A larger ``max_length`` alone changes nothing."""
    assert encoder_of(long_inputs="windows", stride=4).max_pieces == 24

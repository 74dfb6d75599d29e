"""Words → pieces, windows and layout, for every family of tokenizers."""

import itertools
import pickle
import re
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from jointre.data import pieces as module
from jointre.data.pieces import MAX_WORD_CHARACTERS, MAX_WORD_PIECES, PieceMaker
from jointre.errors import ConfigError, DataError
from jointre.positions import Role
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import FAMILIES, Kind, tiny_documents, tiny_words
from tests.data.documents import TYPES_ARE_SAMPLED
from tests.naive import pieces as naive

SENTENCE = list(tiny_documents()[0].tokens)  # "Ada Lovelace worked for …"
HARD = ["", "\u200b", "\u00ad", " ", "🎉", "zzz", "[CLS", "a b", "İstanbul", "x" * 300]
SPECIAL = ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", "<s>", "</s>", "<pad>", "<unk>", "<mask>"]


def tokenizer_of(kind: Kind) -> Any:
    return AutoTokenizer.from_pretrained(tiny_folder(kind))


def maker_of(kind: Kind = "bert", room: int = 100, stride: int = 2, **options: Any) -> PieceMaker:
    special = options.get("special_tokens", True)
    settled = {"special_tokens": special, "long_inputs": "windows", **options}
    return PieceMaker(tokenizer_of(kind), max_pieces=room + 2 * special, stride=stride, **settled)


@pytest.mark.parametrize("kind", FAMILIES)
def test_each_word_alone(kind: Kind) -> None:
    maker = maker_of(kind)
    found = maker(SENTENCE)
    tokenizer = maker.tokenizer
    words = [naive.pieces_of(tokenizer, word, maker.prefix) for word in SENTENCE]
    first = [] if kind == "t5" else [tokenizer.cls_token_id]
    last = tokenizer.eos_token_id if kind == "t5" else tokenizer.sep_token_id
    assert found.ids.tolist() == [*first, *(piece for word in words for piece in word), last]
    assert np.diff(found.starts).tolist() == [len(word) for word in words]
    assert found.starts[0] == len(first)
    assert found.truncated == 0


def test_only_byte_level_words_are_prefixed_by_a_space() -> None:
    prefixes = {kind: maker_of(kind).prefix for kind in FAMILIES}
    assert prefixes == {kind: " " if kind == "roberta" else "" for kind in FAMILIES}


@pytest.mark.parametrize("kind", FAMILIES)
def test_no_word_vanishes(kind: Kind) -> None:
    """Words of white space, of nothing, of invisible or unknown characters keep a piece."""
    found = maker_of(kind)(HARD)
    assert (np.diff(found.starts) > 0).all()
    assert len(found.starts) == len(HARD) + 1


@pytest.mark.parametrize("kind", FAMILIES)
def test_words_that_look_special_are_text(kind: Kind) -> None:
    maker = maker_of(kind)
    reserved = set(maker.tokenizer.all_special_ids) - {maker.tokenizer.unk_token_id}
    found = maker([*SPECIAL, "London"])
    edge = len(maker.first)
    assert edge == (kind != "t5")
    assert not reserved & set(found.ids[edge:-1].tolist())
    batch = maker.batch([found])
    assert (batch.positions.roles == Role.SUMMARY).sum() == edge
    assert (batch.positions.roles == Role.SPECIAL).sum() == 1
    assert batch.positions.lengths.tolist() == [len(SPECIAL) + 1]


def test_byte_level_pieces_of_a_special_word() -> None:
    maker = maker_of("roberta")
    ids = maker(["<s>"]).ids[1:-1].tolist()
    assert "".join(maker.tokenizer.convert_ids_to_tokens(ids)) == "Ġ<s>"


def test_without_special_tokens() -> None:
    maker = maker_of(special_tokens=False)
    found, whole = maker(["Ada", "London"]), maker_of()(["Ada", "London"])
    assert found.ids.tolist() == whole.ids[1:-1].tolist()
    assert found.starts.tolist() == (whole.starts - 1).tolist()
    assert maker.batch([found]).positions.roles.tolist() == [[1] * len(found.ids)]


def test_batch() -> None:
    maker = maker_of()
    units = [maker(["Rome"]), maker(SENTENCE), maker(["London", "."])]
    batch = maker.batch(units)
    longest = len(units[1].ids)
    assert batch.window_index is None
    assert batch.size == 3
    for row, unit in enumerate(units):
        size = len(unit.ids)
        assert batch.ids[row, :size].tolist() == unit.ids.tolist()
        assert batch.ids[row, size:].tolist() == [maker.padding] * (longest - size)
        assert batch.mask[row].tolist() == [True] * size + [False] * (longest - size)
        roles = [Role.SUMMARY, *[Role.WORD] * (size - 2), Role.SPECIAL]
        assert batch.positions.roles[row].tolist() == roles + [Role.PAD] * (longest - size)
        words = list(zip(unit.starts[:-1].tolist(), unit.starts[1:].tolist(), strict=True))
        assert [tuple(word) for word in batch.positions.words[row, : len(words)].tolist()] == words
        assert not batch.positions.words[row, len(words) :].any()
    assert batch.positions.lengths.tolist() == [1, 11, 2]


@TYPES_ARE_SAMPLED
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.integers(2, 20), st.data())
def test_windows(count: int, room: int, data: st.DataObject) -> None:
    stride = data.draw(st.integers(0, room - 1))
    maker = maker_of_room(room, stride)
    windows = maker.windows(count)
    assert windows == naive.windows_of(count, room, stride)
    assert windows[0][0] == 0
    assert windows[-1][1] == count
    assert all(end - start <= room for start, end in windows)
    assert all(a[1] - b[0] == stride for a, b in itertools.pairwise(windows))


def maker_of_room(room: int, stride: int) -> PieceMaker:
    """A maker that only plans: no tokenizer is read again for every example."""
    maker = object.__new__(PieceMaker)
    maker.room, maker.stride = room, stride
    return maker


@pytest.mark.parametrize("special", [True, False])
@pytest.mark.parametrize("stride", [0, 1, 4])
def test_windows_are_gathered(stride: int, special: bool) -> None:
    """Every position of a long unit is read where it is farthest from a window's edge."""
    maker = maker_of(room=6, stride=stride, special_tokens=special)
    units = [maker(SENTENCE), maker(["Rome"]), maker(SENTENCE[:5])]
    batch = maker.batch(units)
    assert batch.window_index is not None
    flat, edge = batch.ids.flatten(), int(special)
    first = 0
    for row, unit in enumerate(units):
        own = len(unit.ids) - 2 * edge
        plan = naive.windows_of(own, 6, stride)
        sources = batch.window_index[row, : len(unit.ids)]
        assert flat[sources].tolist() == unit.ids.tolist()
        for position in range(own):
            window = naive.best_window(plan, position)
            column = edge + position - plan[window][0]
            expected = (first + window) * batch.ids.shape[1] + column
            assert sources[edge + position] == expected
        if special:
            assert sources[0] == first * batch.ids.shape[1]  # [CLS] of the first window
            assert sources[-1] // batch.ids.shape[1] == first + len(plan) - 1  # [SEP] of the last
        first += len(plan)
    assert len(batch.ids) == first
    assert batch.ids.shape[1] <= 6 + 2 * edge
    assert torch.equal(batch.mask.any(1), torch.ones(first, dtype=torch.bool))
    assert not batch.mask[batch.ids == maker.padding].any()


@pytest.mark.parametrize("room", [1, 2, 5, 8, 50])
def test_truncation_keeps_whole_words(room: int) -> None:
    whole = maker_of()(SENTENCE)
    found = maker_of(room=room, long_inputs="truncate")(SENTENCE)
    ends = (whole.starts[1:] - 1).tolist()
    kept = sum(end <= room for end in ends)
    assert len(found.starts) - 1 == kept
    assert found.truncated == len(SENTENCE) - kept
    size = int(whole.starts[kept])
    assert found.ids.tolist() == [*whole.ids[:size].tolist(), whole.ids[-1]]


def test_units_of_which_no_word_fits() -> None:
    """They have no word, but one empty row, so that no axis of a batch is empty."""
    maker = maker_of(room=1, long_inputs="truncate")
    unit = maker(["Lovelace"])
    assert unit.truncated == 1
    positions = maker.batch([unit, unit]).positions
    assert positions.words.tolist() == [[[0, 0]], [[0, 0]]]
    assert positions.lengths.tolist() == [0, 0]


def test_units_without_a_piece() -> None:
    """Without special pieces nothing is left of an empty unit; a batch still has a position."""
    maker = maker_of(special_tokens=False)
    batch = maker.batch([maker([]), maker([])])
    assert batch.ids.tolist() == [[maker.padding]] * 2
    assert batch.positions.roles.tolist() == [[Role.PAD]] * 2
    assert not batch.mask.any()
    assert not batch.positions.lengths.any()


def test_two_thousand_words() -> None:
    words = tiny_words()
    tokens = [words[i % len(words)] for i in range(2000)]
    maker = maker_of(room=62, stride=16)
    unit = maker(tokens)
    batch = maker.batch([unit])
    assert batch.positions.lengths.tolist() == [2000]
    assert batch.window_index is not None
    assert batch.ids.flatten()[batch.window_index[0]].tolist() == unit.ids.tolist()


def test_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE_LIMIT", 3)
    maker, fresh = maker_of(), maker_of()
    for start in range(0, len(SENTENCE), 2):
        tokens = SENTENCE[start : start + 3]
        assert maker(tokens).ids.tolist() == fresh(tokens).ids.tolist()
        assert len(maker._cache) <= 3 + 3
    assert len(fresh._cache) <= 3 + 3


def test_words_are_tokenised_once(monkeypatch: pytest.MonkeyPatch) -> None:
    maker = maker_of()
    first = maker(SENTENCE)
    monkeypatch.setattr(maker, "tokenizer", None)
    assert maker(SENTENCE).ids.tolist() == first.ids.tolist()


def test_travels_to_workers() -> None:
    maker = maker_of("roberta")
    assert pickle.loads(pickle.dumps(maker))(SENTENCE).ids.tolist() == maker(SENTENCE).ids.tolist()


@pytest.mark.parametrize("missing", ["cls_token", "sep_token", "pad_token", "unk_token"])
def test_a_tokenizer_must_have_what_is_needed(missing: str) -> None:
    names = ("cls_token_id", "sep_token_id", "pad_token_id", "unk_token_id")
    ids = {name: None if name.startswith(missing) else 1 for name in names}
    with pytest.raises(ConfigError, match=f"tokenizer has no {missing}, which jointre needs"):
        PieceMaker(SimpleNamespace(**ids), True, 10, 2, "windows")


@pytest.mark.parametrize("special", [True, False])
def test_long_units_can_be_refused(special: bool) -> None:
    own = 2 * special
    size = len(maker_of(special_tokens=special)(SENTENCE).ids) - own
    fits = maker_of(room=size, long_inputs="extend", special_tokens=special)
    assert len(fits(SENTENCE, "document 'd'").ids) == size + own
    assert len(fits([]).ids) == own
    maker = maker_of(room=size - 1, long_inputs="extend", special_tokens=special)
    text = (
        f"document 'd' has {size + own} pieces, but the encoder was given positions for "
        f"{size + own - 1} (long_inputs: 'extend', max_length); split it, or train with a larger "
        "max_length or with long_inputs: 'windows'"
    )
    with pytest.raises(DataError, match=re.escape(text)):
        maker(SENTENCE, "document 'd'")


@pytest.mark.parametrize("kind", FAMILIES)
def test_only_the_beginning_of_an_enormous_word_is_read(kind: Kind) -> None:
    maker = maker_of(kind)
    enormous = "q+Z/9" * 20_000
    started = time.monotonic()
    found = maker(["Ada", enormous, "London"])
    assert time.monotonic() - started < 5
    assert found.shortened == (1,)
    alone = [np.diff(maker([word]).starts).tolist()[0] for word in ("Ada", "London")]
    counts = np.diff(found.starts).tolist()
    assert (counts[0], counts[2]) == (alone[0], alone[1])
    # The tiny unigram models know none of these characters, and join unknown ones.
    assert counts[1] == (2 if kind in ("albert", "deberta", "t5") else MAX_WORD_PIECES)
    assert maker.counts(["Ada", enormous, "London"]).tolist() == np.diff(found.starts).tolist()
    assert max(map(len, maker._cache)) <= MAX_WORD_CHARACTERS


def test_a_word_is_shortened_beyond_the_limit_and_not_at_it() -> None:
    maker = maker_of()
    longest, longer = "+" * MAX_WORD_PIECES, "+" * (MAX_WORD_PIECES + 1)
    assert np.diff(maker([longest]).starts).tolist() == [MAX_WORD_PIECES]
    assert maker([longest]).shortened == ()
    found = maker([longer, longest, longer])
    assert found.shortened == (0, 2)
    assert np.diff(found.starts).tolist() == [MAX_WORD_PIECES] * 3

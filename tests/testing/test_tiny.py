"""The tiny encoders are real: each loads through its family's classes and knows its words."""

import time
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
import torch
from transformers import AutoModel, AutoModelForTextEncoding, AutoTokenizer

from jointre.data.checks import check_corpus
from jointre.errors import ConfigError
from jointre.testing.tiny import (
    FAMILIES,
    Kind,
    tiny_documents,
    tiny_encoder,
    tiny_texts,
    tiny_vocabulary,
    tiny_words,
)


@pytest.mark.parametrize("kind", FAMILIES)
def test_family(kind: Kind, tmp_path: Path) -> None:
    words = tiny_words()
    folder = tiny_encoder(tmp_path / "new" / kind, words, kind, hidden=16, layers=1, heads=2)
    loader = AutoModelForTextEncoding if kind == "t5" else AutoModel
    model, tokenizer = loader.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    assert kind.startswith(model.config.model_type.split("-")[0])
    assert model.config.hidden_size == 16
    assert model.config.num_hidden_layers == 1
    assert len(tokenizer) == model.config.vocab_size
    assert model.config.pad_token_id == tokenizer.pad_token_id
    for word in words:
        pieces = tokenizer(f" {word}", add_special_tokens=False)["input_ids"]
        assert tokenizer.unk_token_id not in pieces, f"{word!r} is unknown"
        assert tokenizer.decode(pieces).strip() == word
    long = tokenizer(" Lovelace", add_special_tokens=False)["input_ids"]
    assert 1 < len(long) < 8
    ids = torch.tensor([tokenizer(" Lovelace")["input_ids"]])
    states = model.eval()(input_ids=ids).last_hidden_state
    assert states.shape == (1, len(long) + (1 if kind == "t5" else 2), 16)
    assert states.isfinite().all()


def test_seed_decides_the_weights(tmp_path: Path) -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    files = [
        (tiny_encoder(tmp_path / name, ["a"], seed=seed) / "model.safetensors").read_bytes()
        for name, seed in (("first", 0), ("again", 0), ("other", 1))
    ]
    assert files[0] == files[1] != files[2]
    assert torch.equal(before, torch.get_rng_state())


def test_fast(tmp_path: Path) -> None:
    tiny_encoder(tmp_path / "warm", tiny_words())
    start = time.perf_counter()
    tiny_encoder(tmp_path / "timed", tiny_words())
    assert time.perf_counter() - start < 0.5


def test_unknown_kind(tmp_path: Path) -> None:
    unchecked = getattr(tiny_encoder, "__wrapped__", tiny_encoder)  # past the run-time type check
    with pytest.raises(ConfigError, match=r"kind='gpt': tiny_encoder makes one of bert, albert"):
        unchecked(tmp_path, ["a"], "gpt")


def test_kinds_are_the_families() -> None:
    assert list(get_args(Kind)) == list(FAMILIES)


def test_documents_cover_the_hard_cases() -> None:
    documents, vocabulary = tiny_documents(), tiny_vocabulary()
    assert not any(vocabulary.unknown_labels(documents).values())
    assert {len(document.tokens) for document in documents} >= {0, 1}
    assert any(not document.entities and document.tokens for document in documents)
    assert any(len(document.relations) > 1 for document in documents)
    assert "🎉" in tiny_words()
    assert any(
        a.span.start <= b.span.start and b.span.end <= a.span.end and a != b
        for document in documents
        for a in document.entities
        for b in document.entities
    )
    found = {entity.label for document in documents for entity in document.entities}
    assert found == set(vocabulary.entity_labels)
    related = {relation.label for document in documents for relation in document.relations}
    assert related == set(vocabulary.relation_labels)


def test_texts_cover_the_hard_cases() -> None:
    texts, vocabulary = tiny_texts(), tiny_vocabulary()
    assert not any(vocabulary.unknown_labels(texts).values())
    assert {len(text.tokens) for text in texts} >= {0, 1}
    assert {len(text.entities) for text in texts} >= {0, 1, 3, 4}
    assert not check_corpus(texts).cross_sentence_mentions
    assert check_corpus(texts).cross_sentence_relations
    entities = [entity for text in texts for entity in text.entities]
    assert {len(entity.mentions) for entity in entities} >= {1, 2, 3}
    assert any(len(set(entity.mentions)) < len(entity.mentions) for entity in entities)
    assert any(
        set(a.mentions) & set(b.mentions)
        for text in texts
        for a, b in combinations(text.entities, 2)
    )
    assert any(start == end for text in texts for start, end in text.sentences if text.tokens)

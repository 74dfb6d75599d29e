"""Tiny encoders, documents and a vocabulary, made without a network, for tests."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    AlbertConfig,
    AlbertTokenizer,
    AutoModel,
    BertConfig,
    BertTokenizer,
    DebertaV2Config,
    DebertaV2Tokenizer,
    DistilBertConfig,
    DistilBertTokenizer,
    ElectraConfig,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
    RobertaConfig,
    RobertaTokenizer,
    T5Config,
    T5Tokenizer,
)

from jointre.data.overlaps import LabelOverlaps
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError

Kind = Literal["bert", "albert", "roberta", "deberta", "distilbert", "electra", "t5"]
PIECE = 4  # characters of a piece: longer words have several pieces
SPREAD = 0.1  # initializer_range: keeps the states of narrow layers as large as those of wide ones


def tiny_encoder(
    folder: Path,
    words: Iterable[str],
    kind: Kind = "bert",
    hidden: int = 32,
    layers: int = 2,
    heads: int = 4,
    positions: int = 512,
    seed: int = 0,
) -> Path:
    """Write an encoder with random weights and a tokenizer of the kind that its family uses.

    Use it as ``{"type": "transformer", "model_name": str(folder)}``. The tokenizer is cased and
    splits the given words into pieces of four characters; depending on the family, other words are
    split into characters or unknown.

    Args:
        folder: Folder to write, which is created if it is missing.
        words: Words that the tokenizer knows.
        kind: Family of the encoder.
        hidden: Width of the states, a multiple of ``heads``.
        layers: Number of layers.
        heads: Number of attention heads per layer.
        positions: Maximum number of pieces of an input, including special ones.
        seed: Random seed for the weights; the state of torch's generators does not change.

    Returns:
        The folder, with config.json, model.safetensors and the tokenizer.

    Raises:
        ConfigError: The kind is unknown.
    """
    if kind not in FAMILIES:
        raise ConfigError(f"kind={kind!r}: tiny_encoder makes one of {', '.join(FAMILIES)}")
    make_tokenizer, make_config = FAMILIES[kind]
    tokenizer = make_tokenizer(sorted({word for word in words if word}), positions)
    sizes = {
        "hidden_size": hidden,
        "embedding_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 2 * hidden,
        "max_position_embeddings": positions,
        "initializer_range": SPREAD,
    }
    config = make_config({**_token_options(tokenizer), **sizes})
    folder.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(folder)
    save_file(_weights(config, seed), folder / "model.safetensors", {"format": "pt"})
    tokenizer.save_pretrained(folder)
    return folder


def _token_options(tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    """The options of an encoder that its tokenizer determines."""
    return {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.cls_token_id,
        "eos_token_id": tokenizer.sep_token_id or tokenizer.eos_token_id,
    }


def _weights(config: PreTrainedConfig, seed: int) -> dict[str, torch.Tensor]:
    """Random weights of an encoder; tied weights, which T5 has, occur once."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        state = AutoModel.from_config(config).state_dict()  # type: ignore[no-untyped-call]
    names = {value.data_ptr(): name for name, value in reversed(state.items())}
    return {name: state[name] for name in names.values()}


def tiny_documents() -> list[Document]:
    """Sentences by hand: nested, several relations, one word, no entity, no word, an emoji."""
    rows: list[tuple[str, list[tuple[str, int, int]], list[tuple[str, int, int]]]] = [
        (
            "Ada Lovelace worked for the University of London in London .",
            [("Peop", 0, 2), ("Org", 5, 8), ("Loc", 7, 8), ("Loc", 9, 10)],
            [("Work_For", 0, 1), ("Live_In", 0, 3), ("Based_In", 1, 3)],
        ),
        (
            "Bob and Carol married in Rome 🎉 ; Bob left .",
            [("Peop", 0, 1), ("Peop", 2, 3), ("Loc", 5, 6), ("Peop", 8, 9)],
            [("Spouse", 0, 1), ("Live_In", 0, 2), ("Live_In", 1, 2)],
        ),
        ("Nothing was found .", [], []),
        ("London", [("Loc", 0, 1)], []),
        ("", [], []),
        (
            "The Rome office of Unilever hired Ada and fired Bob .",
            [("Loc", 1, 2), ("Org", 0, 5), ("Org", 4, 5), ("Peop", 6, 7), ("Peop", 9, 10)],
            [("Based_In", 2, 0), ("Work_For", 3, 2)],
        ),
    ]
    return [
        Document(
            id=f"tiny-{number}",
            tokens=tuple(text.split()),
            entities=tuple(Entity(label, (Span(start, end),)) for label, start, end in entities),
            relations=tuple(Relation(*relation) for relation in relations),
        )
        for number, (text, entities, relations) in enumerate(rows)
    ]


def tiny_texts() -> list[Document]:
    """Documents by hand: relations across sentences, shared mentions, one entity, none, no word."""
    rows: list[tuple[list[str], list[tuple[str, list[tuple[int, int]]]], list[Any]]] = [
        (
            ["Ada Lovelace worked in London .", "She met Bob there .", "Bob married Ada in Rome ."],
            [
                ("Peop", [(0, 2), (6, 7), (13, 14)]),
                ("Loc", [(4, 5), (9, 10)]),
                ("Peop", [(8, 9), (11, 12)]),
                ("Loc", [(15, 16)]),
            ],
            [("Live_In", 0, 1), ("Spouse", 0, 2), ("Live_In", 2, 1), ("Live_In", 2, 3)],
        ),
        (
            ["The University of London and Oxford fought .", "", "London won ; Oxford lost ."],
            [
                ("Org", [(0, 4), (8, 9), (0, 4)]),
                ("Org", [(1, 6), (11, 12)]),
                ("Loc", [(3, 4), (8, 9)]),
            ],
            [("Based_In", 0, 2), ("Work_For", 0, 2), ("Based_In", 1, 2)],
        ),
        (["Nothing was found .", "Why ?"], [], []),
        (["London called .", "London waited ."], [("Loc", [(0, 1), (3, 4)])], []),
        (
            ["Ada left .", "Rome waited ."],
            [("Peop", [(0, 1)]), ("Loc", [(3, 4)])],
            [("Live_In", 0, 1)],
        ),
        (["Rome"], [("Loc", [(0, 1)])], []),
        ([""], [], []),
    ]
    return [_text(f"text-{number}", *row) for number, row in enumerate(rows)]


def _text(
    id: str,
    sentences: list[str],
    entities: list[tuple[str, list[tuple[int, int]]]],
    relations: list[tuple[str, int, int]],
) -> Document:
    ends = [len(" ".join(sentences[:count]).split()) for count in range(len(sentences) + 1)]
    return Document(
        id=id,
        tokens=tuple(" ".join(sentences).split()),
        sentences=tuple(Span(*pair) for pair in pairwise(ends)),
        entities=tuple(
            Entity(label, tuple(Span(*span) for span in spans)) for label, spans in entities
        ),
        relations=tuple(Relation(*relation) for relation in relations),
    )


def tiny_vocabulary() -> Vocabulary:
    """The labels of :func:`tiny_documents` and :func:`tiny_texts`; ``Spouse`` is symmetric."""
    return Vocabulary(
        ("Loc", "Org", "Peop"),
        ("Based_In", "Live_In", "Spouse", "Work_For"),
        frozenset({"Spouse"}),
        LabelOverlaps(),
    )


def tiny_words() -> list[str]:
    """The words of :func:`tiny_documents`, each once."""
    return list(dict.fromkeys(word for document in tiny_documents() for word in document.tokens))


def _cut(word: str) -> list[str]:
    return [word[start : start + PIECE] for start in range(0, len(word), PIECE)]


def _word_piece(
    kind: type[PreTrainedTokenizerBase],
) -> Callable[[list[str], int], PreTrainedTokenizerBase]:
    def make(words: list[str], positions: int) -> PreTrainedTokenizerBase:
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        for word in words:
            first, *following = _cut(word)
            pieces += [first, *(f"##{piece}" for piece in following)]
        letters = sorted({letter for word in words for letter in word})
        pieces += [*letters, *(f"##{letter}" for letter in letters)]
        return kind(vocab=_numbered(pieces), do_lower_case=False, model_max_length=positions)

    return make


def _unigram(
    kind: type[PreTrainedTokenizerBase], special: list[str], **options: Any
) -> Callable[[list[str], int], PreTrainedTokenizerBase]:
    def make(words: list[str], positions: int) -> PreTrainedTokenizerBase:
        pieces = [piece for word in words for piece in _cut(f"▁{word}")]
        letters = sorted({letter for word in words for letter in word})
        scores = dict.fromkeys(special, 0.0) | {
            piece: -float(1 + PIECE - len(piece)) for piece in [*pieces, "▁", *letters]
        }
        options.setdefault("do_lower_case", False)
        return kind(vocab=list(scores.items()), model_max_length=positions, **options)

    return make


def _byte_pairs(words: list[str], positions: int) -> PreTrainedTokenizerBase:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet())]
    merges: dict[tuple[str, str], None] = {}
    by_bytes = ByteLevel(add_prefix_space=True)
    for size in range(1, PIECE):
        for word in words:
            for piece in _cut(by_bytes.pre_tokenize_str(word)[0][0]):
                if size < len(piece):
                    merges[piece[:size], piece[size]] = None
    pieces += ["".join(merge) for merge in merges]
    ranked: Any = list(merges)
    return RobertaTokenizer(vocab=_numbered(pieces), merges=ranked, model_max_length=positions)


def _numbered(pieces: list[str]) -> dict[str, int]:
    return {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}


def _roberta(options: dict[str, Any]) -> PreTrainedConfig:
    """RoBERTa numbers positions from the padding index + 1."""
    extra = options["pad_token_id"] + 1
    return RobertaConfig(
        **options | {"max_position_embeddings": options["max_position_embeddings"] + extra}
    )


def _deberta(options: dict[str, Any]) -> PreTrainedConfig:
    """Relative positions, as in DeBERTa-v3."""
    relative: dict[str, Any] = {
        "relative_attention": True,
        "position_buckets": 16,
        "norm_rel_ebd": "layer_norm",
        "share_att_key": True,
        "pos_att_type": ["p2c", "c2p"],
        "position_biased_input": False,
        "type_vocab_size": 0,
    }
    return DebertaV2Config(**options, **relative)


def _distilbert(options: dict[str, Any]) -> PreTrainedConfig:
    return DistilBertConfig(**options, hidden_dim=options["intermediate_size"])


def _t5(options: dict[str, Any]) -> PreTrainedConfig:
    """Encoder and decoder, like the published ones; positions are relative."""
    names = {
        "d_model": "hidden_size",
        "d_ff": "intermediate_size",
        "num_layers": "num_hidden_layers",
        "num_heads": "num_attention_heads",
        "n_positions": "max_position_embeddings",
        "decoder_start_token_id": "pad_token_id",
        **{name: name for name in ("vocab_size", "pad_token_id", "eos_token_id")},
    }
    size = options["hidden_size"] // options["num_attention_heads"]
    return T5Config(
        **{name: options[usual_name] for name, usual_name in names.items()} | {"d_kv": size}
    )


def _plain(kind: type[PreTrainedConfig]) -> Callable[[dict[str, Any]], PreTrainedConfig]:
    return lambda options: kind(**options)


FAMILIES: dict[
    str,
    tuple[
        Callable[[list[str], int], PreTrainedTokenizerBase],
        Callable[[dict[str, Any]], PreTrainedConfig],
    ],
] = {
    "bert": (_word_piece(BertTokenizer), _plain(BertConfig)),
    "albert": (
        _unigram(AlbertTokenizer, ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]),
        _plain(AlbertConfig),
    ),
    "roberta": (_byte_pairs, _roberta),
    "deberta": (
        _unigram(DebertaV2Tokenizer, ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]),
        _deberta,
    ),
    "distilbert": (_word_piece(DistilBertTokenizer), _distilbert),
    "electra": (_word_piece(BertTokenizer), _plain(ElectraConfig)),
    "t5": (_unigram(T5Tokenizer, ["<pad>", "</s>", "<unk>"], extra_ids=0), _t5),
}

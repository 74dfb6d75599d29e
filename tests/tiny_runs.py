"""Small experiments over a slice of a shipped corpus, each trained in a second or two."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jointre.data.split import split
from jointre.formats import JsonlReader, JsonlWriter
from jointre.testing.tiny import tiny_encoder

NEWSWIRE = Path(__file__).parents[1] / "fixtures" / "newswire"
ABSTRACTS = NEWSWIRE.with_name("abstracts")
SIZES = {"train": 24, "dev": 10, "test": 8}


def make_data(folder: Path, corpus: Path = NEWSWIRE) -> Path:
    """Write the first records of each file of a corpus, its types file and a tiny encoder."""
    words: set[str] = set()
    for name, size in SIZES.items():
        lines = (corpus / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[:size]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        words.update(word for line in lines for word in json.loads(line)["tokens"])
    (folder / "types.json").write_bytes((corpus / "types.json").read_bytes())
    tiny_encoder(folder / "encoder", words)
    return folder


def make_documents(folder: Path, sentences: int = 4) -> Path:
    """The same slice of the newswire corpus, its sentences joined to documents of several.

    Args:
        folder: Folder to write to, as :func:`make_data` does.
        sentences: Number of sentences of a document; the last one may have fewer.
    """
    make_data(folder)
    for name in SIZES:
        path = folder / f"{name}.jsonl"
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        groups = [records[i : i + sentences] for i in range(0, len(records), sentences)]
        lines = [json.dumps(_joined(group)) for group in groups]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def make_single_mentions(folder: Path, corpus: Path = ABSTRACTS) -> Path:
    """Write a corpus of documents in which every mention is an entity of its own.

    Relations join the mentions of a sentence, or those that are closest to each other.

    Args:
        folder: Folder to write to.
        corpus: A corpus with coreference.
    """
    folder.mkdir()
    for name in SIZES:
        units = split(list(JsonlReader().read(corpus / f"{name}.jsonl")), "sentences")
        JsonlWriter().write([unit.document for unit in units], folder / f"{name}.jsonl")
    (folder / "types.json").write_bytes((corpus / "types.json").read_bytes())
    return folder


def _joined(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A document of several records, each of which becomes a sentence."""
    document: dict[str, Any] = {"id": records[0]["id"], "tokens": [], "sentences": []}
    document |= {"entities": [], "relations": []}
    for record in records:
        first, before = len(document["tokens"]), len(document["entities"])
        document["tokens"] += record["tokens"]
        document["sentences"].append([first, len(document["tokens"])])
        for entity in record["entities"]:
            mentions = [[start + first, end + first] for start, end in entity["mentions"]]
            document["entities"].append(entity | {"mentions": mentions})
        for relation in record["relations"]:
            moved = {"head": relation["head"] + before, "tail": relation["tail"] + before}
            document["relations"].append(relation | moved)
    return document


def experiment(folder: Path, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An experiment over :func:`make_data`'s folder.

    Args:
        folder: what :func:`make_data` wrote.
        changes: values by dotted path, ``{"training.epochs": 1}``.
    """
    config: dict[str, Any] = {
        "seed": 3,
        "data": {
            "reader": {"type": "jsonl", "types": str(folder / "types.json")},
            "train": str(folder / "train.jsonl"),
            "dev": str(folder / "dev.jsonl"),
            "test": str(folder / "test.jsonl"),
        },
        "model": {
            "type": "span",
            "encoder": {"type": "transformer", "model_name": str(folder / "encoder")},
            "projection": {"type": "linear", "bias": False},
            "interaction": {"type": "ctam", "heads": 4, "dropout": 0.1},
            "span_enumerator": {"type": "all_spans", "max_width": 5},
            "width_dim": 8,
            "sampler": {"type": "span", "entity_negatives": 5},
        },
        "training": {
            "epochs": 3,
            "batch_size": 4,
            "optimizer": {"type": "bert_adamw", "lr": 0.003},
            "schedule": {"type": "linear", "warmup": 0.1},
            "monitor": "entity_f1",
            "accelerator": "cpu",
        },
    }
    for path, value in (changes or {}).items():
        change(config, path, value)
    return config


def memorise(folder: Path, changes: Mapping[str, Any], corpus: Path = NEWSWIRE) -> Path:
    """A run that knows two documents by heart; ``two.jsonl`` beside it holds them.

    Args:
        folder: empty; gets the data and an encoder without dropout.
        changes: of the experiment, among them no dropout and all candidates; an epoch is each
            document ten times.
        corpus: the first two documents of its training data.
    """
    from jointre.training.run import train

    make_data(folder, corpus)
    encoder = folder / "encoder" / "config.json"
    settings = json.loads(encoder.read_text()) | {
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }
    encoder.write_text(json.dumps(settings))
    two, many = folder / "two.jsonl", folder / "many.jsonl"
    lines = (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()[:2]
    two.write_text("\n".join(lines) + "\n", encoding="utf-8")
    many.write_text("".join(_copies(lines)), encoding="utf-8")
    fixed = {
        "data.train": str(many),
        "data.dev": str(two),
        "data.test": None,
        "training.epochs": 5,
        "training.batch_size": 1,
        "training.optimizer.lr": 0.003,
        "training.schedule": {"type": "constant", "warmup": 0.1},
        "training.checkpoint": "last",
    }
    train(experiment(folder, fixed | dict(changes)), folder / "run")
    return folder / "run"


def _copies(lines: Sequence[str], copies: int = 10) -> Iterator[str]:
    """Records again and again under other ids: an epoch of two would mostly be overhead."""
    for number in range(copies):
        for line in lines:
            record = json.loads(line)
            yield json.dumps(record | {"id": f"{record['id']}-{number}"}) + "\n"


def table_model(encoder: Path, **options: Any) -> dict[str, Any]:
    """The ``model`` section of a small CARE without dropout.

    Args:
        encoder: the encoder's folder.
        options: replace keys of the section.
    """
    classifier = {"type": "feedforward", "layer_norm": True, "activation": "elu", "dropout": 0.0}
    return {
        "type": "table",
        "encoder": {"type": "transformer", "model_name": str(encoder)},
        "projection": {"type": "mlp", "dropout": 0.0},
        "interaction": {
            "type": "conv_co_attention",
            "layers": 2,
            "channels": 16,
            "dropout": 0.0,
        },
        "entity_classifier": classifier,
        "relation_classifier": classifier,
        "entity_loss": {"type": "binary", "over_labels": "sum"},
        "relation_loss": {"type": "binary", "over_labels": "sum"},
        **options,
    }


def document_model(encoder: Path, /, **options: Any) -> dict[str, Any]:
    """The ``model`` section of a small memory model without dropout, trained on all candidates.

    Args:
        encoder: the encoder's folder.
        options: replace keys of the section.
    """
    flow, similarity = {"type": "memory_flow"}, {"type": "similarity"}
    return {
        "type": "document",
        "encoder": {"type": "transformer", "model_name": str(encoder), "special_tokens": False},
        "token_refiners": [flow],
        "span_refiners": [flow],
        "span_enumerator": {"type": "all_spans", "max_width": 4},
        "width_dim": 8,
        "mention_classifier": {"type": "feedforward", "dropout": 0.0},
        "coreference": {"type": "pairwise", "distance_dim": 8, "dropout": 0.0},
        "entity_dropout": 0.0,
        "entity_classifier": similarity,
        "pair_encoder": {"type": "multi_instance", "distance_dim": 8, "dropout": 0.0},
        "relation_classifier": similarity,
        "sampler": {
            "type": "document",
            "mention_negatives": 1000,
            "coreference_negatives": 1000,
            "relation_negatives": 1000,
        },
        **options,
    }


def change(config: dict[str, Any], path: str, value: Any) -> None:
    """Set one value by its dotted path."""
    *parents, last = path.split(".")
    for key in parents:
        config = config.setdefault(key, {})
    config[last] = copy.deepcopy(value)


def write_config(config: Mapping[str, Any], path: Path) -> Path:
    """The experiment as a file."""
    path.write_text(json.dumps(config), encoding="utf-8")
    return path

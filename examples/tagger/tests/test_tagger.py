"""The tagger passes the suite of model families, and works wherever a model of jointre does."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import torch
from jointre_tagger.model import decoded
from jointre_tagger.stages import tags_of

import jointre
from jointre.data.schema import Document, Entity, Span
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import Vocabulary
from jointre.formats import JsonlWriter, Reader
from jointre.testing.contracts import ModelContract
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_words
from jointre.training.run import train

VOCABULARY = Vocabulary(("Loc", "Per"), ())


class TestTagger(ModelContract):
    component = {"type": "bio_tagger", "hidden_dim": 16}
    updates = 120


def test_tags_of_mentions() -> None:
    """The first of overlapping mentions is tagged."""
    entities = (
        Entity("Per", (Span(0, 2),)),
        Entity("Loc", (Span(1, 2),)),
        Entity("Loc", (Span(2, 3),)),
    )
    document = Document("d", tuple("abcd"), entities=entities)
    assert tags_of(document, VOCABULARY).tolist() == [3, 4, 1, 0]


@pytest.mark.parametrize("seed", range(20))
def test_decoding_against_a_loop(seed: int) -> None:
    generator = np.random.default_rng(seed)
    lengths = generator.integers(0, 7, 3)
    unit = torch.from_numpy(np.repeat(np.arange(3), lengths))
    word = torch.from_numpy(np.concatenate([np.arange(length) for length in lengths]))
    tags = generator.integers(0, 5, len(unit))
    probabilities = torch.full((len(unit), 5), 0.1)
    probabilities[torch.arange(len(unit)), torch.from_numpy(tags)] = 0.6
    wanted: list[list[int]] = []
    for row, tag in enumerate(tags.tolist()):
        label = (tag - 1) // 2
        same = bool(wanted) and wanted[-1][3] == label and wanted[-1][0] == unit[row]
        if tag and tag % 2 == 0 and same and wanted[-1][2] == word[row]:
            wanted[-1][2] += 1
        elif tag:
            wanted.append([int(unit[row]), int(word[row]), int(word[row]) + 1, label])
    spans, mentions = decoded(unit, word, probabilities)
    found = torch.stack([spans.unit, spans.start, spans.end, mentions.labels], 1)
    assert found.tolist() == wanted


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of ``jointre train``'s function on the suite's sentences, many times over."""
    folder = tmp_path_factory.mktemp("tagger")
    documents = [document for document in tiny_documents() if document.relations]
    JsonlWriter().write(documents, folder / "data.jsonl", SkippedData())
    lines = (folder / "data.jsonl").read_text("utf-8").splitlines()
    copies = [json.loads(line) | {"id": f"{i}"} for i, line in enumerate(lines * 20)]
    many = "".join(json.dumps(copy) + "\n" for copy in copies)
    (folder / "many.jsonl").write_text(many, "utf-8")
    config: dict[str, Any] = {
        "seed": 1,
        "data": {
            "reader": "jsonl",
            "train": str(folder / "many.jsonl"),
            "dev": str(folder / "data.jsonl"),
        },
        "model": {
            "type": "bio_tagger",
            "encoder": {
                "type": "transformer",
                "model_name": str(tiny_encoder(folder / "encoder", tiny_words())),
            },
            "hidden_dim": 16,
        },
        "training": {
            "epochs": 6,
            "batch_size": 2,
            "optimizer": {"type": "adam", "lr": 0.01, "encoder_lr": 0.003},
            "schedule": "constant",
            "accelerator": "cpu",
        },
    }
    train(config, folder / "run", log=lambda line: None)
    return folder / "run"


def test_it_is_trained_evaluated_and_loaded(run: Path) -> None:
    report = jointre.evaluate(run, run.parent / "data.jsonl", device="cpu")
    assert report.blocks["entity"].f1 > 0.9
    assert report.blocks["relation_strict"].f1 > 0.9
    extract = jointre.load(run, device="cpu", threshold={"Live_In": 0.999999})
    found = extract.documents(list(Reader.by_name("jsonl")().read(run.parent / "data.jsonl")))
    assert any(document.entities for document in found)
    assert not any(r.label == "Live_In" for document in found for r in document.relations)


def test_it_works_in_spacy(run: Path, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("jointre", config={"model": str(run), "device": "cpu"})
    text = " ".join(next(iter(Reader.by_name("jsonl")().read(run.parent / "data.jsonl"))).tokens)
    doc = nlp(text)
    assert doc.spans["jointre"]
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")(text)
    spans = [(span.text, span.label_) for span in doc.spans["jointre"]]
    assert [(span.text, span.label_) for span in again.spans["jointre"]] == spans

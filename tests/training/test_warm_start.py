import json
from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.config import construct
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ArchiveError, ConfigError
from jointre.formats import JsonlReader
from jointre.inference import Predictor
from jointre.models import Model, archive
from jointre.training.experiment import Experiment
from jointre.training.run import train
from jointre.training.warm_start import warm_start
from tests.tiny_runs import document_model, experiment, table_model

OLD = Vocabulary(("Event", "Person", "Place"), ("born_in", "knows", "leads"), frozenset({"knows"}))
MORE = Vocabulary(("Place", "Award", "Person", "Event"), ("leads", "won", "born_in"))


def sections(folder: Path) -> dict[str, dict[str, Any]]:
    """Model sections, by the classifiers they show."""
    encoder = folder / "encoder"
    span = experiment(folder)["model"]
    cosine = {"type": "cosine"}
    low: dict[str, Any] = {"mention_threshold": 0.45, "coreference_threshold": 0.45}
    low |= {"type": "document", "relation_threshold": 0.45}
    documents = {**document_model(encoder), "decoder": low}
    return {
        "linear": span,
        "feedforward": table_model(
            encoder, decoder={"type": "table", "entity_threshold": 0.45, "relation_threshold": 0.45}
        ),
        "similarity": documents,
        "cosine": {
            **span,
            "entity_classifier": cosine,
            "relation_classifier": cosine,
            "entity_loss": {"type": "arcface"},
            "relation_loss": {"type": "arcface"},
        },
        "type table": {**documents, "type_embedding": {"type": "table", "dim": 6}},
    }


def built(folder: Path, section: dict[str, Any], vocabulary: Vocabulary, seed: int) -> Model:
    made: Experiment = construct(Experiment, experiment(folder, {"model": section}))
    torch.manual_seed(seed)
    model = made.model(vocabulary=vocabulary)
    with torch.no_grad():
        for value in model.parameters():  # biases would all be 0
            value.add_(0.1 * torch.randn_like(value))
    return model.eval()


def kept(folder: Path, section: dict[str, Any], path: Path) -> Model:
    model = built(folder, section, OLD, 1)
    archive.save(model, section, path)
    return model


def rows_of(model: Model, name: str, kind: str, label: str) -> torch.Tensor:
    vocabulary, value = model.vocabulary, model.state_dict()[name]
    labels = vocabulary.entity_labels if kind == "entity" else vocabulary.relation_labels
    return value[len(value) - len(labels) + labels.index(label)]


ROWS = {
    "linear": ["linear.weight", "linear.bias"],
    "feedforward": ["output.weight", "output.bias"],
    "similarity": ["memory.weight"],
    "cosine": ["memory"],
    "type table": ["memory.weight"],
}


@pytest.mark.parametrize("name", ROWS)
def test_labels_keep_their_rows_by_name(tiny_data: Path, tmp_path: Path, name: str) -> None:
    section = sections(tiny_data)[name]
    old = kept(tiny_data, section, tmp_path / "old")
    new = built(tiny_data, section, MORE, 2)
    fresh = {key: value.clone() for key, value in new.state_dict().items()}
    told: list[str] = []
    warm_start(new, tmp_path / "old", told.append)
    by_label = []
    for kind, shared, added in (
        ("entity", ["Event", "Person", "Place"], "Award"),
        ("relation", ["born_in", "leads"], "won"),
    ):
        names = [f"{kind}_classifier.{end}" for end in ROWS[name]]
        if name == "type table" and kind == "entity":
            names.append("type_embedding.table.weight")
        by_label += names
        for parameter in names:
            for label in shared:
                same = rows_of(old, parameter, kind, label)
                assert torch.equal(rows_of(new, parameter, kind, label), same)
            labels = MORE.entity_labels if kind == "entity" else MORE.relation_labels
            place = labels.index(added) - len(labels)
            assert torch.equal(new.state_dict()[parameter][place], fresh[parameter][place])
            none = len(fresh[parameter]) - len(labels)
            assert torch.equal(
                new.state_dict()[parameter][:none], old.state_dict()[parameter][:none]
            )
    for parameter, value in old.state_dict().items():
        if parameter not in by_label:
            assert torch.equal(new.state_dict()[parameter], value)
    assert told == [
        f"initial weights of {tmp_path}/old, entity labels kept: Place, Person, Event; new: Award",
        f"initial weights of {tmp_path}/old, relation labels kept: leads, born_in; new: won; "
        "not used any more: knows",
    ]


@pytest.mark.parametrize("name", ROWS)
def test_the_same_labels_in_another_order_predict_the_same(
    tiny_data: Path, tmp_path: Path, name: str
) -> None:
    section = sections(tiny_data)[name]
    old = kept(tiny_data, section, tmp_path / "old")
    turned = Vocabulary(OLD.entity_labels[::-1], OLD.relation_labels[::-1], OLD.symmetric)
    new = built(tiny_data, section, turned, 2)
    warm_start(new, tmp_path / "old", lambda line: None)
    documents = list(JsonlReader().read(tiny_data / "dev.jsonl"))[:4]
    before, after = (Predictor(model, device="cpu").documents(documents) for model in (old, new))
    assert sum(len(document.entities) for document in before) > 0
    for one, other in zip(before, after, strict=True):
        assert scores(one) == pytest.approx(scores(other), abs=1e-5)


def scores(document: Document) -> dict[Any, float | None]:
    """The score of everything that was predicted, by what it says."""
    named = {entity: (entity.label, entity.mentions) for entity in document.entities}
    found: dict[Any, float | None] = {named[entity]: entity.score for entity in document.entities}
    for relation in document.relations:
        ends = [named[document.entities[index]] for index in (relation.head, relation.tail)]
        found[relation.label, *ends] = relation.score
    return found


def test_models_that_differ_in_more_than_labels(tiny_data: Path, tmp_path: Path) -> None:
    section = sections(tiny_data)["linear"]
    kept(tiny_data, section, tmp_path / "old")
    wider = built(tiny_data, {**section, "width_dim": 9}, OLD, 2)
    with pytest.raises(ConfigError) as caught:
        warm_start(wider, tmp_path / "old", print)
    message = str(caught.value)
    assert message.startswith(
        f"training.initial_weights: the model of {tmp_path}/old differs from this one in more "
        "than its labels:\n"
    )
    assert "  widths.weight: [100, 8] there, [100, 9] here\n" in message
    other = built(tiny_data, sections(tiny_data)["feedforward"], OLD, 2)
    with pytest.raises(ConfigError, match=r"missing there\n(.*\n)+  and \d+ more\nUse the model"):
        warm_start(other, tmp_path / "old", print)
    with pytest.raises(ArchiveError, match="nowhere: no such archive"):
        warm_start(wider, Path("nowhere"), print)


def test_a_training_starts_where_another_ended(
    tiny_data: Path, tiny_run: Path, tmp_path: Path
) -> None:
    """One epoch at a rate of almost 0 changes nothing that scores would show."""
    changes = {
        "training.epochs": 1,
        "training.initial_weights": str(tiny_run),
        "training.optimizer.lr": 1e-12,
        "data.train": str(tiny_data / "dev.jsonl"),
        "data.reader": {"type": "jsonl", "types": str(tiny_data / "types.json")},
    }
    told: list[str] = []
    result = train(experiment(tiny_data, changes), tmp_path, log=told.append)
    before = json.loads((tiny_run / "metrics.json").read_text())["best"]
    assert result.metrics["last"]["dev"] == before["dev"]
    assert result.metrics["last"]["test"] == before["test"]
    assert told[0].startswith(f"initial weights of {tiny_run}, entity labels kept: ")
    names = {Path(path).name for path in archive.load(tmp_path).about["trained_on"]}
    assert names == {"train.jsonl", "dev.jsonl"}

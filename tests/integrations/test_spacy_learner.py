import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
import torch
from safetensors.torch import load_file
from spacy.tokens import Doc
from spacy.training import Example

from jointre.errors import ConfigError, DataError, RunError
from jointre.formats import Reader, Writer
from jointre.integrations import to_spacy
from jointre.integrations.spacy_learner import (
    Learner,
    gold_of,
    planned_updates,
    read_experiment,
    vocabulary_of,
)
from tests.markdown import ROOT
from tests.tiny_runs import experiment

NLP = spacy.blank("en")


def small(folder: Path, **changes: Any) -> dict[str, Any]:
    """The experiment that spaCy trains."""
    options = {"training.optimizer.lr": 0.003, "model.interaction.dropout": 0.0}
    return experiment(folder, options | changes)


def examples(folder: Path, name: str = "train") -> list[Example]:
    documents = Reader.by_name("jsonl")().read(folder / f"{name}.jsonl")
    docs = [to_spacy(document, NLP.vocab) for document in documents]
    return [Example(Doc(NLP.vocab, [token.text for token in doc]), doc) for doc in docs]


def test_an_experiment_or_its_file(tiny_data: Path, tmp_path: Path) -> None:
    config = small(tiny_data)
    one, resolved = read_experiment(config)
    (tmp_path / "e.json").write_text(json.dumps(config))
    other, again = read_experiment(str(tmp_path / "e.json"))
    assert resolved == again
    assert resolved["model"]["span_enumerator"]["max_width"] == 5
    assert (one.seed, one.training.gradient_clip) == (other.seed, 1.0) == (3, 1.0)
    with pytest.raises(ConfigError, match=r"training\.optimizer\.lrr.*did you mean 'lr'"):
        read_experiment(small(tiny_data, **{"training.optimizer": {"type": "adam", "lrr": 1}}))
    with pytest.raises(ConfigError, match="model"):
        read_experiment({"training": config["training"]})


def test_gold_is_read_over_the_pipelines_tokens_and_sentences(tiny_data: Path) -> None:
    (first,) = examples(tiny_data)[:1]
    (document,) = gold_of([first], "jointre")
    known = next(iter(Reader.by_name("jsonl")().read(tiny_data / "train.jsonl")))
    assert (document.tokens, document.entities) == (known.tokens, known.entities)
    assert len(document.relations) == len(known.relations)
    coarse = Doc(NLP.vocab, [" ".join(known.tokens)])
    with pytest.warns(UserWarning, match="skipped") as told:
        (document,) = gold_of([Example(coarse, first.reference)], "jointre")
    assert [str(one.message).partition(";")[0].split(maxsplit=3)[3] for one in told] == [
        "mentions skipped because a border is inside a token",
        "relations of entities without a mention skipped",
    ]
    assert document.entities == ()
    with pytest.raises(DataError, match="example 0: the texts differ"):
        gold_of([Example(Doc(NLP.vocab, ["other"]), first.reference)], "jointre")


def test_the_labels(tiny_data: Path) -> None:
    gold = examples(tiny_data)
    found = vocabulary_of(lambda: gold, "jointre", None)
    assert found.entity_labels == ("Event", "Organization", "Person", "Place")
    assert vocabulary_of(lambda: gold, "jointre", found.to_dict()) == found
    bare = [Example(one.predicted, one.predicted) for one in gold]
    with pytest.raises(DataError, match="no entities under the key 'other'"):
        vocabulary_of(lambda: bare, "other", None)


@pytest.mark.parametrize(
    ("epochs", "steps", "total"), [(3, 0, 9), (3, 5, 5), (0, 7, 7), (2, 99, 6)]
)
def test_the_number_of_updates(epochs: int, steps: int, total: int, tiny_data: Path) -> None:
    nlp = spacy.blank("en")
    nlp.config["training"]["max_epochs"] = epochs
    nlp.config["training"]["max_steps"] = steps
    nlp.config["training"]["batcher"] = {
        "@batchers": "spacy.batch_by_sequence.v1",
        "size": 4,
        "get_length": None,
    }
    assert planned_updates(nlp, lambda: examples(tiny_data)[:10]) == total


def test_a_training_without_end_is_refused() -> None:
    with pytest.raises(ConfigError, match="set max_epochs or max_steps"):
        planned_updates(None, list)


def learner(folder: Path, **changes: Any) -> Learner:
    made, _ = read_experiment(small(folder, **changes))
    torch.manual_seed(0)
    vocabulary = vocabulary_of(lambda: examples(folder), "jointre", None)
    return Learner(made.model(vocabulary=vocabulary), made, 10)


def test_updates_follow_the_schedule_and_the_mean_of_batches(tiny_data: Path) -> None:
    one = learner(tiny_data, **{"training.schedule": {"type": "linear", "warmup": 0.0}})
    gold = gold_of(examples(tiny_data)[:4], "jointre")
    before = {name: value.clone() for name, value in one.model.state_dict().items()}
    one.step()  # nothing was learnt
    assert all(torch.equal(value, before[name]) for name, value in one.model.state_dict().items())
    losses = []
    rates = []
    for _ in range(10):
        losses.append(one.learn(gold))
        rates.append(one.updates.optimizer.param_groups[0]["lr"])
        one.step()
    assert losses[-1] < losses[0]
    assert rates == pytest.approx([0.003 * (10 - step) / 10 for step in range(10)])
    one.model.zero_grad()
    one.learn(gold[:1])
    single = [value.grad.clone() for value in one.model.parameters() if value.grad is not None]
    one.learn(gold[:1])
    doubled = [value.grad for value in one.model.parameters() if value.grad is not None]
    assert sum(float(value.abs().sum()) for value in doubled) > sum(
        float(value.abs().sum()) for value in single
    )
    assert (one.learn([]), one._batches) == (0.0, 2)


def test_a_loss_that_is_not_finite_stops(tiny_data: Path) -> None:
    one = learner(tiny_data)
    with torch.no_grad():
        one.model.entity_classifier.prototypes.fill_(float("nan"))
    with pytest.raises(RunError, match="the loss is not finite in update 1"):
        one.learn(gold_of(examples(tiny_data)[:2], "jointre"))


def test_a_pipeline_learns_and_is_saved(tiny_data: Path, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("jointre", config={"experiment": small(tiny_data)})
    with pytest.raises(ConfigError, match=r"not ready to learn; call nlp\.initialize first"):
        nlp.update(examples(tiny_data)[:2])
    gold = examples(tiny_data)[:2]
    nlp.config["training"]["max_steps"] = 40
    optimizer = nlp.initialize(lambda: gold)
    losses = [nlp.update(gold, sgd=optimizer)["jointre"] for _ in range(40)]
    assert losses[-1] < losses[0] / 3
    scores = nlp.evaluate(gold)
    assert scores["jointre_ents_f"] > 0.5
    nlp.to_disk(tmp_path / "nlp")
    again = spacy.load(tmp_path / "nlp")
    assert again.evaluate(gold)["jointre_rel_strict_f"] == scores["jointre_rel_strict_f"]
    assert again.get_pipe("jointre").label_data == pipe.label_data


def test_a_trained_model_learns_on(overfitted: Path, tiny_data: Path) -> None:
    nlp = spacy.blank("en")
    config = {"model": str(overfitted), "experiment": small(tiny_data)}
    pipe = nlp.add_pipe("jointre", config=config)
    nlp.config["training"]["max_steps"] = 5
    nlp.initialize(lambda: examples(tiny_data)[:2])
    before = pipe.model.entity_classifier.prototypes.clone()
    nlp.update(examples(tiny_data)[:2])
    assert not torch.equal(pipe.model.entity_classifier.prototypes, before)


def test_spacy_train_runs_the_shipped_config(tiny_data: Path, tmp_path: Path) -> None:
    config = small(tiny_data)
    (tmp_path / "small.json").write_text(json.dumps(config))
    for name in ("train", "dev"):
        documents = Reader.by_name("jsonl")().read(tiny_data / f"{name}.jsonl")
        Writer.by_name("docbin")().write(documents, tmp_path / f"{name}.spacy")
    command = [sys.executable, "-m", "spacy", "train", str(ROOT / "experiments/spacy/jointre.cfg")]
    command += ["--output", "out", "--paths.train", "train.spacy", "--paths.dev", "dev.spacy"]
    command += ["--paths.experiment", "small.json", "--training.max_epochs", "2"]
    command += ["--training.eval_frequency", "6"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    meta = json.loads((tmp_path / "out/model-best/meta.json").read_text())
    assert "jointre_rel_strict_f" in meta["performance"]
    assert (tmp_path / "out/model-last/jointre/model.safetensors").is_file()


def test_predictions_and_saved_weights_are_averages(tiny_data: Path, tmp_path: Path) -> None:
    """An evaluation lasts until the next batch; training goes on with the weights themselves."""
    averages = {"training.callbacks": [{"type": "ema", "decay": 0.5, "warmup": False}]}
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("jointre", config={"experiment": small(tiny_data, **averages)})
    gold = examples(tiny_data)[:2]
    pipe.initialize(lambda: gold, updates=4)
    first = {name: value.detach().clone() for name, value in pipe.model.named_parameters()}
    pipe.update(gold, sgd=True)
    trained = {name: value.detach().clone() for name, value in pipe.model.named_parameters()}
    list(pipe.pipe(example.predicted for example in gold))
    pipe.to_disk(tmp_path / "pipe")
    saved = load_file(tmp_path / "pipe" / "model.safetensors")
    for name, value in pipe.model.named_parameters():
        torch.testing.assert_close(value, 0.5 * (first[name] + trained[name]))
        assert torch.equal(value, saved[name])
    pipe.learner.learn(gold_of(gold, "jointre"))
    assert all(torch.equal(v, trained[name]) for name, v in pipe.model.named_parameters())

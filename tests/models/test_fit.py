"""Losses that do not fit a classifier or its candidates are refused; those that fit learn."""

import re
from pathlib import Path
from typing import Any

import pytest

from jointre.config import Factory
from jointre.data.samplers import CorefSampler, DocumentSampler, SentenceSampler, SpanSampler
from jointre.errors import ConfigError
from jointre.inference import Predictor
from jointre.models.fit import Labels, check_context, check_head, check_pairs, of_kind
from jointre.nn.classifiers import Classifier, CosineClassifier, LinearClassifier
from jointre.nn.encoders import TransformerEncoder
from jointre.nn.losses import AdaptiveLoss, ArcFaceLoss, BinaryLoss, Loss, SoftmaxLoss
from jointre.testing.contracts.encoder import tiny_folder
from tests.models.found import content, gold
from tests.tiny_runs import experiment, memorise

LINEAR, COSINE = LinearClassifier(4, 4, 3), CosineClassifier(4, 4, 3)


@pytest.mark.parametrize(
    ("classifier", "loss", "labels"),
    [
        (LINEAR, BinaryLoss(), "any"),
        (LINEAR, AdaptiveLoss(), "any"),
        (LINEAR, SoftmaxLoss(), "any"),
        (LINEAR, SoftmaxLoss(), "one or none"),
        (LINEAR, SoftmaxLoss(none_class=False), "one"),
        (COSINE, ArcFaceLoss(), "any"),
        (COSINE, ArcFaceLoss(none_class=False), "one"),
        (COSINE, BinaryLoss(), "any"),
    ],
)
def test_fitting(classifier: Classifier, loss: Loss, labels: Labels) -> None:
    check_head("entity", classifier, loss, labels)


@pytest.mark.parametrize(
    ("classifier", "loss", "labels", "message"),
    [
        (
            LINEAR,
            ArcFaceLoss(),
            "any",
            "relation_loss 'arcface' compares cosines, which relation_classifier 'linear' does "
            "not give: take 'cosine'",
        ),
        (
            LINEAR,
            BinaryLoss(),
            "one or none",
            "relation_loss 'binary' allows any number of labels, but here a candidate has one or "
            "none: take 'softmax' or 'arcface'",
        ),
        (
            LINEAR,
            AdaptiveLoss(),
            "one",
            "relation_loss 'adaptive' allows any number of labels, but here a candidate has one: "
            "take 'softmax' or 'arcface'",
        ),
        (
            LINEAR,
            SoftmaxLoss(),
            "one",
            "relation_loss 'softmax' must have none_class false: here a candidate always has a "
            "label",
        ),
        (
            COSINE,
            ArcFaceLoss(none_class=False),
            "any",
            "relation_loss 'arcface' must have none_class true: here a candidate may have no label",
        ),
    ],
)
def test_not_fitting(classifier: Classifier, loss: Loss, labels: Labels, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        check_head("relation", classifier, loss, labels)


@pytest.mark.parametrize(
    ("classifier", "loss", "epochs"),
    [
        ({"type": "similarity", "similarity": "cosine", "learn_scale": True}, "softmax", 4),
        ({"type": "cosine"}, "arcface", 12),
    ],
)
def test_one_label_heads_learn(
    tmp_path: Path, classifier: dict[str, Any], loss: str, epochs: int
) -> None:
    """Both tasks with a class for none: relations of multi-hot targets, found without threshold."""
    changes = {
        "model.interaction.dropout": 0.0,
        "model.sampler.entity_negatives": 200,
        "model.entity_classifier": classifier,
        "model.relation_classifier": classifier,
        "model.entity_loss": loss,
        "model.relation_loss": loss,
        "model.decoder": {"type": "spans", "relation_threshold": None},
        "training.epochs": epochs,
        "training.monitor": "relation_strict_f1",
    }
    run = memorise(tmp_path, changes)
    documents = gold(run)
    assert content(Predictor.load(run).documents(documents)) == content(documents)


def test_a_relation_head_with_a_learned_threshold_learns(tmp_path: Path) -> None:
    changes = {
        "model.interaction.dropout": 0.0,
        "model.sampler.entity_negatives": 200,
        "model.relation_loss": {"type": "adaptive", "focal_gamma": 1.0},
        "training.monitor": "relation_strict_f1",
    }
    run = memorise(tmp_path, changes)
    documents = gold(run)
    assert content(Predictor.load(run).documents(documents)) == content(documents)


def test_a_span_model_checks_its_heads(tiny_data: Path, tmp_path: Path) -> None:
    from jointre.training.run import train

    for task, loss, message in (
        ("entity", "binary", "model: entity_loss 'binary' allows any number of labels"),
        ("relation", "arcface", "model: relation_loss 'arcface' compares cosines"),
    ):
        config = experiment(tiny_data, {f"model.{task}_loss": loss})
        with pytest.raises(ConfigError, match=message):
            train(config, tmp_path / task)


def test_parts_of_the_models_own_kind() -> None:
    span, document = Factory(SpanSampler), Factory(DocumentSampler)
    assert of_kind(span, SentenceSampler, "sampler") is span
    assert of_kind(document, CorefSampler, "sampler") is document


@pytest.mark.parametrize(
    ("model", "sampler", "message"),
    [
        (
            "document",
            "span",
            "sampler 'span' does not fit this model; take 'document'",
        ),
        (
            "span",
            "document",
            "sampler 'document' does not fit this model; take 'span'",
        ),
    ],
)
def test_a_model_refuses_the_others_sampler(
    tiny_data: Path, tmp_path: Path, model: str, sampler: str, message: str
) -> None:
    from jointre.training.run import train

    changes = {"model.type": model, "model.sampler": {"type": sampler}}
    if model == "document":
        changes["model.interaction"] = "none"
    with pytest.raises(ConfigError, match=re.escape(f"model: {message}")):
        train(experiment(tiny_data, changes), tmp_path / "run")


def encoder_of(**options: Any) -> TransformerEncoder:
    return TransformerEncoder(str(tiny_folder("bert", 512)), **options)


def test_contexts_that_an_encoder_reads() -> None:
    check_context("sentence", encoder_of(max_length=10, stride=8, long_inputs="truncate"))
    check_context("document", encoder_of(max_length=10, stride=7))
    check_context(512, encoder_of())


@pytest.mark.parametrize(
    ("context", "options", "message"),
    [
        (
            513,
            {},
            "context=513: the encoder reads at most 512 pieces at once; take a number up to 512, "
            "or 'document'",
        ),
        (11, {"max_length": 10, "stride": 2}, "context=11: the encoder reads at most 10 pieces"),
        (
            "document",
            {"max_length": 10, "stride": 8, "long_inputs": "truncate"},
            "context='document' reads long documents in overlapping windows, so encoder.stride=8 "
            "must be less than a window's 8 pieces",
        ),
    ],
)
def test_contexts_that_it_does_not_read(
    context: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        check_context(context, encoder_of(**options))


def test_pairs_beyond_the_sentence_read_all_words() -> None:
    folder = str(tiny_folder("bert", 32))
    windows = TransformerEncoder(folder, stride=4, long_inputs="windows")
    truncating = TransformerEncoder(folder, long_inputs="truncate")
    check_pairs("document", windows)
    check_pairs("sentence", truncating)
    with pytest.raises(ConfigError, match=re.escape("pairs=2 reads all words of a document, but")):
        check_pairs(2, truncating)

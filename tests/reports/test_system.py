"""Predictions of models, files and folds, and the curves that they give."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jointre.config import construct
from jointre.data.schema import Document
from jointre.errors import ConfigError
from jointre.evaluation.metric import Metric
from jointre.formats import JsonlWriter, Reader
from jointre.inference import Predictor
from jointre.inference.compared import PredictionSource
from jointre.models import archive
from jointre.reports.system import Predictions, System, fold_of, predictions_of
from jointre.training.run import train
from tests.conftest import Shared
from tests.reports.planted import METRIC, gold_document, scored
from tests.tiny_runs import experiment, make_data


def read(path: Path) -> list[Document]:
    return list(construct(Reader, "jsonl").read(path))


@pytest.mark.parametrize(
    ("fixture", "protocol"),
    [
        ("tiny_run", "spert"),
        ("overfitted_table", "spert"),
        ("overfitted_pairs", "spert"),
        ("overfitted_documents", "jerex"),
    ],
)
def test_curves_of_a_model_and_of_its_predictions(
    fixture: str, protocol: str, request: pytest.FixtureRequest
) -> None:
    """Both count the same items at the model's own thresholds."""
    run = request.getfixturevalue(fixture)
    gold = read(run.parent / "dev.jsonl")
    if fixture != "tiny_run":
        gold = read(run.parent / "two.jsonl") + gold[:2]
    source = PredictionSource(run, archive.load(run))
    metric = Metric.by_name(protocol)(symmetric=frozenset())
    made = predictions_of([source], gold, "cpu")
    assert list(made.documents) == Predictor.load(run, device="cpu").documents(gold)
    model = System.of("model", made, gold, metric)
    file = System.of("file", Predictions(made.documents), gold, metric)
    assert model.complete_curves
    assert not file.complete_curves
    for task in ("entity", "relation"):
        for label, items in file.curves[task].items():
            least = items.probabilities.min() if len(items.probabilities) else 1.1
            of_model = model.curves[task][label].counts_at(float(least) - 1e-9)
            assert of_model.tp >= items.correct.sum()
            assert of_model.predicted >= len(items.probabilities)
            assert of_model.gold == items.gold


def test_a_file_without_scores_has_no_curves() -> None:
    gold = [gold_document(0)]
    system = System.of("s", Predictions(gold), gold, METRIC)
    items = [each for labels in system.curves.values() for each in labels.values()]
    assert [len(each.probabilities) for each in items] == [0] * len(items)
    with_scores = System.of("s", Predictions([scored(gold[0])]), gold, METRIC)
    assert with_scores.curves["entity"]["Person"].probabilities.tolist() == [0.75, 0.75]


@pytest.fixture(scope="session")
def folds(shared: Shared) -> list[Path]:
    """The two runs of a cross-validation."""

    def make(folder: Path) -> None:
        make_data(folder)
        for number in (1, 2):
            fold = {"number": number, "of": 2}
            changes = {"data.fold": fold, "data.test": None, "training.epochs": 1}
            train(experiment(folder, changes), folder / f"fold{number}", log=lambda line: None)

    folder = shared("folds", make)
    return [folder / "fold1", folder / "fold2"]


def sources(runs: Sequence[Path]) -> list[PredictionSource]:
    return [PredictionSource(run, archive.load(run)) for run in runs]


def test_each_document_is_predicted_by_the_run_that_has_not_seen_it(folds: list[Path]) -> None:
    from jointre.data.split import hold_out_fold

    gold = read(folds[0].parent / "train.jsonl")
    made = predictions_of(sources(folds), gold, "cpu")
    assert [document.id for document in made.documents] == [document.id for document in gold]
    assert made.annotation is not None
    assert [document.id for document in made.annotation] == [document.id for document in gold]
    for number, run in enumerate(folds, 1):
        held_out = hold_out_fold(gold, number, 2, 0)[1]
        expected = {d.id: d for d in Predictor.load(run, device="cpu").documents(held_out)}
        found = {d.id: d for d in made.documents if d.id in expected}
        assert found == expected
    metric = Metric.by_name("spert")(symmetric=frozenset())
    system = System.of("cv", made, gold, metric)
    assert system.complete_curves
    assert sum(items.gold for items in system.curves["entity"].values()) == sum(
        len(document.entities) for document in gold
    )


def test_folds_of_one_cross_validation(folds: list[Path], tiny_run: Path) -> None:
    gold = read(folds[0].parent / "train.jsonl")
    assert fold_of(tiny_run) is None
    fold = fold_of(folds[1])
    assert fold is not None
    assert (fold.number, fold.of) == (2, 2)
    with pytest.raises(ConfigError, match=r"run: was not trained with data\.fold"):
        predictions_of(sources([folds[0], tiny_run]), gold)
    with pytest.raises(ConfigError, match="do not cover the 24 documents once"):
        predictions_of(sources([folds[0], folds[0]]), gold)


def test_a_family_that_does_not_judge_candidates(
    tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its curves are those of its predictions."""
    from jointre.models.model import Model
    from jointre.models.span import SpanModel

    monkeypatch.setattr(SpanModel, "judged_candidates", Model.judged_candidates)
    gold = read(tiny_run.parent / "dev.jsonl")
    made = predictions_of(sources([tiny_run]), gold, "cpu")
    assert made.curves is None
    assert made.annotation is not None
    JsonlWriter().write(list(made.documents), tmp_path / "p.jsonl")
    again = read(tmp_path / "p.jsonl")
    assert again == [replace(document) for document in made.documents]

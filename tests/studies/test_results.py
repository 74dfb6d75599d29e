"""Means over seeds and folds, differences, and the tests of them."""

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jointre.errors import DataError
from jointre.evaluation.document_counts import DocumentCounts, Row
from jointre.evaluation.report import Counts
from jointre.evaluation.significance import Gain
from jointre.studies import results as module
from jointre.studies.directory import StudyDirectory
from jointre.studies.results import Score, results
from jointre.training.run_files import read_object


def test_a_trained_study(trained_study: Path) -> None:
    """The scores are those of the runs' chosen epochs on test."""
    found = results(StudyDirectory(trained_study), resamples=200)
    assert (found.base, found.split, found.protocol) == ("sinet", "test", "spert")
    assert [(each.finished, each.runs) for each in found.variants] == [(2, 2), (2, 2), (0, 2)]
    base, heads, broken = found.variants
    for variant in (base, heads):
        runs = sorted(trained_study.glob(f"runs/{variant.name}-seed*"))
        blocks = [(read_object(run / "metrics.json") or {})["best"]["test"] for run in runs]
        expected = [block["entity"]["f1"] for block in blocks]
        assert list(variant.scores["entity_f1"].values) == expected
        assert variant.scores["entity_f1"].deviation == pytest.approx(np.std(expected, ddof=1))
    score = heads.scores["entity_f1"]
    assert score.difference == pytest.approx(score.mean - base.scores["entity_f1"].mean)
    assert score.gain is not None
    assert score.gain.difference == pytest.approx(score.difference)
    assert score.p_seeds is not None
    assert (broken.scores["entity_f1"].mean, broken.seeds) == (None, [])
    assert base.scores["entity_f1"].difference is None
    assert found.notes == ()


def counts(correct: int, document: str = "d") -> DocumentCounts:
    return DocumentCounts(document, {Row("entity", "A"): Counts(correct, 10, 10)})


def finished(seed: int, fold: int | None, f1: float, document: str = "d") -> Any:
    return module._Finished(seed, fold, {"entity_f1": f1}, [counts(int(10 * f1), document)])


def studied(monkeypatch: pytest.MonkeyPatch, runs: dict[str, list[Any]]) -> Any:
    """The results of a study whose runs are given."""
    variants = [
        {"name": name, "title": name, "group": None, "x": None, "published": {"entity_f1": 88.0}}
        for name in runs
    ]
    listed = [
        {"name": (name, number), "variant": name, "seed": seed, "fold": fold}
        for name, of_variant in runs.items()
        for number, (seed, fold, *_) in enumerate(of_variant)
    ]
    plan = {
        "title": None,
        "axis": None,
        "base": "a",
        "split": "test",
        "protocol": "spert",
        "show": ["entity_f1"],
        "variants": variants,
        "runs": listed,
    }
    monkeypatch.setattr(StudyDirectory, "read", lambda self: plan)

    def of(directory: StudyDirectory, run: Any, split: str) -> Any:
        name, number = run["name"]
        run = runs[name][number]
        return None if run[2] is None else finished(*run)

    monkeypatch.setattr(module, "_finished", of)
    return results(StudyDirectory(Path()), resamples=100)


def test_means_over_folds_then_over_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed counts once all of its folds are finished."""
    a = [(1, 1, 0.5, "x"), (1, 2, 0.7, "y"), (2, 1, 0.2, "x"), (2, 2, 0.2, "y")]
    b = [(1, 1, 0.6, "x"), (1, 2, 0.8, "y"), (2, 1, 0.9, "x"), (2, 2, None)]
    found = studied(monkeypatch, {"a": a, "b": b})
    scores = [variant.scores["entity_f1"] for variant in found.variants]
    assert scores[0].values == pytest.approx([0.6, 0.2])
    assert scores[1].values == pytest.approx([0.7])
    assert scores[1].difference == pytest.approx(0.3)
    assert scores[1].published == 0.88
    assert found.notes == (
        "b: no bootstrap over documents (the runs were scored on different "
        "documents, so they do not compare)",
    )


def test_other_documents_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    found = studied(monkeypatch, {"a": [(1, None, 0.5, "x")], "b": [(1, None, 0.6, "z")]})
    assert found.variants[1].scores["entity_f1"].gain is None
    assert "scored on different documents" in found.notes[0]


def test_the_permutation_test_is_exact() -> None:
    """Equal to all ways in which the scores could have been shared out."""
    base, own = [0.50, 0.52, 0.49], [0.55, 0.51, 0.56]
    together, gap = [*own, *base], np.mean(own) - np.mean(base)
    orders = list(permutations(together))
    extreme = [abs(np.mean(o[:3]) - np.mean(o[3:])) >= abs(gap) - 1e-12 for o in orders]
    assert module._over_seeds(base, own) == pytest.approx(np.mean(extreme))
    assert module._over_seeds(base[:1], own) is None


@pytest.mark.parametrize(
    ("p_documents", "p_seeds", "least", "certain"),
    [
        (0.01, None, 1.0, True),
        (0.2, None, 1.0, False),
        (0.01, 0.33, 0.33, True),  # two seeds each cannot reach the level
        (0.01, 0.2, 0.03, False),
        (0.01, 0.03, 0.03, True),
        (None, 0.03, 0.03, True),
        (None, None, 1.0, False),
    ],
)
def test_what_is_certain(
    p_documents: float | None, p_seeds: float | None, least: float, certain: bool
) -> None:
    gain = None if p_documents is None else Gain(0.1, 0.0, 0.2, p_documents)
    assert Score([0.5], 0.1, gain, p_seeds, least).is_certain == certain
    assert Score([0.5]).is_certain


def test_a_damaged_run(trained_study: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(trained_study, tmp_path / "study")
    run = next((tmp_path / "study" / "runs").glob("sinet-seed1-*"))
    (run / "metrics.json").write_text('{"best": {"epoch": 1}}')
    with pytest.raises(DataError, match=r"metrics.json: it has no scores of test"):
        results(StudyDirectory(tmp_path / "study"), resamples=0)

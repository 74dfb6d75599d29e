"""Planted errors come back with exact counts, and two systems with what changed."""

import json

import pytest

from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.evaluation.errors_by_kind import ENTITY_KINDS, RELATION_KINDS
from jointre.evaluation.score_curves import average_precision
from jointre.evaluation.slices import TrainingItems
from jointre.reports import ErrorReport, System
from jointre.reports.error_report import ALL, CURVE_POINTS, curves
from jointre.reports.system import Predictions
from tests.evaluation.test_score_curves import random_items
from tests.reports.planted import METRIC, gold_document, planted, planted_report, scored


@pytest.mark.parametrize("times", [1, 4])
def test_planted_errors_are_counted(times: int) -> None:
    gold, _, counts = planted(times)
    numbers = planted_report(times).to_dict()
    errors = numbers["systems"][0]["errors"]
    for task, kinds in (("entity", ENTITY_KINDS), ("relation", RELATION_KINDS)):
        for kind in kinds:
            if kind != "correct":
                assert errors[task][kind] == counts[task, kind], (task, kind)
    wrong = {task: sum(n for (t, _), n in counts.items() if t == task) for task in errors}
    spurious = {task: counts[task, "spurious"] for task in errors}
    items = {"entity": 4 * len(gold), "relation": 2 * len(gold)}
    for task in errors:
        assert errors[task]["correct"] == items[task] - wrong[task] + spurious[task]
    assert json.loads(json.dumps(numbers)) == numbers


def test_confusion_and_suspects() -> None:
    _, _, counts = planted(2)
    numbers = planted_report(2).to_dict()
    (confused,) = [
        each["count"]
        for each in numbers["systems"][0]["confusion"]["entity"]
        if (each["gold"], each["predicted"]) == ("Person", "Place")
    ]
    assert confused == counts["entity", "type"]
    suspects = numbers["suspects"]
    # Without a model, the probabilities of what is missed are not known.
    found = sum(counts.values()) - counts["entity", "missed"] - counts["relation", "missed"]
    assert len(suspects) == found
    assert [each["confidence"] for each in suspects] == sorted(
        (each["confidence"] for each in suspects), reverse=True
    )
    (relation, *_) = (each for each in suspects if each["kind"] == "direction")
    assert relation["confidence"] == pytest.approx(0.75**3, abs=1e-4)
    assert relation["annotated"]["head"]["mentions"] == [{"text": "Ada Lovelace", "tokens": [0, 2]}]


def test_two_systems() -> None:
    """Everything that the first gets wrong is fixed by the second."""
    _, _, counts = planted(2)
    report = planted_report(2, other=True)
    numbers = report.to_dict()
    assert [system["name"] for system in numbers["systems"]] == ["wrong", "right"]
    changes = numbers["changes"]
    assert changes["entity"]["broken"] == changes["relation"]["broken"] == 0
    for task in ("entity", "relation"):
        of_task = {kind: n for (t, kind), n in counts.items() if t == task}
        gold = sum(n for kind, n in of_task.items() if kind != "spurious")
        wrong = sum(n for kind, n in of_task.items() if kind != "missed")
        assert changes[task]["fixed"] == gold + wrong
    assert numbers["comparison"]["differences"]
    flipped = ErrorReport.of("d", report.gold, METRIC, report.systems[::-1])
    assert flipped.change_counts() == {
        task: {"fixed": 0, "broken": each["fixed"]} for task, each in changes.items()
    }


def test_slices_need_the_training_data() -> None:
    gold = [gold_document(0)]
    system = System.of("s", Predictions([scored(gold[0])]), gold, METRIC)
    without = ErrorReport.of("d", gold, METRIC, [system])
    known = ErrorReport.of("d", gold, METRIC, [system], training=TrainingItems.of(gold))
    names = {each.name for each in known.slices[0]} - {each.name for each in without.slices[0]}
    assert "its text in training" in names
    (seen,) = [each for each in known.slices[0] if each.name == "its text in training"]
    assert list(seen.groups) == ["annotated"]


def test_curves_are_thinned_out() -> None:
    """They keep their ends, and the numbers are those of all items."""
    items = random_items(0, missed=10, digits=6)
    gold = [gold_document(0)]
    system = System.of("s", Predictions(gold, {"entity": {"x": items}}), gold, METRIC)
    found = curves(system)["entity"]
    assert list(found) == [ALL, "x"]
    points = found["x"]["points"]
    assert len(points) <= CURVE_POINTS < len(items.probabilities)
    assert points[0][2] == pytest.approx(items.probabilities[0], abs=1e-4)
    assert points[-1][0] == pytest.approx(items.correct.sum() / items.gold, abs=1e-4)
    assert found["x"]["average_precision"] == average_precision(items)


def test_no_documents() -> None:
    with pytest.raises(DataError, match="empty: has no documents"):
        ErrorReport.of("empty", list[Document](), METRIC, [])

from typing import Any

import pytest

from jointre.training.zero_score import zero_score_warning


def report(entities: int, relations: int) -> dict[str, Any]:
    return {
        "protocol": "spert",
        "entity": {"support": entities},
        "relation_strict": {"support": relations},
    }


def rows(entity: list[float], relation: list[float]) -> list[dict[str, float | int]]:
    return [
        {"epoch": number, "loss": 1.0, "entity_f1": one, "relation_strict_f1": other}
        for number, (one, other) in enumerate(zip(entity, relation, strict=True), 1)
    ]


def test_no_warning_once_a_monitored_score_left_zero() -> None:
    both = ["entity_f1", "relation_strict_f1"]
    assert zero_score_warning(both, rows([0, 0.1], [0, 0]), report(5, 5), 9) is None
    assert zero_score_warning(["relation_strict_f1"], [{"epoch": 1, "loss": 1.0}], {}, 9) is None
    assert zero_score_warning(["entity_f1"], [], {}, 9) is None


@pytest.mark.parametrize(
    ("entity", "gold", "expected"),
    [
        (
            [0.2, 0.489],
            (9, 0),
            "Dev has no gold annotations that count in relation_strict: set training.monitor to a "
            "score that left 0, such as entity_f1.",
        ),
        (
            [0.2, 0.489],
            (9, 3),
            "entity_f1 reached 48.90, so the model does learn: set training.monitor to null or to "
            "include entity_f1, and train longer (training.epochs) for the rest.",
        ),
        ([0, 0], (0, 0), "counts in relation_strict: add annotated documents to dev."),
        ([0, 0], (9, 3), "The model found nothing correct in dev after 1,200 updates: train"),
    ],
)
def test_the_warning_says_why_and_what_to_change(
    entity: list[float], gold: tuple[int, int], expected: str
) -> None:
    scores = rows(entity, [0, 0])
    warning = zero_score_warning(["relation_strict_f1"], scores, report(*gold), 1200)
    assert warning is not None
    assert warning.startswith(
        "warning: the monitored dev score (relation_strict_f1) is 0 in every epoch, so it cannot "
        "tell which epoch is best; the last one was taken. "
    )
    assert expected.replace("counts", "count") in warning


def test_macro_scores_belong_to_their_block() -> None:
    scores = [{"epoch": 1, "loss": 1.0, "entity_macro_f1": 0}]
    warning = zero_score_warning(["entity_macro_f1"], scores, report(9, 0), 3)
    assert warning is not None
    assert "found nothing correct in dev after 3 updates" in warning

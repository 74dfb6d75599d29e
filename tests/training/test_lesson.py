"""Which candidates of a student its teacher has scored, and what the student learns of them."""

import pytest
import torch

from jointre.models.model import CandidateScores
from jointre.nn.losses import BinaryLoss, LabelScores, Loss, SoftmaxLoss
from jointre.nn.losses.divergence import distillation
from jointre.training.lesson import Lesson, matched


def test_matched_equals_the_loop() -> None:
    for seed in range(20):
        torch.manual_seed(seed)
        known, wanted = torch.randint(0, 3, (12, 3)), torch.randint(0, 3, (9, 3))
        place, found = matched(known, wanted)
        expected = [
            (known.tolist().index(row), number)
            for number, row in enumerate(wanted.tolist())
            if row in known.tolist()
        ]
        assert list(zip(place.tolist(), found.tolist(), strict=True)) == expected


@pytest.mark.parametrize(("known", "wanted"), [(0, 2), (2, 0), (0, 0)])
def test_matched_without_rows(known: int, wanted: int) -> None:
    place, found = matched(torch.zeros(known, 2).long() + 1, torch.zeros(wanted, 2).long())
    assert len(place) == len(found) == 0


def scores(loss: Loss, rows: int) -> LabelScores:
    return loss.scores(torch.randn(rows, 4))


def test_only_candidates_that_the_teacher_knows_are_learned() -> None:
    torch.manual_seed(0)
    theirs, ours = scores(SoftmaxLoss(), 3), scores(SoftmaxLoss(), 2)
    teacher = CandidateScores(torch.tensor([[0, 1, 2], [0, 3, 4], [1, 1, 2]]), theirs)
    student = CandidateScores(torch.tensor([[1, 1, 2], [1, 5, 6]]), ours)
    value = Lesson({"entity": teacher}, weight=2.0).loss({"entity": student})
    expected = 2 * distillation(theirs[torch.tensor([2])], ours[torch.tensor([0])])
    torch.testing.assert_close(value, expected)
    assert value > 0


def test_the_tasks_are_added() -> None:
    torch.manual_seed(0)
    rows = torch.tensor([[0, 1], [0, 2]])
    pairs = {
        task: (CandidateScores(rows, scores(loss, 2)), CandidateScores(rows, scores(loss, 2)))
        for task, loss in (("entity", SoftmaxLoss()), ("relation", BinaryLoss()))
    }
    teacher = Lesson({task: theirs for task, (theirs, _) in pairs.items()}, 1.0)
    whole = teacher.loss({task: ours for task, (_, ours) in pairs.items()})
    parts = [teacher.loss({task: ours}) for task, (_, ours) in pairs.items()]
    torch.testing.assert_close(whole, sum(parts, torch.zeros(())))

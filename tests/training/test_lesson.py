"""Which candidates of a student its teacher has scored, and what the student learns of them."""

import torch

from jointre.models.candidates import CandidateScores
from jointre.nn.losses import BinaryLoss, LabelScores, Loss, SoftmaxLoss
from jointre.nn.losses.divergence import distillation
from jointre.training.lesson import Lesson


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

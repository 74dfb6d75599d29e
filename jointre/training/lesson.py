"""What a student learns from a teacher's label probabilities of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from jointre.models.model import CandidateScores
from jointre.nn.losses.divergence import distillation


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a teacher says about the units of a batch.

    Args:
        tasks: The teacher's probabilities of each task; candidates it has not scored are missing.
        weight: Weight of the divergence from the teacher.
    """

    tasks: Mapping[str, CandidateScores]
    weight: float

    def loss(self, student: Mapping[str, CandidateScores]) -> Tensor:
        """How much a student differs from the teacher, summed over the tasks.

        Each task's divergence is averaged over the student's candidates that the teacher knows.

        Args:
            student: The student's probabilities of the same batch.
        """
        values = []
        for task, ours in student.items():
            theirs = self.tasks[task]
            known, row = matched(theirs.candidates, ours.candidates)
            values.append(distillation(theirs.scores[known], ours.scores[row]))
        return self.weight * torch.stack(values).sum()


def matched(known: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """The rows of one matrix that are rows of another as well.

    Args:
        known: Rows to look in, [n k]; of equal rows, the first is taken.
        wanted: Rows to look for, [q k].

    Returns:
        For each row that was found, its number among the known rows, and among the wanted ones.
    """
    numbers = torch.unique(torch.cat([known, wanted]), dim=0, return_inverse=True)[1]
    size, rows = len(known), torch.arange(len(known), device=known.device)
    first = numbers.new_full((len(numbers),), size)
    first.scatter_reduce_(0, numbers[:size], rows, "amin")
    place = first[numbers[size:]]
    found = (place < size).nonzero().flatten()
    return place[found], found

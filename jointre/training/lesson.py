"""What a student learns from a teacher's label probabilities of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from jointre.models.candidates import CandidateScores
from jointre.nn.losses.divergence import distillation
from jointre.nn.span_ops import matching_rows


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
            known, row = matching_rows(theirs.candidates, ours.candidates)
            values.append(distillation(theirs.scores[known], ours.scores[row]))
        return self.weight * torch.stack(values).sum()

"""The file of a teacher's label probabilities, which are computed once for all epochs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from jointre.errors import RunError
from jointre.models.candidates import CandidateScores
from jointre.nn.losses import LabelScores
from jointre.training.lesson import Lesson
from jointre.training.run_dir import replaced


class StoredUnits:
    """Collects a teacher's probabilities unit by unit, and writes them.

    Args:
        units: Number of units.
    """

    def __init__(self, units: int) -> None:
        self._units = units
        self._rows: dict[str, list[list[tuple[Tensor, Tensor]]]] = {}
        self._kinds: dict[str, dict[str, bool]] = {}

    def add(self, numbers: Sequence[int], tasks: Mapping[str, CandidateScores]) -> None:
        """Add a batch; of candidates that were added before, the former probabilities count.

        Args:
            numbers: Numbers of the batch's units.
            tasks: The probabilities of each task.
        """
        for task, scored in tasks.items():
            kind = {"exclusive": scored.scores.exclusive, "none": scored.scores.none is not None}
            self._kinds.setdefault(task, kind)
            stored = self._rows.setdefault(task, [[] for _ in range(self._units)])
            candidates, columns = scored.candidates.cpu(), _columns(scored.scores).cpu()
            words = (candidates >= 0).all(1)
            for row, number in enumerate(numbers):
                here = (words & (candidates[:, 0] == row)).nonzero().flatten()
                stored[number].append((candidates[here, 1:].to(torch.int32), columns[here].half()))

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all.

        Args:
            path: The file.

        Raises:
            RunError: The file cannot be written.
        """
        tensors = {}
        for task, units in self._rows.items():
            parts = [part for unit in units for part in unit]
            sizes = torch.tensor([sum(len(rows) for rows, _ in unit) for unit in units])
            tensors[f"{task}.offsets"] = torch.nn.functional.pad(sizes.cumsum(0), (1, 0))
            tensors[f"{task}.candidates"] = torch.cat([rows for rows, _ in parts])
            tensors[f"{task}.probabilities"] = torch.cat([columns for _, columns in parts])
        with replaced(path) as draft:
            save_file(tensors, draft, {"tasks": json.dumps(self._kinds)})
            draft.chmod(0o644)  # safetensors lets only the owner read it


class TeacherScores:
    """A teacher's stored probabilities, of which each batch reads those of its own units.

    Args:
        path: The file that :meth:`StoredUnits.write` has written.
        weight: Weight of the divergence from the teacher.

    Raises:
        RunError: The file is damaged.
    """

    def __init__(self, path: Path, weight: float) -> None:
        self._weight = weight
        try:
            self._file = safe_open(path, "pt")
        except (SafetensorError, OSError) as error:
            raise RunError(
                f"{path} is damaged ({error}); delete it and go on with --recover: the teacher "
                "then scores the training units again"
            ) from error
        self._kinds = json.loads(self._file.metadata()["tasks"])  # type: ignore[no-untyped-call]
        self._offsets = {
            task: self._file.get_tensor(f"{task}.offsets").tolist()  # type: ignore[no-untyped-call]
            for task in self._kinds
        }

    def scores(self, units: Sequence[int], device: torch.device | str) -> Lesson:
        """The probabilities of a batch.

        Args:
            units: Numbers of the batch's units.
            device: Where they are needed.
        """
        tasks = {task: self._task(task, units, device) for task in self._kinds}
        return Lesson(tasks, self._weight)

    def _task(self, task: str, units: Sequence[int], device: torch.device | str) -> CandidateScores:
        stored = self._file.get_slice(f"{task}.candidates")  # type: ignore[no-untyped-call]
        probabilities = self._file.get_slice(  # type: ignore[no-untyped-call]
            f"{task}.probabilities"
        )
        rows, columns = [], []
        for number, unit in enumerate(units):
            low, high = self._offsets[task][unit : unit + 2]
            candidates = stored[low:high].long()
            rows.append(torch.nn.functional.pad(candidates, (1, 0), value=number))
            columns.append(probabilities[low:high])
        values, kind = torch.cat(columns).float().to(device), self._kinds[task]
        none = values[:, -1] if kind["none"] else None
        labels = values[:, :-1] if kind["none"] else values
        return CandidateScores(
            torch.cat(rows).to(device), LabelScores(labels, none, kind["exclusive"])
        )


def _columns(scores: LabelScores) -> Tensor:
    """The probabilities of the labels, and in a last column that of none if there is one."""
    none = () if scores.none is None else (scores.none[:, None],)
    return torch.cat([scores.labels, *none], 1).float()

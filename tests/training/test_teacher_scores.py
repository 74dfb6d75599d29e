"""The stored probabilities of a teacher are those that were added, unit by unit."""

import stat
from pathlib import Path

import pytest
import torch

from jointre.errors import RunError
from jointre.models.candidates import CandidateScores
from jointre.nn.losses import BinaryLoss, LabelScores, SoftmaxLoss
from jointre.training.teacher_scores import StoredUnits, TeacherScores


def made(rows: list[list[int]], labels: list[list[float]]) -> CandidateScores:
    return CandidateScores(torch.tensor(rows), LabelScores(torch.tensor(labels), None, False))


def stored(path: Path) -> TeacherScores:
    """Three units of which the second has no candidates; the third is added twice."""
    units = StoredUnits(3)
    units.add([2, 0], {"relation": made([[0, 5], [1, 7], [1, -1]], [[0.5], [0.25], [1.0]])})
    units.add([2], {"relation": made([[0, 5], [0, 6]], [[0.75], [0.125]])})
    units.write(path)
    return TeacherScores(path, 1.0)


def test_units_in_any_order(tmp_path: Path) -> None:
    lesson = stored(tmp_path / "scores").scores([1, 0, 2], "cpu")
    scored = lesson.tasks["relation"]
    assert scored.candidates.tolist() == [[1, 7], [2, 5], [2, 5], [2, 6]]
    assert scored.scores.labels.flatten().tolist() == [0.25, 0.5, 0.75, 0.125]
    assert scored.scores.none is None
    assert not scored.scores.exclusive


def test_a_batch_without_candidates(tmp_path: Path) -> None:
    scored = stored(tmp_path / "scores").scores([1], "cpu").tasks["relation"]
    assert len(scored.candidates) == 0
    assert scored.scores.labels.shape == (0, 1)


def test_of_what_was_added_twice_the_first_counts(tmp_path: Path) -> None:
    lesson = stored(tmp_path / "scores").scores([2], "cpu")
    ours = made([[0, 5]], [[0.5]])
    assert lesson.loss({"relation": ours}).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("loss", [BinaryLoss(), SoftmaxLoss(), SoftmaxLoss(none_class=False)])
def test_every_kind_of_probabilities(loss: BinaryLoss | SoftmaxLoss, tmp_path: Path) -> None:
    scores = loss.scores(torch.randn(4, 5))
    units = StoredUnits(1)
    rows = torch.tensor([[0, i] for i in range(4)])
    units.add([0], {"entity": CandidateScores(rows, scores)})
    units.write(tmp_path / "scores")
    read = TeacherScores(tmp_path / "scores", 1.0).scores([0], "cpu").tasks["entity"].scores
    torch.testing.assert_close(read.labels, scores.labels, atol=1e-3, rtol=0)
    assert (read.none is None) == (scores.none is None)
    if scores.none is not None:
        torch.testing.assert_close(read.none, scores.none, atol=1e-3, rtol=0)
    assert read.exclusive == scores.exclusive


def test_others_may_read_the_file(tmp_path: Path) -> None:
    stored(tmp_path / "scores")
    assert stat.S_IMODE((tmp_path / "scores").stat().st_mode) == 0o644


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    units = StoredUnits(1)
    units.add([0], {"relation": made([[0, 5]], [[0.5]])})
    with pytest.raises(RunError, match="cannot be written"):
        units.write(tmp_path / "missing" / "scores")


def test_a_damaged_file(tmp_path: Path) -> None:
    stored(tmp_path / "scores")
    content = (tmp_path / "scores").read_bytes()
    (tmp_path / "scores").write_bytes(content[:-3])
    with pytest.raises(RunError, match=r"is damaged .* delete it and go on with --recover"):
        TeacherScores(tmp_path / "scores", 1.0)

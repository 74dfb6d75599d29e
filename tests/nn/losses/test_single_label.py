"""One class a candidate: classes of targets, labels of probabilities."""

import re

import pytest
import torch

from jointre.errors import ConfigError
from jointre.nn.losses import ArcFaceLoss, SingleLabelLoss, SoftmaxLoss

HOT = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
PROBABILITIES = torch.tensor([[0.5, 0.3, 0.2], [0.3, 0.3, 0.4], [0.4, 0.4, 0.2], [0.1, 0.5, 0.4]])


def test_classes_of_targets() -> None:
    loss = SoftmaxLoss()
    assert loss.classes(torch.tensor([2, 0])).tolist() == [2, 0]
    assert loss.classes(HOT).tolist() == [0, 2, 1]
    assert loss.classes(HOT[:0]).tolist() == []
    assert loss.classes(HOT[:, :0]).tolist() == [0, 0, 0]  # a corpus without relations


@pytest.mark.parametrize(
    ("loss", "name"),
    [(SoftmaxLoss(none_class=False), "softmax"), (ArcFaceLoss(none_class=False), "arcface")],
)
def test_labels_that_may_be_none(loss: SingleLabelLoss, name: str) -> None:
    text = f"loss '{name}' with none_class false gives every candidate a label, but these may"
    with pytest.raises(ConfigError, match=re.escape(text)):
        loss(torch.zeros(3, 2), HOT, torch.ones(3))


def test_assigned() -> None:
    """The first of equals, so none wins a tie."""
    with_none, without = SoftmaxLoss(), SoftmaxLoss(none_class=False)
    rows = with_none.assigned(PROBABILITIES, 1.0)
    assert rows.long().tolist() == [[0, 0], [0, 1], [0, 0], [1, 0]]
    rows = without.assigned(PROBABILITIES, 1.0)
    assert rows.long().tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert without.assigned(PROBABILITIES[:, :0], 0.5).shape == (4, 0)


def test_label_probabilities() -> None:
    assert torch.equal(SoftmaxLoss().label_probabilities(PROBABILITIES), PROBABILITIES[:, 1:])
    everything = SoftmaxLoss(none_class=False).label_probabilities(PROBABILITIES)
    assert torch.equal(everything, PROBABILITIES)

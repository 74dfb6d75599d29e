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


def test_scores_keep_none_apart() -> None:
    logits = PROBABILITIES.log()
    scores = SoftmaxLoss().scores(logits)
    assert scores.none is not None
    torch.testing.assert_close(torch.cat([scores.none[:, None], scores.labels], 1), PROBABILITIES)
    everything = SoftmaxLoss(none_class=False).scores(logits)
    assert everything.none is None
    torch.testing.assert_close(everything.labels, PROBABILITIES)

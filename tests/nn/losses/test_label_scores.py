import pytest
import torch

from jointre.nn.losses import LabelScores


def test_rows_of_scores() -> None:
    table = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    scores = LabelScores(table[:, 1:], table[:, 0], exclusive=True)
    some = scores[torch.tensor([1, 1, 0])]
    assert (len(scores), len(some)) == (2, 3)
    assert torch.equal(some.labels, table[[1, 1, 0], 1:])
    assert some.none is not None
    assert torch.equal(some.none, table[[1, 1, 0], 0])
    assert some.exclusive
    assert LabelScores(table, None, exclusive=False)[torch.tensor([0])].none is None


def test_threshold_of_labels_without_one() -> None:
    """None for labels that exclude one another, else the learned one, else the default."""
    table = torch.tensor([[0.5, 0.3], [0.1, 0.2]])
    assert LabelScores(table, None, exclusive=True).natural_threshold(0.6) == 0.0
    assert LabelScores(table, None, exclusive=False).natural_threshold(0.6) == 0.6
    learned = LabelScores(table, None, exclusive=False, threshold=0.5)
    assert learned[torch.tensor([1])].natural_threshold(0.6) == 0.5


@pytest.mark.parametrize(("temperature", "bias"), [(0.3, 0.0), (1.0, -0.7), (2.5, 1.0)])
def test_calibrated_probabilities_are_those_of_changed_logits(
    temperature: float, bias: float
) -> None:
    generator = torch.Generator().manual_seed(5)
    logits = torch.randn(20, 4, generator=generator)
    binary = LabelScores(logits.sigmoid(), None, False, 0.5).calibrated(temperature, bias)
    torch.testing.assert_close(binary.labels, (logits / temperature + bias).sigmoid())
    assert binary.threshold == 0.5
    softmax = logits.softmax(1)
    shifted = logits / temperature + torch.tensor([0.0, bias, bias, bias])
    exclusive = LabelScores(softmax[:, 1:], softmax[:, 0], True).calibrated(temperature, bias)
    torch.testing.assert_close(exclusive.labels, shifted.softmax(1)[:, 1:])
    assert exclusive.none is not None
    torch.testing.assert_close(exclusive.none, shifted.softmax(1)[:, 0])
    always = LabelScores(softmax, None, True).calibrated(temperature, bias)
    torch.testing.assert_close(always.labels, (logits / temperature).softmax(1))


def test_certain_probabilities_stay_certain() -> None:
    scores = LabelScores(torch.tensor([[0.0, 1.0]]), None, False).calibrated(3.0, 1.0)
    assert scores.labels.tolist() == [[0.0, 1.0]]
    empty = LabelScores(torch.zeros(3, 0), torch.ones(3), True)
    assert empty.calibrated(2.0) is empty

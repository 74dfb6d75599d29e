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

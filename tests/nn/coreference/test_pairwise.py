"""A hidden layer over pairs: contract, equality with concatenated features, a value by hand."""

from typing import Any

import pytest
import torch

from jointre.nn.coreference import PairwiseCoreference
from jointre.testing.contracts import CoreferenceContract
from tests.naive import coreference_scorer as naive
from tests.nn.compare import equal


class TestPairwise(CoreferenceContract):
    component = "pairwise"


class TestWithoutDistance(CoreferenceContract):
    component = {"type": "pairwise", "distance_dim": 0, "dropout": 0.0}


@pytest.mark.parametrize("distance_dim", [0, 3])
@pytest.mark.parametrize("count", [1, 7, 400])
def test_equals_concatenation(count: int, distance_dim: int) -> None:
    """Few pairs and many, distances before, at and past the table's last row."""
    generator = torch.Generator().manual_seed(count)
    module = PairwiseCoreference(4, distance_dim).eval()
    mentions = torch.randn(5, 4, generator=generator)
    pairs = torch.randint(5, (count, 2), generator=generator)
    distance = torch.randint(400, (count,), generator=generator)
    equal(
        lambda: module(mentions, pairs, distance),
        lambda: naive.pairwise(module, mentions, pairs, distance),
        [mentions, *module.parameters()],
    )


def test_by_hand() -> None:
    """relu([u_i; u_j; d] W) = relu(1 + 20 + 0.5, -1 + 2 - 5), and the second is cut."""
    module = PairwiseCoreference(2, distance_dim=1).eval()
    with torch.no_grad():
        assert module.distances is not None
        module.distances.weight.zero_()
        module.distances.weight[3] = 0.5
        module.hidden.weight.copy_(torch.tensor([[1.0, 0, 10, 0, 1], [-1.0, 0, 1, 0, -10]]))
        module.hidden.bias.zero_()
        module.output.weight.copy_(torch.tensor([[2.0, 100.0]]))
        module.output.bias.fill_(1.0)
    mentions = torch.tensor([[1.0, 9.0], [2.0, 9.0]])
    pairs, distance = torch.tensor([[0, 1], [1, 0]]), torch.tensor([3, 0])
    # The other way round: relu(2 + 10, -2 + 1).
    assert module(mentions, pairs, distance).tolist() == pytest.approx([2 * 21.5 + 1, 2 * 12 + 1])


def test_long_distances_share_a_row() -> None:
    module = PairwiseCoreference(4).eval()
    mentions, pairs = torch.randn(2, 4), torch.tensor([[0, 1]] * 4)
    logits = module(mentions, pairs, torch.tensor([298, 299, 300, 5000])).tolist()
    assert logits[1:] == pytest.approx(3 * [logits[3]])
    assert logits[0] != pytest.approx(logits[3])


def test_features_of_a_pair_are_never_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """In training too: dropout comes after the hidden layer (memory §10.3)."""
    inputs: list[tuple[int, ...]] = []
    linear = torch.nn.functional.linear

    def watching(rows: torch.Tensor, *rest: Any) -> torch.Tensor:
        inputs.append(tuple(rows.shape))
        return linear(rows, *rest)

    monkeypatch.setattr(torch.nn.functional, "linear", watching)
    module = PairwiseCoreference(4, distance_dim=3).train()
    pairs = torch.randint(5, (400, 2))
    module(torch.randn(5, 4), pairs, torch.zeros(400, dtype=torch.long))
    assert inputs == [(5, 4), (5, 4), (300, 3), (400, 4)]


def test_dropout_acts_on_the_hidden_layer() -> None:
    module = PairwiseCoreference(50, dropout=0.5).train()
    seen: list[torch.Tensor] = []
    module.transform[1].register_forward_hook(lambda m, i, o: seen.extend([i[0], o]))
    module(torch.randn(2, 50), torch.tensor([[0, 1]] * 20), torch.zeros(20, dtype=torch.long))
    positive = seen[0] > 0
    assert 0.3 < (seen[1][positive] == 0).float().mean() < 0.7

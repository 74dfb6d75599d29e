"""The components of jointre.nn.coreference: contracts, and equality with loops."""

from typing import Any

import pytest
import torch

from jointre.data.names import NameRelation
from jointre.errors import ConfigError
from jointre.nn.coreference import (
    NAME_ROWS,
    CoreferenceScorer,
    CosineCoreference,
    PairwiseCoreference,
)
from jointre.positions import MentionPairs
from jointre.testing.contracts import CoreferenceContract
from tests.naive import coreference_scorer as naive
from tests.nn.compare import equal


def of(rows: torch.Tensor, distances: torch.Tensor | None = None) -> MentionPairs:
    """Pairs whose names have nothing in common."""
    none = torch.zeros(len(rows), dtype=torch.long)
    return MentionPairs(rows, none if distances is None else distances, none)


def test_interface() -> None:
    assert CoreferenceScorer.given == ("input_dim",)
    assert {"pairwise", "cosine"} <= set(CoreferenceScorer.names())


class TestCosine(CoreferenceContract):
    component = "cosine"


def test_equals_pair_by_pair() -> None:
    module, mentions = CosineCoreference(4), torch.randn(5, 4)
    pairs = torch.randint(5, (9, 2))
    equal(
        lambda: module(mentions, of(pairs)),
        lambda: naive.cosine(module, mentions, pairs),
        [mentions, *module.parameters()],
    )


def test_cosine_by_hand() -> None:
    module = CosineCoreference(2)
    with torch.no_grad():
        module.map.weight.copy_(torch.tensor([[2.0, 0.0], [0.0, 1.0]]))
        module.map.bias.copy_(torch.tensor([1.0, 0.0]))
    mentions = torch.tensor([[1.0, 4.0], [0.0, 0.0], [-1.0, 0.0]])  # mapped: (3, 4) (1, 0) (-1, 0)
    pairs = torch.tensor([[0, 1], [1, 0], [1, 2], [0, 0]])
    logits = module(mentions, of(pairs, torch.tensor([0, 9, 0, 0])))
    assert logits.tolist() == pytest.approx([10 * 0.6 - 5, 10 * 0.6 - 5, -15, 5])


def test_mapped_to_nothing() -> None:
    """No direction, no similarity: the bias alone, and finite gradients."""
    module = CosineCoreference(2)
    with torch.no_grad():
        module.map.bias.zero_()
    mentions = torch.zeros(2, 2, requires_grad=True)
    logits = module(mentions, of(torch.tensor([[0, 1]])))
    logits.sum().backward()
    assert logits.tolist() == [-5.0]
    assert mentions.grad is not None
    assert mentions.grad.isfinite().all()


class TestPairwise(CoreferenceContract):
    component = "pairwise"


class TestWithoutDistance(CoreferenceContract):
    component = {"type": "pairwise", "distance_dim": 0, "dropout": 0.0}


class TestWithNames(CoreferenceContract):
    component = {"type": "pairwise", "name_dim": 4, "dictionary": True, "dropout": 0.0}


def test_a_dictionary_needs_an_embedding() -> None:
    with pytest.raises(ConfigError, match="dictionary=true needs an embedding of names: set name"):
        PairwiseCoreference(4, dictionary=True)


def test_names_have_a_row_for_each_relation() -> None:
    assert len(NameRelation) == NAME_ROWS
    assert max(NameRelation) == NAME_ROWS - 1


@pytest.mark.parametrize(("distance_dim", "name_dim"), [(0, 0), (3, 0), (3, 2), (0, 2)])
@pytest.mark.parametrize("count", [1, 7, 400])
def test_equals_concatenation(count: int, distance_dim: int, name_dim: int) -> None:
    """Few pairs and many, distances before, at and past the table's last row."""
    generator = torch.Generator().manual_seed(count)
    module = PairwiseCoreference(4, distance_dim, name_dim=name_dim).eval()
    mentions = torch.randn(5, 4, generator=generator)
    pairs = torch.randint(5, (count, 2), generator=generator)
    distances = torch.randint(400, (count,), generator=generator)
    names = torch.randint(7, (count,), generator=generator)
    scored = MentionPairs(pairs, distances, names)
    equal(
        lambda: module(mentions, scored),
        lambda: naive.pairwise(module, mentions, scored),
        [mentions, *module.parameters()],
    )


def test_pairwise_by_hand() -> None:
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
    assert module(mentions, of(pairs, distance)).tolist() == pytest.approx(
        [2 * 21.5 + 1, 2 * 12 + 1]
    )


def test_long_distances_share_a_row() -> None:
    module = PairwiseCoreference(4).eval()
    mentions, pairs = torch.randn(2, 4), torch.tensor([[0, 1]] * 4)
    logits = module(mentions, of(pairs, torch.tensor([298, 299, 300, 5000]))).tolist()
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
    module(torch.randn(5, 4), of(pairs))
    assert inputs == [(5, 4), (5, 4), (300, 3), (400, 4)]


def test_dropout_acts_on_the_hidden_layer() -> None:
    module = PairwiseCoreference(50, dropout=0.5).train()
    seen: list[torch.Tensor] = []
    module.transform[1].register_forward_hook(lambda m, i, o: seen.extend([i[0], o]))
    module(torch.randn(2, 50), of(torch.tensor([[0, 1]] * 20)))
    positive = seen[0] > 0
    assert 0.3 < (seen[1][positive] == 0).float().mean() < 0.7

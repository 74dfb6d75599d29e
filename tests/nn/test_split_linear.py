"""SplitLinear equals a Linear over concatenated rows (SINET §9.4)."""

import pytest
import torch

from jointre.nn.dropout import Dropout
from jointre.nn.split_linear import FeatureBlock, SplitLinear, split_linear
from tests.naive import classifier as naive
from tests.nn.compare import equal


def blocks_of(seed: int, candidates: int) -> list[FeatureBlock]:
    """Shared, own, absent and constant columns."""
    generator = torch.Generator().manual_seed(seed)
    index = torch.randint(3, (candidates,), generator=generator)
    return [
        FeatureBlock(torch.randn(3, 4, generator=generator), index),
        FeatureBlock(torch.randn(candidates, 2, generator=generator)),
        FeatureBlock(torch.zeros(candidates, 0)),
        FeatureBlock(torch.randn(1, 3, generator=generator), torch.zeros_like(index)),
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("training", [True, False])
def test_equals_concatenation(seed: int, training: bool) -> None:
    layer, blocks = SplitLinear(9, 5).train(training), blocks_of(seed, 7)
    inputs = [*layer.parameters(), *(block.values for block in blocks)]
    equal(lambda: layer(blocks), lambda: naive.linear(layer, blocks, 7), inputs)


def test_a_map_without_bias() -> None:
    """A function of any weight, as the product of two; no Linear holds it."""
    blocks = blocks_of(2, 7)
    weights = torch.randn(5, 4), torch.randn(4, 9)
    equal(
        lambda: split_linear(blocks, weights[0] @ weights[1]),
        lambda: naive.concatenated(blocks, 7) @ weights[1].T @ weights[0].T,
        [*weights, *(block.values for block in blocks)],
    )
    layer = SplitLinear(9, 5, bias=False)
    assert layer.bias is None
    assert torch.equal(layer(blocks), split_linear(blocks, layer.weight))


def test_dropout_is_drawn_for_each_candidate() -> None:
    """With the same random numbers it is dropout of the concatenated rows."""
    layer, blocks = SplitLinear(9, 5, dropout=0.4).train(), blocks_of(0, 7)
    torch.manual_seed(1)
    found = layer(blocks)
    torch.manual_seed(1)
    rows = Dropout(0.4)(naive.concatenated(blocks, 7))
    torch.testing.assert_close(found, torch.nn.functional.linear(rows, layer.weight, layer.bias))


def test_no_dropout_in_evaluation() -> None:
    layer, blocks = SplitLinear(9, 5, dropout=0.4).eval(), blocks_of(0, 7)
    torch.testing.assert_close(layer(blocks), naive.linear(layer, blocks, 7))


@pytest.mark.parametrize("candidates", [1, 3, 4, 5, 9])
def test_few_candidates_of_many_rows(candidates: int) -> None:
    """A block with fewer candidates than rows is gathered before it is multiplied."""
    generator = torch.Generator().manual_seed(candidates)
    index = torch.randint(5, (candidates,), generator=generator)
    blocks = [
        FeatureBlock(torch.randn(5, 4, generator=generator), index),
        FeatureBlock(torch.randn(2, 3, generator=generator), index % 2),
        FeatureBlock(torch.randn(candidates, 2, generator=generator)),
    ]
    layer = SplitLinear(9, 5)
    inputs = [*layer.parameters(), *(block.values for block in blocks)]
    equal(lambda: layer(blocks), lambda: naive.linear(layer, blocks, candidates), inputs)


@pytest.mark.parametrize(("candidates", "multiplied"), [(2, 2), (5, 5), (6, 5)])
def test_fewest_rows_are_multiplied(
    candidates: int, multiplied: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    linear = torch.nn.functional.linear

    def counting(rows: torch.Tensor, *rest: torch.Tensor) -> torch.Tensor:
        sizes.append(len(rows))
        return linear(rows, *rest)

    monkeypatch.setattr(torch.nn.functional, "linear", counting)
    index = torch.arange(candidates) % 5
    found = SplitLinear(4, 3).eval()([FeatureBlock(torch.randn(5, 4), index)])
    assert found.shape == (candidates, 3)
    assert sizes == [multiplied]


def test_no_candidates() -> None:
    none = torch.zeros(0, dtype=torch.long)
    layer = SplitLinear(6, 5, dropout=0.4)
    for training in (True, False):
        found = layer.train(training)(
            [FeatureBlock(torch.randn(3, 4), none), FeatureBlock(torch.zeros(0, 2))]
        )
        assert found.shape == (0, 5)


def test_no_outputs() -> None:
    """As many as a corpus without relations has relation labels; torch would warn."""
    layer = SplitLinear(4, 0)
    found = layer([FeatureBlock(torch.randn(5, 4))])
    assert found.shape == (5, 0)
    assert layer.weight.shape == (0, 4)
    one = SplitLinear(4, 1)
    one.reset_parameters()
    assert 0 < one.weight.abs().max() <= 0.5  # drawn within ±1/√4, as by any Linear


@pytest.mark.parametrize("columns", [0, 8, 10])
@pytest.mark.parametrize("training", [True, False])
def test_columns_must_fit(columns: int, training: bool) -> None:
    layer = SplitLinear(9, 5, dropout=0.1).train(training)
    with pytest.raises(ValueError, match=f"blocks of {columns} columns for a Linear of 9"):
        layer([FeatureBlock(torch.randn(2, columns))])


def test_rows() -> None:
    values = torch.arange(6.0).view(3, 2)
    assert FeatureBlock(values).rows() is values
    assert FeatureBlock(values, torch.tensor([2, 0])).rows().tolist() == [[4.0, 5.0], [0.0, 1.0]]

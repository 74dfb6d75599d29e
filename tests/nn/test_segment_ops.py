"""Pooling of groups and padded tables of packed rows, against loops and in every precision."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from jointre.nn.segment_ops import Padded, segment_max, segment_mean, segment_sum
from tests.data.documents import TYPES_ARE_SAMPLED
from tests.naive import memory as naive
from tests.nn.compare import equal

WAYS = [(segment_max, "max"), (segment_sum, "sum"), (segment_mean, "mean")]
SIZES = st.lists(st.integers(0, 4), max_size=6)
QUICK = settings(max_examples=30, deadline=None)


def groups_of(seed: int) -> tuple[Tensor, Tensor, int]:
    """Random rows in groups; some are empty, the last two always."""
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(0, 5, (7,), generator=generator)
    sizes[seed % 7], sizes[-2:] = 3, 0
    rows = torch.randn(int(sizes.sum()), 4, generator=generator)
    return rows, torch.repeat_interleave(sizes), len(sizes)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("function", "how"), WAYS)
def test_equals_loops(function: type, how: str, seed: int) -> None:
    rows, group, count = groups_of(seed)
    found = equal(
        lambda: function(rows, group, count),
        lambda: naive.pool(rows, group.tolist(), count, how),
        [rows],
    )
    assert not found[-2:].any()


@pytest.mark.parametrize(("function", "how"), WAYS)
def test_by_hand(function: type, how: str) -> None:
    rows = torch.tensor([[1.0, -4.0], [3.0, -2.0], [-5.0, 0.5]])
    expected = {
        "max": [[0.0, 0.0], [3.0, -2.0], [0.0, 0.0], [-5.0, 0.5]],
        "sum": [[0.0, 0.0], [4.0, -6.0], [0.0, 0.0], [-5.0, 0.5]],
        "mean": [[0.0, 0.0], [2.0, -3.0], [0.0, 0.0], [-5.0, 0.5]],
    }
    assert function(rows, torch.tensor([1, 1, 3]), 4).tolist() == expected[how]


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_equal_maxima_share_the_gradient(sign: float, dtype: torch.dtype) -> None:
    """Whatever its sign, which torch's own operation looks at."""
    values = [[1.0, 2.0], [1.0, 1.0], [0.0, 2.0], [3.0, -3.0], [3.0, -3.0]]
    rows = torch.tensor(values, dtype=dtype, requires_grad=True)
    (sign * segment_max(rows, torch.tensor([0, 0, 0, 2, 2]), 4)).sum().backward()
    half = sign / 2
    assert rows.grad is not None
    assert rows.grad.tolist() == [[half, half], [half, 0], [0, half], [half, half], [half, half]]


@pytest.mark.parametrize(("function", "how"), WAYS)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_precision_is_kept(function: type, how: str, dtype: torch.dtype) -> None:
    rows, group, count = groups_of(1)
    found = function(rows.to(dtype), group, count)
    assert found.dtype == dtype
    torch.testing.assert_close(
        found.float(), naive.pool(rows, group.tolist(), count, how), atol=0.06, rtol=0.02
    )


@pytest.mark.parametrize(("function", "how"), WAYS)
@pytest.mark.parametrize("count", [0, 3])
def test_no_rows(function: type, how: str, count: int) -> None:
    rows = torch.randn(0, 4, requires_grad=True)
    found = function(rows, torch.zeros(0, dtype=torch.long), count)
    assert torch.equal(found, torch.zeros(count, 4))


@TYPES_ARE_SAMPLED
@QUICK
@given(SIZES)
def test_padded_tables(sizes: list[int]) -> None:
    group = torch.tensor([3 * n for n, size in enumerate(sizes) for _ in range(size)]).long()
    rows = torch.randn(len(group), 2)
    padded = Padded.of(group)
    table = padded.spread(rows)
    filled = [size for size in sizes if size]
    assert table.shape == (len(filled), max(filled, default=0), 2)
    first = 0
    for line, size in enumerate(filled):
        assert torch.equal(table[line, :size], rows[first : first + size])
        assert not table[line, size:].any()
        assert padded.real[line].tolist() == [place < size for place in range(table.shape[1])]
        first += size
    assert torch.equal(padded.collect(table), rows)
    assert padded.size.tolist() == [size for size in filled for _ in range(size)]


def test_gradients_pass_through_a_padded_table() -> None:
    rows = torch.randn(5, 2)
    padded = Padded.of(torch.tensor([0, 0, 0, 4, 4]))
    equal(lambda: padded.collect(padded.spread(rows)), lambda: 1 * rows, [rows])

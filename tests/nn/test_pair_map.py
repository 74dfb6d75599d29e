"""The split map equals the convolution over concatenated cells (CARE §3, §8)."""

import pytest
import torch
from torch import Tensor

from jointre.nn import pair_map
from jointre.nn.pair_map import PairMap
from tests.naive import care as naive
from tests.nn.compare import CLOSE, DOUBLE, equal

WIDTH, FEATURES, CHANNELS, ROWS = 5, 3, 4, 6


def make(kernel_size: int = 3, features: int = FEATURES, dropout: float = 0.0) -> PairMap:
    torch.manual_seed(1)
    return PairMap(WIDTH, features, CHANNELS, kernel_size, dropout).double().eval()


def inputs(units: int, size: int, features: int, whole: bool) -> list[Tensor]:
    """States of rows and columns, pair features (of cells, or a table's) and the index."""
    generator = torch.Generator().manual_seed(size)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    index = torch.randint(ROWS, (size, size), generator=generator)
    pair = draw(units, size, size, features) if whole else draw(ROWS, features)
    return [draw(units, size, WIDTH), draw(units, size, WIDTH), pair, index]


def expected(part: PairMap, given: list[Tensor], kept: Tensor | None = None) -> Tensor:
    rows, columns, pair, index = given
    cells = pair if pair.ndim == 4 else pair[index].expand(len(rows), -1, -1, -1)
    found = [
        naive.pair_map(
            part, rows[u], columns[u], cells[u].permute(2, 0, 1), None if kept is None else kept[u]
        )
        for u in range(len(rows))
    ]
    return torch.stack(found).permute(0, 2, 3, 1)


@pytest.mark.parametrize("kernel_size", [1, 3])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("units", "size", "features"), [(1, 1, 3), (2, 2, 3), (3, 7, 0)])
def test_equals_the_concatenated_form(
    kernel_size: int, whole: bool, units: int, size: int, features: int
) -> None:
    part, given = make(kernel_size, features), inputs(units, size, features, whole)
    learnt = [value for value in [*given[:3], *part.parameters()] if value.numel()]
    equal(lambda: part(*given), lambda: expected(part, given), learnt, DOUBLE)


@pytest.mark.parametrize("whole", [True, False])
def test_dropout_masks_input_channels(whole: bool) -> None:
    """Dropout2d over the input that is never built: the same channels, for all cells."""
    part, given = make(dropout=0.5).train(), inputs(3, 4, FEATURES, whole)
    kept: list[Tensor] = []
    part.dropout.register_forward_hook(lambda m, ones, output: kept.append(output[:, 0]))
    learnt = [*given[:3], *part.parameters()]
    equal(lambda: part(*given), lambda: expected(part, given, kept[0]), learnt, DOUBLE)
    assert set(kept[0].unique().tolist()) == {0.0, 2.0}


@pytest.mark.parametrize("kernel_size", [1, 3])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("cells", [1, 30, 10**6])
def test_bands_change_nothing(
    kernel_size: int, whole: bool, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without gradients the map is made in bands of rows, whose edges see their neighbours."""
    part, given = make(kernel_size), inputs(2, 9, FEATURES, whole)
    monkeypatch.setattr(pair_map, "CELLS_AT_ONCE", cells)
    with torch.no_grad():
        torch.testing.assert_close(part(*given), expected(part, given), **DOUBLE)


def test_inputs_stay() -> None:
    """What is computed in place is the map's own."""
    part, given = make(), inputs(2, 5, FEATURES, whole=True)
    before = [value.clone() for value in given]
    with torch.no_grad():
        part(*given)
    assert all(torch.equal(*both) for both in zip(given, before, strict=True))


def test_bands_of_a_long_unit_in_single_precision() -> None:
    part, given = make(), inputs(1, 300, FEATURES, whole=False)
    exact = expected(part, given).float()
    narrow = [value.float() if value.is_floating_point() else value for value in given]
    with torch.no_grad():
        assert pair_map.CELLS_AT_ONCE < 300**2
        torch.testing.assert_close(part.float()(*narrow), exact, **CLOSE)

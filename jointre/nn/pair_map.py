"""PairMap: a convolved map of all pairs of positions, without building its wide input."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, linear

from jointre.nn.dropout import Dropout

SLOPE = 0.1  # slope of every LeakyReLU of CARE for negative values
CELLS_AT_ONCE = 1 << 16  # cells of a map computed together in prediction: bounds memory


class PairMap(nn.Module):
    """[X_i; Y_j; P_ij] → shared map, by a 1×1 and a k×k convolution (CARE §3, step 1).

    The 1×1 convolution is a Linear and is split: states are multiplied once per position and
    table features once per row, so that its 2d + p input channels are never built. Dropout of
    whole channels masks columns of its inputs, so that it can be split in training too.

    Shapes:
        rows and columns ``"b t d"``, pair ``"v p"`` with index ``"t t"``, or ``"b t t p"``
        → ``"b t t c"``. The input must not be padded, because the convolution would read the
        padding.
    """

    def __init__(
        self, width: int, pair_dim: int, channels: int, kernel_size: int, dropout: float
    ) -> None:
        super().__init__()
        self.widths = [width, width, pair_dim]
        self.mix = nn.Linear(sum(self.widths), channels)
        self.convolution = nn.Conv2d(channels, channels, kernel_size, padding=kernel_size // 2)
        self.dropout = Dropout(dropout)

    def forward(
        self,
        rows: Float[Tensor, "b t d"],
        columns: Float[Tensor, "b t d"],
        pair: Float[Tensor, "v p"] | Float[Tensor, "b t t p"],
        index: Int[Tensor, "t t"],
    ) -> Float[Tensor, "b t t c"]:
        """The shared map."""
        units, size, _ = rows.shape
        weights = torch.split(self.mix.weight, self.widths, 1)
        channels = rows.new_ones(units, 1, sum(self.widths))
        masks = torch.split(self.dropout(channels), self.widths, 2)
        first = linear(rows * masks[0], weights[0], self.mix.bias)[:, :, None]
        second = linear(columns * masks[1], weights[1])[:, None]
        pair_weight = (weights[2] * masks[2]).mT  # one matrix per unit
        table = pair @ pair_weight if pair.ndim == 2 else None

        def band(low: int, high: int) -> Float[Tensor, "b r t c"]:
            """Rows ``low`` to ``high`` of the map before the convolution."""
            mixed = first[:, low:high] + second
            if table is not None:
                # As table[:, index], with a reproducible gradient (jointre.nn.take).
                cells = table.index_select(1, index[low:high].flatten())
                mixed += cells.view(units, -1, size, cells.shape[2])
            else:
                cells = pair[:, low:high].flatten(1, 2)
                mixed = torch.baddbmm(mixed.flatten(1, 2), cells, pair_weight).view_as(mixed)
            return leaky_relu(mixed, SLOPE, inplace=True)

        margin = self.convolution.kernel_size[0] // 2
        step = size if torch.is_grad_enabled() else max(1, CELLS_AT_ONCE // (units * size))
        bands = []
        for low in range(0, size, step):
            top = max(0, low - margin)
            mixed = band(top, min(size, low + step + margin)).permute(0, 3, 1, 2)
            convolved = self.convolution(mixed).permute(0, 2, 3, 1)
            bands.append(convolved[:, low - top : low - top + step])
        shared_map = torch.cat(bands, 1) if len(bands) > 1 else bands[0]
        return leaky_relu(shared_map, SLOPE, inplace=True)

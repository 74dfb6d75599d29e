"""ATLOP's pair features: two entities and the context that both attend to."""

from typing import Annotated, final

import torch
from annotated_types import Ge, Gt, Le, Lt
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Factory
from jointre.config.bounds import Heads, Width
from jointre.errors import ConfigError
from jointre.nn.dropout import Dropout
from jointre.nn.masking import Softmax
from jointre.nn.pair_encoders.pair_encoder import Arguments, PairEncoder, choose
from jointre.nn.segment_ops import Padded
from jointre.nn.split_linear import FeatureBlock, SplitLinear
from jointre.nn.streams import Stream, Streams
from jointre.nn.take import take
from jointre.positions import Role

VALUES_AT_ONCE = 1 << 22  # numbers in the largest matrix of a chunk when nothing is trained
MAX_PRODUCTS = 262_144  # products of components that a pair may have
SMALLEST_TOTAL = 1e-5  # added to the total of the common attention, as in the released code


@final
@PairEncoder.register("localized_context")
class LocalizedContext(PairEncoder):
    """Grouped bilinear features of two entities and their common context (ATLOP eq. 5-13).

    Each entity attends to the positions of its document (shared stream) with several heads; its
    vector is the query. The product of the attentions of head and tail, averaged over the attention
    heads and normalised, shows where both look: ``a = normalise(mean(A_head ⊙ A_tail))``. The
    context of the pair is ``c = aᵀH``. Then ``z_head = tanh(W_head [head; c; head type])``, and
    likewise ``z_tail``. The features are a bilinear map of ``z_head`` and ``z_tail``, which are cut
    into groups: only products of components of the same group take part.

    Paper: https://arxiv.org/abs/2010.11304

    Args:
        heads: Number of attention heads, a divisor of the width of the shared stream.
        groups: Number of groups that ``z_head`` and ``z_tail`` are cut into.
        group_size: Number of components of a group.
        hidden_dim: Number of features; null: the width of the entities.
        dropout: Probability of dropping a component of ``z_head`` or ``z_tail`` in training.
        combine_with: Another pair encoder, whose features follow, for example ``multi_instance``;
            null: none.

    Shapes:
        pairs ``"q 2"`` → a block of ``"q d"``, and the blocks of the other encoder.

    Raises:
        ConfigError: The heads do not divide the width, the groups are too large together, or the
            other encoder reads only one mention of an entity.

    Differences:
        The attention is learned here. The paper averages the attention of the encoder's last layer
        over the mentions of an entity; then the encoder cannot use fused kernels, and a document
        that is read in windows has no attention across windows. The types are added.
    """

    def __init__(
        self,
        shared_dim: int,
        summary_dim: int,
        span_dim: int,
        width_dim: int,
        type_dim: int,
        heads: Heads = 8,
        groups: Annotated[int, Gt(0), Le(1024)] = 12,
        group_size: Annotated[int, Gt(0), Le(256)] = 32,
        hidden_dim: Width | None = None,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
        combine_with: Factory[PairEncoder] | None = None,
    ) -> None:
        super().__init__()
        _check_sizes(shared_dim, heads, groups, group_size)
        self.heads, self.groups, self.group_size = heads, groups, group_size
        self.query = nn.Linear(span_dim, shared_dim, bias=False)
        self.key = nn.Linear(shared_dim, shared_dim, bias=False)
        self.softmax = Softmax()
        width = groups * group_size
        self.head = SplitLinear(span_dim + shared_dim + type_dim, width)
        self.tail = SplitLinear(span_dim + shared_dim + type_dim, width)
        self.dropout = Dropout(dropout)
        self.bilinear = nn.Linear(width * group_size, hidden_dim or span_dim)
        self.output_dim = hidden_dim or span_dim
        self.other: PairEncoder | None = None
        if combine_with is not None:
            if combine_with.type.one_mention:
                raise ConfigError(
                    f"combine_with {combine_with.type.registered_name!r} reads only one mention of "
                    "an entity: take 'multi_instance' or 'global'"
                )
            self.other = combine_with(
                shared_dim=shared_dim,
                summary_dim=summary_dim,
                span_dim=span_dim,
                width_dim=width_dim,
                type_dim=type_dim,
            )
            self.output_dim += self.other.output_dim

    def forward(
        self, streams: Streams, arguments: Arguments, pairs: Int[Tensor, "q 2"]
    ) -> list[FeatureBlock]:
        """The bilinear features of the pairs, then those of the other encoder."""
        mention, entity = arguments.mention_entity.unbind(1)
        first = torch.searchsorted(
            entity.contiguous(), torch.arange(len(arguments.entities), device=entity.device)
        )
        unit = arguments.spans.unit[mention[first]]
        attention = self._attention(streams.shared, arguments.entities, unit)
        features = [
            self._features(streams.shared, arguments, attention, unit, chunk)
            for chunk in torch.split(pairs, self._pairs_at_once(attention, len(pairs)))
        ]
        blocks = [FeatureBlock(torch.cat(features))]
        if self.other is not None:
            blocks += self.other(streams, arguments, pairs)
        return blocks

    def _pairs_at_once(self, attention: Float[Tensor, "g h t"], count: int) -> int:
        """Number of pairs that are computed together: all of them in training."""
        if torch.is_grad_enabled():
            return max(1, count)
        values = max(attention.shape[1] * attention.shape[2], self.bilinear.in_features)
        return max(1, VALUES_AT_ONCE // values)

    def _attention(
        self, stream: Stream, entities: Float[Tensor, "g k"], unit: Int[Tensor, " g"]
    ) -> Float[Tensor, "g h t"]:
        """The attention of each entity to the positions of its document."""
        _, positions, width = stream.states.shape
        size = width // self.heads
        order, table, present = _by_unit(unit)
        queries = table.spread(take(self.query(entities), order))
        queries = queries.view(*queries.shape[:2], self.heads, size).transpose(1, 2)
        keys = self.key(take(stream.states, present)).view(
            len(present), positions, self.heads, size
        )
        scores = queries @ keys.permute(0, 2, 3, 1) / size**0.5
        keep = take(stream.positions.roles, present) != Role.PAD
        attention = self.softmax(scores, keep[:, None, None]).transpose(1, 2)
        rows = table.collect(attention.flatten(2)).view(len(entities), self.heads, positions)
        return take(rows, order.argsort())

    def _features(
        self,
        stream: Stream,
        arguments: Arguments,
        attention: Float[Tensor, "g h t"],
        unit: Int[Tensor, " g"],
        pairs: Int[Tensor, "q 2"],
    ) -> Float[Tensor, "q d"]:
        """Bilinear features of the pairs."""
        head, tail = pairs.unbind(1)
        common = (take(attention, head) * take(attention, tail)).mean(1)
        common = common / (common.sum(1, keepdim=True) + SMALLEST_TOTAL)
        context = _context(stream.states, common, unit[head])
        z_head, z_tail = (
            self.dropout(
                linear(
                    [
                        FeatureBlock(arguments.entities, entity),
                        FeatureBlock(context),
                        choose(arguments.types, entity),
                    ]
                ).tanh()
            )
            for linear, entity in ((self.head, head), (self.tail, tail))
        )
        z_head = z_head.view(len(pairs), self.groups, self.group_size, 1)
        z_tail = z_tail.view(len(pairs), self.groups, 1, self.group_size)
        features: Tensor = self.bilinear((z_head * z_tail).flatten(1))
        return features


def _context(
    states: Float[Tensor, "b t d"], weights: Float[Tensor, "q t"], unit: Int[Tensor, " q"]
) -> Float[Tensor, "q d"]:
    """Weighted sums of the states of each pair's document, one matrix product per document."""
    order, table, present = _by_unit(unit)
    sums = table.spread(take(weights, order)) @ take(states, present)
    return take(table.collect(sums), order.argsort())


def _by_unit(
    unit: Int[Tensor, " n"],
) -> tuple[Int[Tensor, " n"], Padded, Int[Tensor, " u"]]:
    """The order of rows by unit, the table of the ordered rows, and the units that have rows."""
    order = unit.argsort(stable=True)
    present: Tensor = torch.unique_consecutive(unit[order])
    return order, Padded.of(unit[order]), present


def _check_sizes(width: int, heads: int, groups: int, group_size: int) -> None:
    """Raise an error for heads that do not divide the width, and for a map beyond any model."""
    if width % heads:
        divisors = [str(number) for number in range(1, 17) if width % number == 0]
        raise ConfigError(
            f"heads={heads} does not divide the width {width}; take one of {', '.join(divisors)}"
        )
    products = groups * group_size**2
    if products > MAX_PRODUCTS:
        raise ConfigError(
            f"groups={groups} of group_size={group_size} make {products:,} products per pair; "
            f"accepted: at most {MAX_PRODUCTS:,}, so take smaller or fewer groups"
        )

"""HGERE's hypergraph: heads, tails and pairs that exchange messages."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import torch
from annotated_types import Ge, Gt, Le, Lt
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Factory
from jointre.config.bounds import Width
from jointre.nn.dropout import Dropout
from jointre.nn.pair_encoders.between_context import BetweenContext
from jointre.nn.pair_encoders.pair_encoder import Arguments, PairEncoder, choose
from jointre.nn.segment_ops import segment_max, segment_sum
from jointre.nn.split_linear import FeatureBlock, SplitLinear
from jointre.nn.streams import Streams
from jointre.nn.take import take


@final
@PairEncoder.register("hypergraph")
class Hypergraph(PairEncoder):
    """Pairs that exchange messages with their heads and tails, and so with one another (HGERE).

    Every entity is two nodes, a head s and a tail o, and every pair is a node r. A hyperedge joins
    the three nodes of a pair; its message is ``m = LN(dropout(W(P s ⊙ Q o ⊙ R r)))``. Each layer
    adds the message to the pair, and to each head and each tail the sum of the messages of its
    pairs, weighted by attention; every node is normalised after that. All layers share their
    weights. The features of a pair are its three nodes and the features of ``base``, from which the
    pair's node starts.

    A pair depends on the other pairs of its unit.

    Paper: https://arxiv.org/abs/2310.17238

    Args:
        base: Pair encoder that the pair's node starts from.
        dim: Width of the nodes.
        layers: Number of layers.
        dropout: Probability of dropping a component of a message in training.

    Shapes:
        pairs ``"q 2"`` → three blocks of ``"q n"`` for nodes of width n, and the blocks of
        ``base``.

    Differences:
        The paper also joins pairs directly that share a head or a tail, in several kinds of
        hyperedges; here they meet in the node that they share. Spans are classified before the
        exchange.
    """

    reads_other_pairs: ClassVar[bool] = True

    def __init__(
        self,
        shared_dim: int,
        summary_dim: int,
        span_dim: int,
        width_dim: int,
        type_dim: int,
        base: Factory[PairEncoder] = Factory(BetweenContext),
        dim: Width = 256,
        layers: Annotated[int, Gt(0), Le(16)] = 3,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
    ) -> None:
        super().__init__()
        self.base = base(
            shared_dim=shared_dim,
            summary_dim=summary_dim,
            span_dim=span_dim,
            width_dim=width_dim,
            type_dim=type_dim,
        )
        self.one_mention = self.base.one_mention
        self.layers = layers
        self.head, self.tail = Node(span_dim + type_dim, dim), Node(span_dim + type_dim, dim)
        self.pair = Node(self.base.output_dim, dim)
        self.head_score = nn.Linear(dim, 1, bias=False)
        self.tail_score = nn.Linear(dim, 1, bias=False)
        self.message = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)
        self.dropout = Dropout(dropout)
        self.output_dim = 3 * dim + self.base.output_dim

    def forward(
        self, streams: Streams, arguments: Arguments, pairs: Int[Tensor, "q 2"]
    ) -> list[FeatureBlock]:
        """The nodes of the pairs, then the features of the base."""
        head, tail = pairs.unbind(1)
        every = torch.arange(len(arguments.entities), device=pairs.device)
        entities = [FeatureBlock(arguments.entities), choose(arguments.types, every)]
        base = self.base(streams, arguments, pairs)
        heads, tails, rows = (
            self.head.start(entities),
            self.tail.start(entities),
            self.pair.start(base),
        )
        of_head, of_tail = Groups.of(head, len(every)), Groups.of(tail, len(every))
        for _ in range(self.layers):
            product = take(self.head.factor(heads), head) * take(self.tail.factor(tails), tail)
            message = self.norm(self.dropout(self.message(product * self.pair.factor(rows))))
            heads = self.head.update(heads, of_head.attend(self.head_score(message), message))
            tails = self.tail.update(tails, of_tail.attend(self.tail_score(message), message))
            rows = self.pair.update(rows, message)
        return [FeatureBlock(rows), FeatureBlock(heads, head), FeatureBlock(tails, tail), *base]


class Node(nn.Module):
    """The maps of one kind of node.

    Args:
        input_dim: Width of the features that a node starts from.
        dim: Width of the node.
    """

    def __init__(self, input_dim: int, dim: int) -> None:
        super().__init__()
        self.input = SplitLinear(input_dim, dim)
        self.first_norm = nn.LayerNorm(dim)
        self.factor = nn.Linear(dim, dim, bias=False)
        self.norm = nn.LayerNorm(dim)

    def start(self, blocks: list[FeatureBlock]) -> Float[Tensor, "n d"]:
        """The nodes before the first layer."""
        nodes: Tensor = self.first_norm(self.input(blocks))
        return nodes

    def update(self, nodes: Float[Tensor, "n d"], received: Float[Tensor, "n d"]) -> Tensor:
        """The nodes after they received messages."""
        updated: Tensor = self.norm(nodes + received)
        return updated


@dataclass(frozen=True, slots=True)
class Groups:
    """Pairs grouped by one of their entities.

    Args:
        order: Pairs in order of their entity.
        group: Entity of each pair, in that order.
        count: Number of entities.

    Shapes:
        order and group ``"q"``.
    """

    order: Int[Tensor, " q"]
    group: Int[Tensor, " q"]
    count: int

    @classmethod
    def of(cls, entity: Int[Tensor, " q"], count: int) -> "Groups":
        """The groups of pairs with these entities."""
        group, order = entity.sort(stable=True)
        return cls(order, group, count)

    def attend(
        self, scores: Float[Tensor, "q 1"], messages: Float[Tensor, "q d"]
    ) -> Float[Tensor, "g d"]:
        """The messages of each entity's pairs, weighted by a softmax of their scores.

        An entity without pairs gets zeros.
        """
        scores, messages = take(scores, self.order), take(messages, self.order)
        top = segment_max(scores.detach(), self.group, self.count)
        weights = (scores - take(top, self.group)).exp()
        totals = segment_sum(weights, self.group, self.count)
        return segment_sum(weights / take(totals, self.group) * messages, self.group, self.count)

"""A sound component of each interface whose every result passes through one hook.

A fault overrides the hook, so that the same fault can be seeded into all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from jointre.nn.classifiers import Classifier, LinearClassifier
from jointre.nn.coreference import CoreferenceScorer
from jointre.nn.entity_poolers import EntityPooler
from jointre.nn.interactions import Interaction
from jointre.nn.pair_encoders import Arguments, BetweenContext, PairEncoder
from jointre.nn.projections import TaskProjection
from jointre.nn.range_max import range_max
from jointre.nn.refiners import MemoryFlow, Refiner
from jointre.nn.segment_ops import segment_max
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Stream, Streams
from jointre.nn.take import take
from jointre.nn.word_poolers import MaxWordPooler, WordPooler
from jointre.positions import MentionPairs, Ranges
from jointre.testing.contracts import (
    ClassifierContract,
    Contract,
    CoreferenceContract,
    EntityPoolerContract,
    InteractionContract,
    PairEncoderContract,
    ProjectionContract,
    RefinerContract,
    SpanPoolerContract,
    WordPoolerContract,
)


class Hooked:
    """What a fault overrides; mixed in before the interface."""

    def prepare(self) -> None:
        """The end of the constructor."""

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        """The result on its way out.

        Args:
            rows: one row a unit or candidate; the last axis is the width.
            source: an input that the component reads.
        """
        return rows


class HookedInteraction(Hooked, Interaction):
    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.linear, self.dropout = nn.Linear(input_dim, input_dim), nn.Dropout(0.3)
        self.prepare()

    def forward(self, streams: Streams) -> Streams:
        own, other = streams.relation, streams.entity
        states = own.states + self.dropout(self.linear(other.states))
        states = self.touched(states, other.states)
        return streams.replacing(relation=Stream.of(states, own.positions))


class HookedProjection(Hooked, TaskProjection):
    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.output_dim = input_dim
        self.linear, self.dropout = nn.Linear(input_dim, input_dim), nn.Dropout(0.3)
        self.prepare()

    def forward(self, stream: Stream) -> Streams:
        states = self.touched(self.dropout(self.linear(stream.states)), stream.states)
        made = Stream.of(states, stream.positions)
        return Streams.without_pairs(stream, made, made)


class HookedWordPooler(Hooked, WordPooler):
    def __init__(self) -> None:
        super().__init__()
        self.inner = MaxWordPooler()
        self.prepare()

    def forward(self, stream: Stream) -> Stream:
        done = self.inner(stream)
        states = self.touched(done.states, stream.states)
        summary = self.widened(done.summary, states.shape[-1])
        return Stream(states, summary, done.positions)

    def widened(self, summary: Tensor, width: int) -> Tensor:
        """A stream's summary is as wide as its states, also where these are too wide."""
        return nn.functional.pad(summary, (0, width - summary.shape[-1]))


class HookedSpanPooler(Hooked, SpanPooler):
    def __init__(self) -> None:
        super().__init__()
        self.prepare()

    def forward(self, states: Tensor, ranges: Ranges) -> Tensor:
        return self.touched(range_max(states, ranges), states)


class HookedGroupPooler(Hooked, EntityPooler):
    def __init__(self) -> None:
        super().__init__()
        self.prepare()

    def forward(self, rows: Tensor, group: Tensor, num_groups: int) -> Tensor:
        return self.touched(segment_max(rows, group, num_groups), rows)


class HookedPairEncoder(Hooked, PairEncoder):
    one_mention = True

    def __init__(
        self, shared_dim: int, summary_dim: int, span_dim: int, width_dim: int, type_dim: int
    ) -> None:
        super().__init__()
        self.inner = BetweenContext(shared_dim, summary_dim, span_dim, width_dim, type_dim)
        self.output_dim = self.inner.output_dim
        self.prepare()

    def forward(self, streams: Streams, arguments: Arguments, pairs: Tensor) -> list[FeatureBlock]:
        blocks = self.inner(streams, arguments, pairs)
        rows = torch.cat([block.rows() for block in blocks], 1)
        return [FeatureBlock(self.touched(rows, arguments.rows))]


class HookedClassifier(Hooked, Classifier):
    def __init__(self, input_dim: int, state_dim: int, num_logits: int) -> None:
        super().__init__()
        self.inner = LinearClassifier(input_dim, state_dim, num_logits, dropout=0.5)
        self.prepare()

    def forward(self, blocks: Sequence[FeatureBlock]) -> Tensor:
        return self.touched(self.inner(blocks), blocks[-1].values)

    @property
    def prototypes(self) -> Tensor:
        return self.inner.prototypes


class HookedRefiner(Hooked, Refiner):
    def __init__(self, input_dim: int, prototype_dims: dict[str, int]) -> None:
        super().__init__()
        self.inner = MemoryFlow(input_dim, prototype_dims, fusion="residual")
        self.prepare()

    def refine(self, rows: Tensor, segment: Tensor, prototypes: dict[str, Tensor]) -> Tensor:
        return self.inner(rows, segment, prototypes)

    def forward(self, rows: Tensor, segment: Tensor, prototypes: dict[str, Tensor]) -> Tensor:
        done = super().forward(rows, segment, prototypes)
        return self.touched(done, rows) if bool(self.active) else done


class HookedCoreference(Hooked, CoreferenceScorer):
    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.output = nn.Linear(input_dim, 1)
        self.prepare()

    def forward(self, mentions: Tensor, pairs: MentionPairs) -> Tensor:
        product = take(mentions, pairs.rows[:, 0]) * take(mentions, pairs.rows[:, 1])
        return self.touched(self.output(product)[:, 0], mentions)


@dataclass(frozen=True)
class Sound:
    """A sound component with its suite.

    Args:
        suite: of the interface.
        component: the hooked class.
        width_check: the check that looks at the result's shape.
        attributes: of the suite.
    """

    suite: type[Contract]
    component: type
    width_check: str
    attributes: tuple[tuple[str, Any], ...] = ()


SOUND = {
    "interaction": Sound(InteractionContract, HookedInteraction, "test_declared_width"),
    "projection": Sound(ProjectionContract, HookedProjection, "test_declared_width"),
    "word_pooler": Sound(WordPoolerContract, HookedWordPooler, "test_one_position_a_word"),
    "span_pooler": Sound(SpanPoolerContract, HookedSpanPooler, "test_one_row_per_range"),
    "group_pooler": Sound(EntityPoolerContract, HookedGroupPooler, "test_one_row_a_group"),
    "pair_encoder": Sound(PairEncoderContract, HookedPairEncoder, "test_declared_width"),
    "classifier": Sound(ClassifierContract, HookedClassifier, "test_one_logit_a_class"),
    "refiner": Sound(
        RefinerContract, HookedRefiner, "test_one_row_a_row", (("attends_over", "rows"),)
    ),
    "coreference": Sound(CoreferenceContract, HookedCoreference, "test_one_logit_per_pair"),
}


def doubled(rows: Tensor) -> Tensor:
    """The rows with twice their last axis."""
    return torch.cat([rows, rows], -1)

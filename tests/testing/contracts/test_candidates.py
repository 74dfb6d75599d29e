"""The suites of span poolers, pair encoders and classifiers find seeded faults."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from jointre.nn.classifiers import Classifier, LinearClassifier
from jointre.nn.pair_encoders import Arguments, BetweenContext, PairEncoder
from jointre.nn.range_max import range_max
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Streams
from jointre.positions import Ranges
from jointre.testing.contracts import ClassifierContract, PairEncoderContract, SpanPoolerContract
from tests.testing.contracts.faults import fails, suite


class FirstState(SpanPooler):
    """The first state, also where a range is empty."""

    def __init__(self, input_dim: int) -> None:
        super().__init__()

    def forward(self, states: Tensor, ranges: Ranges) -> Tensor:
        return states[ranges.unit, ranges.start]


class NeedsRanges(FirstState):
    def forward(self, states: Tensor, ranges: Ranges) -> Tensor:
        ranges.start.max()
        return range_max(states, ranges)


class WholeUnit(FirstState):
    def forward(self, states: Tensor, ranges: Ranges) -> Tensor:
        empty = (ranges.start >= ranges.end)[:, None]
        return states.amax(1)[ranges.unit].masked_fill(empty, 0.0)


class Pairs(PairEncoder):
    """BetweenContext with a hook for faults."""

    one_mention = True

    def __init__(
        self, shared_dim: int, summary_dim: int, span_dim: int, width_dim: int, type_dim: int
    ) -> None:
        super().__init__()
        self.inner = BetweenContext(shared_dim, summary_dim, span_dim, width_dim, type_dim)
        self.output_dim = self.inner.output_dim

    def forward(self, streams: Streams, arguments: Arguments, pairs: Tensor) -> list[FeatureBlock]:
        return self.faulty(self.inner(streams, arguments, pairs))

    def faulty(self, blocks: list[FeatureBlock]) -> list[FeatureBlock]:
        return blocks


class TooNarrow(Pairs):
    def faulty(self, blocks: list[FeatureBlock]) -> list[FeatureBlock]:
        return blocks[1:]


class SeesOtherPairs(Pairs):
    def faulty(self, blocks: list[FeatureBlock]) -> list[FeatureBlock]:
        rows = blocks[0].rows()
        return [FeatureBlock(rows.cumsum(0)), *blocks[1:]]


class Logits(Classifier):
    """LinearClassifier with hooks for faults."""

    def __init__(self, input_dim: int, state_dim: int, num_logits: int) -> None:
        super().__init__()
        self.inner = LinearClassifier(input_dim, state_dim, num_logits + self.extra, dropout=0.5)

    extra = 0

    def forward(self, blocks: Sequence[FeatureBlock]) -> Tensor:
        return self.inner(blocks)

    @property
    def prototypes(self) -> Tensor:
        return self.inner.prototypes


class OneTooMany(Logits):
    extra = 1


class FlatPrototypes(Logits):
    @property
    def prototypes(self) -> Tensor:
        return self.inner.prototypes[0]


class IgnoresIndex(Logits):
    def forward(self, blocks: Sequence[FeatureBlock]) -> Tensor:
        count = len(blocks[-1].values)
        rows = torch.arange(count)
        return self.inner(
            [FeatureBlock(block.values[rows % len(block.values)]) for block in blocks]
        )


class DropsSharedValues(Logits):
    """One dropout mask for the candidates that share a row: another model."""

    def forward(self, blocks: Sequence[FeatureBlock]) -> Tensor:
        drop = nn.functional.dropout
        if self.training:
            blocks = [FeatureBlock(drop(block.values, 0.5), block.index) for block in blocks]
        return self.inner.eval()(blocks)


def test_faulty_span_poolers() -> None:
    for component, check, message in (
        (FirstState, "test_one_row_per_range", "an empty range must give zeros"),
        (WholeUnit, "test_padding_does_not_matter", "padding leaks into the result"),
    ):
        fails(suite(SpanPoolerContract, component), check, message)


def test_a_span_pooler_must_accept_no_ranges() -> None:
    contract = suite(SpanPoolerContract, NeedsRanges)
    with pytest.raises((RuntimeError, IndexError), match=r"numel\(\) == 0"):
        contract.test_one_row_per_range()


def test_faulty_pair_encoders() -> None:
    narrow = suite(PairEncoderContract, TooNarrow)
    fails(
        narrow, "test_declared_width", r"output_dim columns in all, one row per pair: shape \(\d+"
    )
    other = suite(PairEncoderContract, SeesOtherPairs)
    fails(other, "test_a_pair_does_not_see_other_pairs", "depend on the other pairs or on their")


def test_faulty_classifiers() -> None:
    for component, check, message in (
        (
            OneTooMany,
            "test_one_logit_a_class",
            r"one logit per class and candidate: shape \(4, 6\)",
        ),
        (FlatPrototypes, "test_one_logit_a_class", r"one vector per class: shape \(9,\) for 5"),
        (IgnoresIndex, "test_blocks_stand_for_their_columns", "blocks with an index give other"),
        (DropsSharedValues, "test_blocks_stand_for_their_columns", "in training, blocks give"),
    ):
        fails(suite(ClassifierContract, component), check, message)

"""The suites of span poolers, pair encoders and classifiers: packed rows of candidates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.nn.classifiers import Classifier
from jointre.nn.pair_encoders import Arguments, PairEncoder
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Stream, Streams
from jointre.positions import Ranges
from jointre.testing.contracts.compare import same
from jointre.testing.contracts.contract import ModuleContract, View
from jointre.testing.contracts.inputs import UNITS, spans_of, stream_of, streams_of
from jointre.testing.contracts.streams import shape_is

SHARED, TASK, SPAN, WIDTHS, TYPES = 6, 8, 10, 3, 2


@dataclass(frozen=True, slots=True)
class Pooling:
    """What a span pooler reads."""

    stream: Stream
    ranges: Ranges


class SpanPoolerContract(ModuleContract):
    """The suite of :class:`~jointre.nn.span_poolers.SpanPooler`."""

    interface = SpanPooler
    owner: ClassVar[dict[str, int]] = {"input_dim": TASK}
    copies: ClassVar[int] = 200

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Pooling:
        """States, and the ranges of all spans with an empty one."""
        stream = stream_of(units, TASK, padding, garbage)
        ranges = spans_of(units).ranges(stream.positions)
        rows = torch.arange(len(units))
        return Pooling(
            stream,
            Ranges(
                torch.cat([ranges.unit, rows]),
                torch.cat([ranges.start, torch.ones_like(rows)]),
                torch.cat([ranges.end, torch.ones_like(rows)]),
            ),
        )

    def call(self, module: Any, batch: Pooling) -> Tensor:
        """The pooled rows."""
        pooled: Tensor = module(batch.stream.states, batch.ranges)
        return pooled

    def view(self, result: Tensor, batch: Pooling, row: int) -> View:
        """The rows of a unit."""
        return {"rows": result[batch.ranges.unit == row]}

    def sources(self, batch: Pooling) -> list[Tensor]:
        """The states."""
        return [batch.stream.states]

    def test_one_row_per_range(self) -> None:
        """A row has the states' width; empty ranges give zeros; no range gives no row."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        result, count = self.call(module, batch), len(batch.ranges.unit)
        wrong = "a span pooler gives one row of the states' width per range"
        shape_is(result, (count, TASK), wrong)
        empty = batch.ranges.start >= batch.ranges.end
        assert not result[empty].any(), "an empty range must give zeros"
        assert result[~empty].any(1).all(), "a range with positions must not give zeros"
        none = batch.ranges.unit[:0]
        rows = module(batch.stream.states, Ranges(none, none, none))
        shape_is(rows, (0, TASK), "no range gives no row")


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a pair encoder reads."""

    streams: Streams
    arguments: Arguments
    pairs: Int[Tensor, "q 2"]


class PairEncoderContract(ModuleContract):
    """The suite of :class:`~jointre.nn.pair_encoders.PairEncoder`."""

    interface = PairEncoder
    owner: ClassVar[dict[str, int]] = {
        "shared_dim": SHARED,
        "summary_dim": TASK,
        "span_dim": SPAN,
        "width_dim": WIDTHS,
        "type_dim": TYPES,
    }

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Pairing:
        """All spans of the units as mentions, and all pairs of entities.

        Spans with the same start are mentions of one entity; if the encoder takes one mention per
        entity, each span is an entity.
        """
        spans = spans_of(units)
        generator = torch.Generator().manual_seed(5)
        table = torch.randn(2, len(UNITS), 6, 6, SPAN, generator=generator)
        widths = torch.randn(9, WIDTHS, generator=generator)
        types = torch.randn(5, TYPES, generator=generator)
        numbers = torch.tensor(list(units), dtype=torch.long)[spans.unit]
        mention = torch.arange(len(spans))
        alone = self.build().one_mention
        first = (
            mention if alone else torch.unique(spans.unit * 9 + spans.start, return_inverse=True)[1]
        )
        entity = torch.unique(first, return_inverse=True)[1]
        opening = torch.stack(
            [(entity == number).nonzero()[0, 0] for number in range(int(entity.max()) + 1)]
        )
        streams = streams_of(units, SHARED, TASK, padding, garbage)
        arguments = Arguments(
            spans,
            table[0, numbers, spans.start, spans.end],
            FeatureBlock(widths, spans.width),
            torch.stack([mention, entity], 1),
            table[1, numbers[opening], spans.start[opening], 0],
            FeatureBlock(types, spans.start[opening]),
            spans.start // 2,
            FeatureBlock(streams.relation.summary, spans.unit),
        )
        return Pairing(streams, arguments, ordered_pairs(spans.unit[opening]))

    def call(self, module: Any, batch: Pairing) -> Tensor:
        """The blocks' columns side by side."""
        blocks = module(batch.streams, batch.arguments, batch.pairs)
        return torch.cat([block.rows() for block in blocks], 1)

    def view(self, result: Tensor, batch: Pairing, row: int) -> View:
        """The rows of a unit's pairs."""
        mention_entity = batch.arguments.mention_entity
        mention = torch.searchsorted(
            mention_entity[:, 1].contiguous(), batch.pairs[:, 0].contiguous()
        )
        return {"rows": result[batch.arguments.spans.unit[mention_entity[mention, 0]] == row]}

    def sources(self, batch: Pairing) -> list[Tensor]:
        """The entities' rows; the other inputs are read by some encoders only."""
        alone = self.build().one_mention
        return [batch.arguments.rows if alone else batch.arguments.entities]

    def test_declared_width(self) -> None:
        """The blocks have ``output_dim`` columns in all, for no pair and no mention too."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        columns = "the blocks must have output_dim columns in all, one row per pair"
        shape_is(self.call(module, batch), (len(batch.pairs), module.output_dim), columns)
        pairless = replace(batch, pairs=batch.pairs[:0])
        shape_is(self.call(module, pairless), (0, module.output_dim), "no pair gives no row")
        arguments = batch.arguments
        no_arguments = replace(
            arguments,
            spans=arguments.spans[:0],
            rows=arguments.rows[:0],
            widths=FeatureBlock(arguments.widths.values, arguments.mention_entity[:0, 0]),
            mention_entity=arguments.mention_entity[:0],
            entities=arguments.entities[:0],
            types=FeatureBlock(arguments.types.values, arguments.mention_entity[:0, 0]),
            sentences=arguments.sentences[:0],
        )
        shape_is(
            self.call(module, Pairing(batch.streams, no_arguments, batch.pairs[:0])),
            (0, module.output_dim),
            "no mention gives no row",
        )

    def test_a_pair_does_not_see_other_pairs(self) -> None:
        """Removing and reordering pairs does not change the rows of the other pairs.

        If a pair reads the other pairs of its unit, they are only reordered.
        """
        module, batch = self.build(), self.batch(range(len(UNITS)))
        step = -1 if module.reads_other_pairs else -3
        rows = torch.arange(len(batch.pairs) - 1, -1, step)
        subset = self.call(module, replace(batch, pairs=batch.pairs[rows]))
        all_pairs = self.call(module, batch)
        same(
            {"rows": subset},
            {"rows": all_pairs[rows]},
            "a pair's features depend on the other pairs or on their order",
        )


class ClassifierContract(ModuleContract):
    """The suite of :class:`~jointre.nn.classifiers.Classifier`."""

    interface = Classifier
    owner: ClassVar[dict[str, int]] = {"input_dim": 9, "state_dim": TASK, "num_logits": 5}

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> list[FeatureBlock]:
        """Blocks with one row for all candidates, with shared rows, without columns, and plain."""
        generator = torch.Generator().manual_seed(3)
        shared = torch.randn(3, 4, generator=generator)
        plain = torch.randn(len(UNITS), 3, generator=generator)
        index = torch.tensor(list(units), dtype=torch.long)
        constant = torch.randn(1, 2, generator=generator)
        return [
            FeatureBlock(constant, torch.zeros_like(index)),
            FeatureBlock(shared, 2 * index % 3),
            FeatureBlock(torch.zeros(len(index), 0)),
            FeatureBlock(plain[index]),
        ]

    def view(self, result: Tensor, batch: list[FeatureBlock], row: int) -> View:
        """The logits of a candidate."""
        return {"logits": result[row]}

    def sources(self, batch: list[FeatureBlock]) -> list[Tensor]:
        """The values of the blocks that have columns."""
        return [block.values for block in batch if block.values.shape[1]]

    def test_one_logit_a_class(self) -> None:
        """One row per candidate and one column per class; without candidates, no rows."""
        module = self.build()
        classes = self.owner["num_logits"]
        for count in (len(UNITS), 1, 0):
            logits = module(self.batch(range(count)))
            shape_is(
                logits, (count, classes), "a classifier gives one logit per class and candidate"
            )
        shape = module.prototypes.shape
        one_per_class = len(shape) == 2 and shape[0] == classes
        assert one_per_class, (
            f"prototypes must be one vector per class: shape {tuple(shape)} for {classes} classes"
        )

    def test_blocks_stand_for_their_columns(self) -> None:
        """Shared values give the logits that the gathered columns give, in training too."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        columns = torch.cat([block.rows() for block in batch], 1)
        same(
            {"logits": module(batch)},
            {"logits": module([FeatureBlock(columns)])},
            "blocks with an index give other logits than their concatenated columns",
        )
        module.train()
        results = []
        for blocks in (batch, [FeatureBlock(columns)]):
            torch.manual_seed(0)
            results.append({"logits": module(blocks)})
        first, second = results
        same(first, second, "in training, blocks give other logits than their concatenated columns")

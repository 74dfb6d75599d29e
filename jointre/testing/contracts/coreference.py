"""The suite of coreference scorers: pairs of mentions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.data.names import NameRelation
from jointre.nn.coreference import CoreferenceScorer
from jointre.nn.span_ops import ordered_pairs
from jointre.positions import MentionPairs
from jointre.testing.contracts.compare import same
from jointre.testing.contracts.contract import ModuleContract, View
from jointre.testing.contracts.inputs import UNITS, spans_of
from jointre.testing.contracts.streams import shape_is

WIDTH = 6
FAR = 100_000  # characters: mentions may be any length


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a coreference scorer reads, and the unit of each mention."""

    unit: Int[Tensor, " m"]
    rows: Float[Tensor, "m k"]
    pairs: MentionPairs


class CoreferenceContract(ModuleContract):
    """The suite of :class:`~jointre.nn.coreference.CoreferenceScorer`."""

    interface = CoreferenceScorer
    owner: ClassVar[dict[str, int]] = {"input_dim": WIDTH}

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Mentions:
        """All spans of the units as mentions, and all ordered pairs."""
        spans = spans_of(units)
        generator = torch.Generator().manual_seed(5)
        table = torch.randn(len(UNITS), 6, 6, WIDTH, generator=generator)
        numbers = torch.tensor(list(units), dtype=torch.long)[spans.unit]
        rows = ordered_pairs(spans.unit)
        distances = (7 * spans.start + spans.end)[rows].sum(1)
        pairs = MentionPairs(rows, distances, distances % len(NameRelation))
        return Mentions(spans.unit, table[numbers, spans.start, spans.end], pairs)

    def call(self, module: Any, batch: Mentions) -> Tensor:
        """The logits."""
        logits: Tensor = module(batch.rows, batch.pairs)
        return logits

    def view(self, result: Tensor, batch: Mentions, row: int) -> View:
        """The logits of a unit's pairs."""
        return {"logits": result[batch.unit[batch.pairs.rows[:, 0]] == row]}

    def sources(self, batch: Mentions) -> list[Tensor]:
        """The mentions."""
        return [batch.rows]

    def test_one_logit_per_pair(self) -> None:
        """One logit per pair, also without pairs or mentions, and for distances of any size."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        wrong = "a coreference scorer gives one logit per pair"
        shape_is(self.call(module, batch), (len(batch.pairs),), wrong)
        distances = torch.full_like(batch.pairs.edit_distances, FAR)
        far = replace(batch, pairs=replace(batch.pairs, edit_distances=distances))
        assert self.call(module, far).isfinite().all(), f"a distance of {FAR} must have a logit"
        none = replace(batch, pairs=batch.pairs[:0])
        shape_is(self.call(module, none), (0,), "no pair gives no logit")
        nothing = replace(none, unit=batch.unit[:0], rows=batch.rows[:0])
        shape_is(self.call(module, nothing), (0,), "no mention gives no logit")

    def test_a_pair_does_not_see_other_pairs(self) -> None:
        """Removing and reordering pairs does not change the logits of the other pairs."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        rows = torch.arange(len(batch.pairs) - 1, -1, -3)
        subset = replace(batch, pairs=batch.pairs[rows])
        same(
            {"logits": self.call(module, subset)},
            {"logits": self.call(module, batch)[rows]},
            "a pair's logit depends on the other pairs or on their order",
        )

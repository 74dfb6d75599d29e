"""How models use a span enumerator: building and checking it, its loss, and pruning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from jointre.config import Factory
from jointre.errors import ConfigError
from jointre.models.model import Item, Model
from jointre.nn.losses import BinaryLoss
from jointre.nn.pruned_spans import PrunedSpans as PrunedSpans  # registers it
from jointre.nn.split_linear import FeatureBlock
from jointre.positions import Positions, Spans
from jointre.span_enumerators import SpanEnumerator


@final
@dataclass(slots=True)
class SpanRecall:
    """Counts the gold mentions that are among the spans that a trained span enumerator keeps.

    It is an observer of predicted batches.

    Args:
        kept_mentions: Number of gold mentions that were kept.
        gold_mentions: Number of all gold mentions.
    """

    kept_mentions: int = 0
    gold_mentions: int = 0

    def __call__(self, model: Model, output: Any, stages: Any, items: Sequence[Item]) -> None:
        """Count the gold mentions of a batch, unless the model has no trained span enumerator.

        Args:
            model: The model.
            output: Its output for the batch.
            stages: The stages that it has read.
            items: The units of the batch, with their gold entities.
        """
        spans = model.kept_spans(output)
        if spans is None:
            return
        rows = torch.stack([spans.unit, spans.start, spans.end], 1).tolist()
        kept_spans = {tuple(row) for row in rows}
        for number, item in enumerate(items):
            entities = item.visible.entities
            mentions = {mention for entity in entities for mention in entity.mentions}
            self.kept_mentions += sum((number, *mention) in kept_spans for mention in mentions)
            self.gold_mentions += len(mentions)

    @property
    def ratio(self) -> float:
        """Share of the gold mentions that were kept; 1 if there are none."""
        return self.kept_mentions / self.gold_mentions if self.gold_mentions else 1.0

    def __str__(self) -> str:
        return (
            f"the span enumerator keeps {100 * self.ratio:.2f} % of the gold mentions "
            f"({self.kept_mentions:,} of {self.gold_mentions:,})"
        )


def build_enumerator(
    factory: Factory[SpanEnumerator], input_dim: int, state_dim: int, widest: int
) -> SpanEnumerator:
    """The span enumerator of a model.

    Args:
        factory: The enumerator with its options.
        input_dim: Width of the features of a span: its states and its width embedding.
        state_dim: Width of the states.
        widest: Width of the widest span that the model's width embedding knows, in words.

    Raises:
        ConfigError: The enumerator proposes wider spans.
    """
    enumerator = factory(input_dim=input_dim, state_dim=state_dim)
    if enumerator.max_width > widest:
        raise ConfigError(
            f"span_enumerator proposes spans of up to {enumerator.max_width} words, but this "
            f"model's width embedding ends at {widest}; take a smaller max_width"
        )
    return enumerator


def score_and_prune(
    enumerator: SpanEnumerator,
    rows: Float[Tensor, "s d"],
    widths: FeatureBlock,
    spans: Spans,
    positions: Positions,
    prune: bool,
) -> tuple[Int[Tensor, " k"] | None, Float[Tensor, " s"] | None]:
    """Rows of the spans that stay (None: all of them), and the enumerator's logits, if any.

    Args:
        enumerator: The span enumerator of the model.
        rows: Pooled spans.
        widths: Width embeddings of the spans.
        spans: The spans, ordered by unit.
        positions: Positions of their units.
        prune: Whether spans are pruned, which is the case in prediction, not in training.
    """
    if enumerator.scorer is None:
        return None, None
    logits: Float[Tensor, "s 1"] = enumerator.scorer([FeatureBlock(rows), widths])
    scores = logits[:, 0]
    return (enumerator.keep(scores, spans, positions.lengths) if prune else None), scores


def span_loss(logits: Float[Tensor, " s"], is_mention: Bool[Tensor, " s"]) -> Float[Tensor, ""]:
    """Mean binary cross-entropy of an enumerator's logits; 0 without spans."""
    weight = logits.new_full((len(logits),), 1 / max(1, len(logits)))
    loss: Tensor = BinaryLoss()(logits[:, None], is_mention[:, None].to(logits.dtype), weight)
    return loss

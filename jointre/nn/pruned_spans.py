"""A span enumerator with a trained scorer, which keeps the best spans of each unit."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, final

import numpy as np
import torch
from annotated_types import Ge, Gt, Le
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn

from jointre.config import Factory
from jointre.errors import ConfigError
from jointre.nn.classifiers import Classifier
from jointre.positions import Spans
from jointre.span_enumerators import AllSpans, SpanEnumerator

Count = Annotated[int, Ge(0), Le(1_000_000)]


@final
@SpanEnumerator.register("pruned")
class PrunedSpans(SpanEnumerator, nn.Module):
    """The best-scored spans of another enumerator; the scorer is trained with the model.

    In training the scorer learns to separate mentions from the other sampled spans, and nothing
    is pruned. In prediction each unit keeps ``ratio`` times as many spans as it has words.

    Paper: https://arxiv.org/abs/1707.07045 (mention scores and the pruning ratio λ)

    Args:
        spans: Enumerator of the spans to be scored.
        ratio: Number of spans that are kept per word of the unit.
        minimum: Minimum number of spans that are kept per unit, if there are so many.
        maximum: Maximum number of spans that are kept per unit; null: no limit.
        scorer: Classifier with one logit, which scores the spans.

    Raises:
        ConfigError: ``maximum`` is smaller than ``minimum``, or ``spans`` prunes as well.

    Shapes:
        ``scorer``: blocks over s spans → ``"s 1"``.
    """

    given: ClassVar[tuple[str, ...]] = SpanEnumerator.given

    def __init__(
        self,
        input_dim: int,
        state_dim: int,
        spans: Factory[SpanEnumerator] = Factory(AllSpans),
        ratio: Annotated[float, Gt(0), Le(1_000)] = 1.0,
        minimum: Count = 10,
        maximum: Count | None = None,
        scorer: Factory[Classifier] = Factory(Classifier.by_name("feedforward")),
    ) -> None:
        super().__init__()
        if spans.type is PrunedSpans:
            raise ConfigError("spans: 'pruned' spans cannot be pruned again; take 'all_spans'")
        if maximum is not None and maximum < minimum:
            raise ConfigError(f"maximum={maximum} is smaller than minimum={minimum}")
        self.candidates = spans(input_dim=input_dim, state_dim=state_dim)
        self.ratio, self.minimum, self.maximum = ratio, minimum, maximum
        self.score = scorer(input_dim=input_dim, state_dim=state_dim, num_logits=1)

    @property
    def max_width(self) -> int:
        """Width of the widest span that is proposed, in words."""
        return self.candidates.max_width

    def spans(
        self, words: Sequence[str], sentences: Sequence[tuple[int, int]]
    ) -> NDArray[np.int64]:
        """The spans that are scored, ordered by sentence, then width, then start."""
        return self.candidates.spans(words, sentences)

    def reason_missed(self, words: Sequence[str], start: int, end: int) -> str | None:
        """Why a span is never scored; a scored one can still be pruned."""
        return self.candidates.reason_missed(words, start, end)

    @property
    def plain(self) -> SpanEnumerator:
        """The enumerator of the spans that are scored."""
        return self.candidates

    @property
    def scorer(self) -> nn.Module:
        """Module that turns feature blocks of spans into one logit per span."""
        return self.score

    def keep(
        self, scores: Float[Tensor, " s"], spans: Spans, words: Int[Tensor, " b"]
    ) -> Int[Tensor, " k"]:
        """Rows of the best spans of each unit, in order; of equal scores the first ones."""
        quota = (words.double() * self.ratio).ceil().long().clamp(min=self.minimum)
        if self.maximum is not None:
            quota = quota.clamp(max=self.maximum)
        order = scores.argsort(descending=True, stable=True)
        order = order[spans.unit[order].argsort(stable=True)]
        unit = spans.unit[order]
        counts = torch.bincount(unit, minlength=len(words))
        rank = torch.arange(len(order), device=order.device) - (counts.cumsum(0) - counts)[unit]
        return order[rank < quota[unit]].sort().values

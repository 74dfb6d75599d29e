"""Batches for the document model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import final

import numpy as np

from jointre.data.batch import Batch
from jointre.data.candidates import Candidates, attach, given_labels, proposed_spans
from jointre.data.pieces import PieceMaker
from jointre.data.samplers import Sampler
from jointre.data.sentences import sentence_numbers
from jointre.data.vocabulary import Vocabulary
from jointre.models.model import Item, Mode, Preparer
from jointre.span_enumerators import SpanEnumerator


@final
class DocumentPreparer(Preparer):
    """Batches for the document model.

    Args:
        make_pieces: the encoder's tokenisation.
        seed: Random seed for sampling.
        mode: Sample candidates, propose spans, or give the entities and their mentions as well.
        sampler: spans and pairs to train on.
        vocabulary: labels of given entities.
        span_enumerator: A plain one, which proposes the spans.
    """

    def __init__(
        self,
        make_pieces: PieceMaker,
        seed: int,
        mode: Mode,
        sampler: Sampler,
        vocabulary: Vocabulary,
        span_enumerator: SpanEnumerator,
    ) -> None:
        super().__init__(make_pieces, seed, sampler if mode == "train" else None)
        self.mode = mode
        self.vocabulary = vocabulary
        self.span_enumerator = span_enumerator

    def __call__(self, items: Sequence[Item], epoch: int = 0) -> Batch:
        """Collate units."""
        batch = self.make_pieces.batch([item.pieces for item in items])
        if self.mode == "train":
            return attach(batch, [self.sampled(item, epoch) for item in items])
        choose = self._given if self.mode == "given" else self._all
        return attach(batch, [choose(item) for item in items])

    def _all(self, item: Item) -> Candidates:
        """The proposed spans."""
        document = item.visible
        return Candidates(
            spans=proposed_spans(document, item.pieces.silent, self.span_enumerator),
            tokens=document.tokens,
            sentences=sentence_numbers(document),
        )

    def _given(self, item: Item) -> Candidates:
        """All spans and those of the entities; the refiners see what they see in prediction."""
        document, everything = item.visible, self._all(item)
        place = {(start, end): row for row, (start, end) in enumerate(everything.spans.tolist())}
        members = []
        kept: dict[int, int] = {}
        for number, entity in enumerate(document.entities):
            for span in dict.fromkeys(entity.mentions):
                row = place.setdefault((span.start, span.end), len(place))
                members.append((kept.setdefault(row, len(kept)), number))
        return replace(
            everything,
            spans=np.array(list(place), np.int64).reshape(-1, 2),
            kept=np.array(list(kept), np.int64),
            members=np.array(members, np.int64).reshape(-1, 2),
            entity_targets=given_labels(document, self.vocabulary),
        )

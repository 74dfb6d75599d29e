"""The suite of span enumerators."""

import pickle
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from jointre.data.sentences import sentences_of
from jointre.nn.split_linear import FeatureBlock
from jointre.positions import Spans
from jointre.span_enumerators import SpanEnumerator
from jointre.testing.contracts.contract import Contract
from jointre.testing.tiny import tiny_documents, tiny_texts

INPUT_DIM = 12


class SpanEnumeratorContract(Contract):
    """The suite of :class:`~jointre.span_enumerators.SpanEnumerator`.

    An enumerator with a scorer should keep fewer spans than the sample documents have.
    """

    interface = SpanEnumerator
    owner: ClassVar[dict[str, Any]] = {"input_dim": INPUT_DIM, "state_dim": 8}

    def build(self) -> Any:
        """The enumerator; a scorer's weights are random."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            enumerator = self.factory()(**self.owner)
            if enumerator.scorer is not None:
                for parameter in enumerator.scorer.parameters():
                    torch.nn.init.normal_(parameter)
                enumerator.eval()
        return enumerator

    def proposed(self, enumerator: Any) -> list[NDArray[np.int64]]:
        """The spans of each sample document."""
        return [
            enumerator.spans(document.tokens, sentences_of(document))
            for document in (*tiny_documents(), *tiny_texts())
        ]

    def test_spans_lie_in_sentences(self) -> None:
        """Spans are int64 rows inside one sentence, at most ``max_width`` wide, none twice."""
        enumerator = self.build()
        for document, spans in zip(
            (*tiny_documents(), *tiny_texts()), self.proposed(enumerator), strict=True
        ):
            at = f"document {document.id!r}:"
            assert spans.dtype == np.int64, f"{at} spans are {spans.dtype}, not int64"
            assert spans.shape == (len(spans), 2), f"{at} spans have shape {spans.shape}"
            rows = [tuple(row) for row in spans.tolist()]
            assert len(set(rows)) == len(rows), f"{at} a span is proposed twice"
            for start, end in rows:
                inside = any(a <= start < end <= b for a, b in sentences_of(document))
                assert inside, f"{at} [{start}, {end}) is empty or leaves its sentence"
                wide = end - start > enumerator.max_width
                assert not wide, f"{at} [{start}, {end}) is wider than max_width"

    def test_order(self) -> None:
        """Spans are ordered by sentence, then width, then start."""
        for document, spans in zip(
            (*tiny_documents(), *tiny_texts()), self.proposed(self.build()), strict=True
        ):
            borders = sentences_of(document)
            keys = [
                (next(i for i, (a, b) in enumerate(borders) if a <= start < b), end - start, start)
                for start, end in spans.tolist()
            ]
            assert keys == sorted(keys), f"document {document.id!r}: the spans are not in order"

    def test_reasons_match_the_spans(self) -> None:
        """Each span of a sentence is proposed, or there is a reason why it is not."""
        enumerator = self.build()
        for document, spans in zip(
            (*tiny_documents(), *tiny_texts()), self.proposed(enumerator), strict=True
        ):
            rows = {tuple(row) for row in spans.tolist()}
            for low, high in sentences_of(document):
                for start in range(low, high):
                    for end in range(start + 1, high + 1):
                        reason = enumerator.reason_missed(document.tokens, start, end)
                        agrees = (reason is None) == ((start, end) in rows)
                        assert agrees, f"document {document.id!r}: [{start}, {end}): {reason}"

    def test_empty_unit(self) -> None:
        """A unit without words has no spans."""
        assert self.build().spans((), [(0, 0)]).shape == (0, 2)

    def test_plain_one_travels_to_workers(self) -> None:
        """``plain`` has no scorer and proposes the same spans after pickling."""
        enumerator = self.build()
        copy = pickle.loads(pickle.dumps(enumerator.plain))
        assert copy.scorer is None, "plain has a scorer; it must not carry parameters to workers"
        same = map(np.array_equal, self.proposed(enumerator), self.proposed(copy))
        assert all(same), "plain proposes other spans"

    def test_pruning(self) -> None:
        """Each unit keeps the same spans alone and in a batch, best scores first, in order."""
        enumerator = self.build()
        if enumerator.scorer is None:
            return
        proposed = self.proposed(enumerator)
        words = [len(document.tokens) for document in (*tiny_documents(), *tiny_texts())]
        features = [torch.randn(len(spans), INPUT_DIM) for spans in proposed]
        together = self._selected(enumerator, features, proposed, words)
        alone = [
            self._selected(enumerator, [rows], [spans], [size])[0]
            for rows, spans, size in zip(features, proposed, words, strict=True)
        ]
        assert together == alone, "what a unit keeps depends on its batch"
        fewer = sum(map(len, alone)) < sum(map(len, proposed))
        assert fewer, "nothing is pruned; take a smaller ratio for this suite"
        for rows, features_of_unit in zip(alone, features, strict=True):
            scores = enumerator.scorer([FeatureBlock(features_of_unit)])[:, 0]
            dropped = [row for row in range(len(scores)) if row not in rows]
            if rows and dropped:
                assert scores[rows].min() >= scores[dropped].max(), "a better span is dropped"

    def _selected(
        self,
        enumerator: Any,
        features: Sequence[Tensor],
        proposed: Sequence[NDArray[np.int64]],
        words: Sequence[int],
    ) -> list[list[int]]:
        """Rows that each unit keeps of its own spans."""
        sizes = [len(spans) for spans in proposed]
        unit = torch.from_numpy(np.repeat(np.arange(len(sizes)), sizes))
        rows = torch.from_numpy(np.concatenate(proposed))
        with torch.no_grad():
            scores = enumerator.scorer([FeatureBlock(torch.cat(list(features)))])[:, 0]
            spans = Spans(unit, rows[:, 0], rows[:, 1])
            selected = enumerator.keep(scores, spans, torch.tensor(words))
        assert bool((selected.diff() > 0).all()), "kept rows are not in order"
        first = np.cumsum([0, *sizes[:-1]]).tolist()
        return [
            [row - start for row in selected[unit[selected] == number].tolist()]
            for number, start in enumerate(first)
        ]

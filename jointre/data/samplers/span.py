"""SINET's negative sampling."""

from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

from jointre.config.bounds import Negatives
from jointre.data.candidates import SentenceCandidates
from jointre.data.samplers.sampler import Sampler, SentenceSampler
from jointre.data.schema import Document, Entity
from jointre.data.sentences import sentence_numbers, sentences_of
from jointre.data.symmetric import left_to_right
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.span_enumerators import SpanEnumerator


@final
@Sampler.register("span")
class SpanSampler(SentenceSampler):
    """All gold entities and relations, with random negative spans and gold pairs.

    Negative spans are drawn from the spans that the enumerator proposes and that are not gold
    spans; negative pairs from the ordered pairs of gold entities without a relation in that
    direction. Gold spans that the enumerator does not propose are positive examples too. If the
    model relates mentions of different sentences, pairs are drawn from all pairs within its reach.

    Paper: https://aclanthology.org/2024.lrec-main.1343 (see "Samples" in ``docs/specs/sinet.md``)

    Args:
        entity_negatives: Maximum number of negative spans per sentence.
        relation_negatives: Maximum number of negative pairs per sentence.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        span_enumerator: SpanEnumerator,
        reach: int | None = None,
        entity_negatives: Negatives = 100,
        relation_negatives: Negatives = 100,
    ) -> None:
        self.vocabulary = vocabulary
        self.span_enumerator = span_enumerator
        self.reach = reach
        self.entity_negatives = entity_negatives
        self.relation_negatives = relation_negatives

    def __call__(self, document: Document, rng: np.random.Generator) -> SentenceCandidates:
        """Gold rows first, in file order, then the negatives."""
        entities = document.entities
        gold = np.array([entity.span for entity in entities], np.int64).reshape(-1, 2)
        labels = [self._class(document, entity) for entity in entities]
        negatives = self._negative_spans(document, gold, rng)
        pairs, targets = self._pairs(document, gold, rng)
        return SentenceCandidates(
            spans=np.concatenate([gold, negatives]),
            entity_targets=np.array(labels + [0] * len(negatives), np.int64),
            mention_rows=np.arange(len(gold)),
            pairs=pairs,
            relation_targets=targets,
        )

    def _class(self, document: Document, entity: Entity) -> int:
        if entity.label is None:
            raise DataError(f"document {document.id!r}: an entity without a label cannot be learnt")
        return self.vocabulary.entity_index(entity.label) + 1

    def _negative_spans(
        self, document: Document, gold: NDArray[np.int64], rng: np.random.Generator
    ) -> NDArray[np.int64]:
        borders = sentences_of(document)
        spans = self.span_enumerator.spans(document.tokens, borders)
        key = [len(document.tokens) + 1, 1]
        pool = spans[~np.isin(spans @ key, gold @ key)]
        size = min(self.entity_negatives * _with_words(borders), len(pool))
        return pool[rng.choice(len(pool), size, replace=False)] if size else pool[:0]

    def _pairs(
        self, document: Document, gold: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Positive pairs in order of mention, then negative ones; equal spans use the first row."""
        names = self.vocabulary.relation_labels
        first_row: dict[tuple[int, int], int] = {}
        row = [
            first_row.setdefault((start, end), i) for i, (start, end) in enumerate(gold.tolist())
        ]
        near = self._near(sentence_numbers(document)[gold[:, 0]])
        positive: dict[tuple[int, int], NDArray[np.float32]] = {}
        for relation in left_to_right(document, self.vocabulary.symmetric).relations:
            pair = row[relation.head], row[relation.tail]
            distinct = pair[0] != pair[1]  # a span is never paired with itself when predicting
            if distinct and near[pair]:
                target = positive.setdefault(pair, np.zeros(len(names), np.float32))
                target[self.vocabulary.relation_index(relation.label)] = 1
        mention_entity = np.array(sorted(first_row.values()), np.int64)
        free = np.zeros((len(gold), len(gold)), bool)
        free[np.ix_(mention_entity, mention_entity)] = True
        np.fill_diagonal(free, False)
        known = np.array(list(positive), np.int64).reshape(-1, 2)
        free[known[:, 0], known[:, 1]] = False
        free &= near
        pool = np.argwhere(free)
        size = min(self.relation_negatives * _with_words(sentences_of(document)), len(pool))
        negative = pool[rng.choice(len(pool), size, replace=False)] if size else pool[:0]
        zeros = np.zeros((len(negative), len(names)), np.float32)
        targets = np.concatenate([*(t[None] for t in positive.values()), zeros])
        return np.concatenate([known, negative]), targets

    def _near(self, sentence: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which mentions are within reach of which, by the numbers of their sentences."""
        if self.reach is None:
            return np.ones((len(sentence), len(sentence)), bool)
        near: NDArray[np.bool_] = np.abs(sentence[:, None] - sentence) <= self.reach
        return near


def _with_words(borders: Sequence[tuple[int, int]]) -> int:
    """Number of sentences that have words."""
    return sum(end > start for start, end in borders)

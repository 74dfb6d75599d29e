"""The suite of samplers of documents finds seeded faults."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jointre.data.document_index import DocumentIndex
from jointre.data.samplers import CorefSampler, DocumentSampler
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.span_enumerators import SpanEnumerator
from jointre.testing.contracts import DocumentSamplerContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(CorefSampler):
    """DocumentSampler with a hook for faults."""

    def __init__(self, vocabulary: Vocabulary, span_enumerator: SpanEnumerator) -> None:
        self.inner = DocumentSampler(vocabulary, span_enumerator, 10, 0.5, 3, 2)

    def index(self, document: Document) -> DocumentIndex:
        return self.inner.index(document)

    def __call__(self, unit: DocumentIndex, rng: np.random.Generator) -> Any:
        return self.faulty(self.inner(unit, rng))

    def faulty(self, found: Any) -> Any:
        return found


class OneTargetLess(Sound):
    def faulty(self, found: Any) -> Any:
        return replace(found, mention_targets=found.mention_targets[1:])


class PastTheMentions(Sound):
    def faulty(self, found: Any) -> Any:
        return replace(found, coreference_pairs=found.coreference_pairs + len(found.mention_rows))


class AcrossSentences(Sound):
    def index(self, document: Document) -> DocumentIndex:
        found = self.inner.index(document)
        whole = self.inner.index(replace(document, sentences=()))
        return replace(found, outside=whole.outside)


class ForgetsShared(Sound):
    def faulty(self, found: Any) -> Any:
        return replace(found, mention_entity=found.mention_entity[: len(found.mention_rows)])


class Unsorted(Sound):
    def faulty(self, found: Any) -> Any:
        return replace(found, mention_entity=found.mention_entity[::-1])


class ClassesNotLabels(Sound):
    def faulty(self, found: Any) -> Any:
        return replace(found, entity_targets=found.entity_targets[::-1].copy())


class SelfPairs(Sound):
    def faulty(self, found: Any) -> Any:
        pairs = found.coreference_pairs.copy()
        pairs[found.coreference_targets == 0, 1] = pairs[found.coreference_targets == 0, 0]
        return replace(found, coreference_pairs=pairs)


class OneDirection(Sound):
    def faulty(self, found: Any) -> Any:
        rows = found.coreference_pairs[:, 0] < found.coreference_pairs[:, 1]
        names = ("coreference_pairs", "coreference_targets", "edit_distances")
        return replace(found, **{name: getattr(found, name)[rows] for name in names})


class TurnsRelations(Sound):
    def faulty(self, found: Any) -> Any:
        return replace(found, pairs=found.pairs[:, ::-1])


class UsesItUp(Sound):
    def __call__(self, unit: DocumentIndex, rng: np.random.Generator) -> Any:
        found = super().__call__(unit, rng)
        unit.outside[:] = unit.outside[::-1].copy()
        return found


def test_sound_sampler() -> None:
    passes(suite(DocumentSamplerContract, Sound))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (OneTargetLess, "test_shapes", r"mention_targets has shape \(17,\), not \(18,\)"),
        (PastTheMentions, "test_shapes", r"coreference_pairs must lie in 0\.\.7"),
        (AcrossSentences, "test_spans_lie_in_the_document", "or not inside a sentence"),
        (ForgetsShared, "test_gold_is_all_there", "mention_entity is not the gold's"),
        (Unsorted, "test_gold_is_all_there", "mention_entity must be ordered by entity"),
        (ClassesNotLabels, "test_gold_is_all_there", "labels"),
        (SelfPairs, "test_gold_is_all_there", "are not mentions of different entities"),
        (OneDirection, "test_gold_is_all_there", "positive mention pairs are not those of one"),
        (TurnsRelations, "test_gold_is_all_there", "the positive pairs are not the gold"),
        (UsesItUp, "test_index_serves_every_epoch", "drawing changes the index"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(DocumentSamplerContract, component), check, message)

"""The suite of samplers finds seeded faults."""

from dataclasses import replace

import numpy as np
import pytest

from jointre.data.candidates import SentenceCandidates
from jointre.data.samplers import SentenceSampler, SpanSampler
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.span_enumerators import AllSpans, SpanEnumerator
from jointre.testing.contracts import SamplerContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(SentenceSampler):
    """SpanSampler with a hook for faults."""

    def __init__(self, vocabulary: Vocabulary, span_enumerator: SpanEnumerator) -> None:
        self.inner = SpanSampler(vocabulary, span_enumerator, 5, 2)

    def __call__(self, document: Document, rng: np.random.Generator) -> SentenceCandidates:
        return self.faulty(self.inner(document, rng))

    def faulty(self, found: SentenceCandidates) -> SentenceCandidates:
        return found


class LosesGold(Sound):
    def faulty(self, found: SentenceCandidates) -> SentenceCandidates:
        return replace(found, entity_targets=np.zeros_like(found.entity_targets))


class TurnsRelations(Sound):
    def faulty(self, found: SentenceCandidates) -> SentenceCandidates:
        return replace(found, pairs=found.pairs[:, ::-1])


class Twice(Sound):
    def faulty(self, found: SentenceCandidates) -> SentenceCandidates:
        return replace(
            found,
            spans=np.concatenate([found.spans, found.spans[-1:]]),
            entity_targets=np.append(found.entity_targets, 0),
        )


class PastTheEnd(Sound):
    def faulty(self, found: SentenceCandidates) -> SentenceCandidates:
        return replace(found, spans=found.spans + 1)


class TooWide(Sound):
    def __init__(self, vocabulary: Vocabulary, span_enumerator: SpanEnumerator) -> None:
        self.inner = SpanSampler(vocabulary, AllSpans(span_enumerator.max_width + 5), 100, 2)


class OwnSeed(Sound):
    def __call__(self, document: Document, rng: np.random.Generator) -> SentenceCandidates:
        return super().__call__(document, np.random.default_rng(0))


class GlobalGenerator(Sound):
    def __call__(self, document: Document, rng: np.random.Generator) -> SentenceCandidates:
        np.random.permutation(3)
        return super().__call__(document, rng)


class UsesItUp(Sound):
    """The first draw leaves its marks on the index."""

    def index(self, document: Document) -> list[Document]:
        return [document]

    def __call__(self, unit: list[Document], rng: np.random.Generator) -> SentenceCandidates:
        unit.append(unit[0])
        rng.integers(2, size=len(unit))
        return super().__call__(unit[0], rng)


def test_sound_sampler() -> None:
    passes(suite(SamplerContract, Sound))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (LosesGold, "test_gold_is_all_there", "the positive spans are not the gold entities"),
        (TurnsRelations, "test_gold_is_all_there", "the positive pairs are not the gold"),
        (Twice, "test_spans_lie_in_the_document", "a span is drawn twice"),
        (PastTheEnd, "test_spans_lie_in_the_document", r"outside the \d+ words"),
        (TooWide, "test_spans_lie_in_the_document", "wider than 4 words and no gold span"),
        (OwnSeed, "test_generator_decides", "the generator changes nothing"),
        (UsesItUp, "test_index_serves_every_epoch", "drawing changes the index"),
        (GlobalGenerator, "test_generator_decides", "numpy's global generator is used"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(SamplerContract, component), check, message)

"""The interface of samplers of training candidates."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np

from jointre.config import Registrable
from jointre.data.candidates import DocumentCandidates, SentenceCandidates
from jointre.data.schema import Document


class Sampler(Registrable, ABC, interface="sampler"):
    """Sampler: chooses the spans and pairs to train on, again in every epoch.

    What does not change between epochs is made once: ``sampler(sampler.index(document), rng)``.

    Owner gives: ``vocabulary``, and ``span_enumerator``, a plain one that proposes the spans.
    """

    unit: ClassVar[Literal["sentence", "document"]]
    given: ClassVar[tuple[str, ...]] = ("vocabulary", "span_enumerator")

    def index(self, document: Document) -> Any:
        """What to draw from, the same in every epoch; unless overridden, the unit itself.

        Args:
            document: A unit with its gold entities and relations.
        """
        return document


class SentenceSampler(Sampler):
    """A sampler for models of sentences, whose entities have one mention each."""

    unit: ClassVar[Literal["sentence", "document"]] = "sentence"

    @abstractmethod
    def __call__(self, unit: Any, rng: np.random.Generator) -> SentenceCandidates:
        """Candidates with their targets.

        Args:
            unit: What :meth:`index` made of a sentence.
            rng: A function of seed, epoch and the unit's index, nothing else.
        """


class CorefSampler(Sampler):
    """A sampler for models of documents, whose entities have several mentions."""

    unit: ClassVar[Literal["sentence", "document"]] = "document"

    @abstractmethod
    def __call__(self, unit: Any, rng: np.random.Generator) -> DocumentCandidates:
        """Candidates with their targets.

        Args:
            unit: What :meth:`index` made of a document.
            rng: A function of seed, epoch and the unit's index, nothing else.
        """

"""The interface of samplers of training candidates."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np

from jointre.config import Registrable
from jointre.data.candidates import DocumentCandidates, SentenceCandidates
from jointre.data.schema import Document


class Sampler(Registrable, ABC, interface="sampler"):
    """Sampler: chooses the spans and pairs to train on, again in every epoch.

    Data that all epochs share are prepared once: ``sampler(sampler.index(document), rng)``.

    Owner gives: ``vocabulary``, and ``span_enumerator``, a plain one that proposes the spans.
    """

    unit: ClassVar[Literal["sentence", "document"]]
    given: ClassVar[tuple[str, ...]] = ("vocabulary", "span_enumerator")

    def index(self, document: Document) -> Any:
        """The data to sample from, the same in every epoch; by default the unit itself.

        Args:
            document: A unit with its gold entities and relations.
        """
        return document


class SentenceSampler(Sampler):
    """A sampler for models of sentences, whose entities have one mention each.

    Owner gives: ``vocabulary``, ``span_enumerator``, and ``reach``, the maximum number of sentences
    from the head to the tail of a pair (None: any number).
    """

    unit: ClassVar[Literal["sentence", "document"]] = "sentence"
    given: ClassVar[tuple[str, ...]] = (*Sampler.given, "reach")

    @abstractmethod
    def __call__(self, unit: Any, rng: np.random.Generator) -> SentenceCandidates:
        """Candidates with their targets.

        Args:
            unit: Result of :meth:`index` for a sentence, or for a document if pairs may have their
                mentions in different sentences.
            rng: Generator that depends only on seed, epoch and the unit's index.
        """


class CorefSampler(Sampler):
    """A sampler for models of documents, whose entities have several mentions."""

    unit: ClassVar[Literal["sentence", "document"]] = "document"

    @abstractmethod
    def __call__(self, unit: Any, rng: np.random.Generator) -> DocumentCandidates:
        """Candidates with their targets.

        Args:
            unit: Result of :meth:`index` for a document.
            rng: Generator that depends only on seed, epoch and the unit's index.
        """

"""The interface of samplers of training candidates."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np

from jointre.config import Registrable
from jointre.data.candidates import Candidates
from jointre.data.schema import Document


class Sampler(Registrable, ABC, interface="sampler"):
    """Sampler: chooses the spans and pairs to train on, again in every epoch.

    What does not change between epochs is made once: ``sampler(sampler.index(document), rng)``.

    Owner gives: ``vocabulary``, and ``span_enumerator``, a plain one that proposes the spans.

    Attributes:
        unit: what it samples from: sentences, whose entities have one mention each, or
            documents, whose entities are given with all of theirs.
    """

    unit: ClassVar[Literal["sentence", "document"]] = "sentence"
    given: ClassVar[tuple[str, ...]] = ("vocabulary", "span_enumerator")

    def index(self, document: Document) -> Any:
        """What to draw from, the same in every epoch; unless overridden, the unit itself.

        Args:
            document: a unit with its gold entities and relations.
        """
        return document

    @abstractmethod
    def __call__(self, unit: Any, rng: np.random.Generator) -> Candidates:
        """Candidates with their targets.

        Args:
            unit: what :meth:`index` made of it.
            rng: a function of seed, epoch and the unit's index, nothing else.
        """

"""The interface of samplers of training candidates."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from jointre.config import Registrable
from jointre.data.candidates import Candidates
from jointre.data.schema import Document


class Sampler(Registrable, ABC, interface="sampler"):
    """Chooses the spans and pairs that a unit is trained on, anew in every epoch.

    Owner gives: ``vocabulary``, and ``max_width``, the widest span in words.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary", "max_width")

    @abstractmethod
    def __call__(self, document: Document, rng: np.random.Generator) -> Candidates:
        """Candidates with their targets.

        Args:
            document: a unit with its gold entities and relations.
            rng: a function of seed, epoch and the unit's index, nothing else.
        """

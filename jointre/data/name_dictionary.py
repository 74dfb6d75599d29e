"""Which names mean the same concept in the training data."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jointre.data.name_keys import name_key
from jointre.data.schema import Document
from jointre.errors import DataError

LOCAL = "#"
"""Begins the name of a concept that belongs to one document."""


@dataclass(frozen=True, slots=True)
class NameDictionary:
    """The concepts that each name stands for in annotated documents.

    An entity's concept is its id in the corpus, for example a MeSH number. An entity without an id
    is a concept of its document alone: names of one entity mean the same, names of two entities of
    one document do not, and nothing is known about names of different documents.

    Args:
        concepts: For each key (:func:`~jointre.data.name_keys.name_key`), the number of documents
            in which it names each concept.
        excluded: Counts of a document that are not used, because its own names are compared.
    """

    concepts: Mapping[str, Mapping[str, int]]
    excluded: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "NameDictionary":
        """The dictionary of annotated documents.

        Args:
            documents: Documents with their gold entities.

        Example:
            >>> from jointre.data.schema import Entity, Span
            >>> entity = Entity("Disease", (Span(0, 2), Span(3, 4)), id="D007674")
            >>> text = ("renal", "failures", "or", "nephropathy")
            >>> NameDictionary.of([Document("d", text, entities=(entity,))]).concepts
            {'renal failure': {'D007674': 1}, 'nephropathy': {'D007674': 1}}
        """
        concepts: dict[str, Counter[str]] = {}
        for document in documents:
            for key, names in _concepts(document).items():
                concepts.setdefault(key, Counter()).update(names)
        return cls({key: dict(names) for key, names in concepts.items()})

    def without(self, document: Document) -> "NameDictionary":
        """The dictionary of the other documents.

        Training compares the names of a document by this dictionary: with the document's own
        annotations every pair would be known, unlike the pairs of a new document.

        Args:
            document: One of the documents from which the dictionary was made.
        """
        return type(self)(self.concepts, _concepts(document))

    def compare(self, keys: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which pairs of names are known to mean the same concept, and which different concepts.

        Args:
            keys: Keys of names.

        Shapes:
            → two of ``"k k"``, symmetric.

        Example:
            >>> concepts = {"rf": {"D1": 2}, "renal failure": {"D1": 1}, "hf": {"D2": 1}}
            >>> same, different = NameDictionary(concepts).compare(["rf", "renal failure", "hf"])
            >>> same[0].tolist(), different[0].tolist()
            ([True, True, False], [False, False, True])
        """
        known = [self._known(key) for key in keys]
        same = _have_common(known)
        named = np.array([any(not _is_local(name) for name in names) for names in known], bool)
        documents = [
            {name.rsplit("#", 1)[0] for name in names if _is_local(name)} for names in known
        ]
        different = (named[:, None] & named[None, :]) | _have_common(documents)
        return same, different & ~same

    def _known(self, key: str) -> set[str]:
        """The concepts that a key names in the other documents."""
        excluded_counts = self.excluded.get(key, {})
        counts = self.concepts.get(key, {})
        return {
            concept for concept, count in counts.items() if count > excluded_counts.get(concept, 0)
        }

    def to_dict(self) -> dict[str, dict[str, int]]:
        """Plain dicts, for JSON."""
        return {key: dict(names) for key, names in self.concepts.items()}

    @classmethod
    def from_dict(cls, content: Any) -> "NameDictionary":
        """The dictionary that :meth:`to_dict` wrote.

        Raises:
            DataError: The content is anything else.
        """
        if not isinstance(content, dict) or not all(map(_is_counts, content.values())):
            raise DataError(
                "vocabulary: names must be an object that maps each name to the concepts that it "
                "names and the numbers of documents"
            )
        return cls(content)


def _concepts(document: Document) -> dict[str, dict[str, int]]:
    """The concepts that each key names in a document, counted once."""
    concepts: dict[str, dict[str, int]] = {}
    for number, entity in enumerate(document.entities):
        concept = entity.id or f"{LOCAL}{document.id}#{number}"
        for start, end in entity.mentions:
            concepts.setdefault(name_key(document.tokens[start:end]), {})[concept] = 1
    return concepts


def _is_local(concept: str) -> bool:
    return concept.startswith(LOCAL)


def _have_common(sets: Sequence[set[str]]) -> NDArray[np.bool_]:
    """Which pairs of sets have a common element."""
    column = {name: index for index, name in enumerate(dict.fromkeys(x for s in sets for x in s))}
    holds = np.zeros((len(sets), len(column)), np.int32)
    for row, names in enumerate(sets):
        holds[row, [column[name] for name in names]] = 1
    common: NDArray[np.bool_] = holds @ holds.T > 0
    return common


def _is_counts(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(count, int) and not isinstance(count, bool) for count in value.values()
    )

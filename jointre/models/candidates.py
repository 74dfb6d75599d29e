"""Candidates of a model with their label probabilities, and with their annotated labels.

R-Drop and teachers compare the probabilities. Score curves and calibration compare them with the
annotation; the candidates that the decoder rejects count there, too.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from jointre.data.schema import Document, Entity
from jointre.data.vocabulary import Vocabulary
from jointre.nn.losses import LabelScores

FLOOR = 0.01
"""Candidates to which no label gives this probability are not kept."""

Key = tuple[Hashable, ...]
"""What a candidate is; its first part is the number of its unit in the batch."""

Gold = Mapping[Key, Collection[int]]
"""The labels of annotated candidates; others have none."""


@dataclass(frozen=True, slots=True)
class CandidateScores:
    """Label probabilities of a task's candidates, and what the candidates are.

    Args:
        candidates: What a candidate is: the number of its unit in the batch, then the borders of
            its spans in words, or the numbers of its given entities. A row with a negative number
            stands for no words, and is the same in no two models.
        scores: Their label probabilities.

    Shapes:
        candidates ``"q k"``: q candidates, k numbers.
    """

    candidates: Int[Tensor, "q k"]
    scores: LabelScores

    def keys(self, rows: Int[Tensor, " m"]) -> list[Key]:
        """What the candidates in some rows are."""
        return [tuple(numbers) for numbers in self.candidates[rows].tolist()]


@dataclass(frozen=True, slots=True)
class JudgedCandidates:
    """Candidates with their label probabilities and their annotated labels.

    Args:
        labels: Probability of each label.
        none: Probability that a candidate has no label, where labels exclude one another and a
            candidate may have none; else None.
        exclusive: Whether a candidate has at most one label.
        gold: Whether the annotation gives the candidate the label.

    Shapes:
        labels and gold ``"n r"``, none ``"n"``.
    """

    labels: Float[np.ndarray, "n r"]
    none: Float[np.ndarray, " n"] | None
    exclusive: bool
    gold: Bool[np.ndarray, "n r"]

    @classmethod
    def of(
        cls,
        scores: LabelScores,
        keys: Callable[[Tensor], list[Key]],
        gold: Gold,
        symmetric: Mapping[int, Callable[[Key], Key]] | None = None,
    ) -> "JudgedCandidates":
        """Compare candidates with the annotation.

        Of a symmetric relation and its reverse, the less probable one is given the probability 0,
        because both are one prediction.

        Args:
            scores: Label probabilities of the candidates of a batch.
            keys: Gives the keys of the candidates in some rows.
            gold: The annotated labels by key; those of a symmetric relation in both directions.
            symmetric: For each label of a symmetric relation the function that reverses a key.
        """
        probabilities = scores.labels.float()
        rows = (probabilities >= FLOOR).any(1).nonzero()[:, 0]
        row_keys = keys(rows)
        labels = probabilities[rows].cpu().numpy()
        annotated = np.zeros(labels.shape, bool)
        for row, key in enumerate(row_keys):
            annotated[row, list(gold.get(key, ()))] = True
        for label, reverse in (symmetric or {}).items():
            _keep_one_direction(labels[:, label], annotated[:, label], row_keys, reverse)
        none = None if scores.none is None else scores.none.float()[rows].cpu().numpy()
        return cls(labels, none, scores.exclusive, annotated)

    @property
    def possible(self) -> Bool[np.ndarray, "n r"]:
        """The labels that a decoder can give each candidate, at the lowest thresholds.

        Where labels exclude one another, this is the most probable label only.
        """
        possible: Bool[np.ndarray, "n r"] = self.labels > 0
        if self.exclusive and self.labels.shape[1]:
            best = self.labels.argmax(1)[:, None] == np.arange(self.labels.shape[1])
            possible &= best
        return possible

    def calibrated(self, temperature: float, bias: float = 0.0) -> "JudgedCandidates":
        """The candidates with calibrated probabilities.

        Args:
            temperature: See :meth:`~jointre.nn.losses.LabelScores.calibrated`.
            bias: See there.
        """
        none = None if self.none is None else torch.from_numpy(self.none)
        scores = LabelScores(torch.from_numpy(self.labels), none, self.exclusive)
        scores = scores.calibrated(temperature, bias)
        return replace(
            self,
            labels=scores.labels.numpy(),
            none=None if scores.none is None else scores.none.numpy(),
        )

    @classmethod
    def cat(cls, parts: "Sequence[JudgedCandidates]") -> "JudgedCandidates":
        """The candidates of several batches, at least one."""
        nones = [part.none for part in parts if part.none is not None]
        return cls(
            np.concatenate([part.labels for part in parts]),
            np.concatenate(nones) if nones else None,
            parts[0].exclusive,
            np.concatenate([part.gold for part in parts]),
        )


def _keep_one_direction(
    probabilities: Float[np.ndarray, " n"],
    gold: Bool[np.ndarray, " n"],
    keys: Sequence[Key],
    reverse: Callable[[Key], Key],
) -> None:
    """Set the less probable direction of each pair to 0, in place."""
    row_of = {key: row for row, key in enumerate(keys)}
    for row, key in enumerate(keys):
        other = row_of.get(reverse(key))
        if other is None or other == row:
            continue
        if (probabilities[other], -other) > (probabilities[row], -row):
            probabilities[row], gold[row] = 0.0, False


def mentions_key(entity: Entity) -> Key:
    """Key of an entity of a document: the set of its mentions."""
    return (frozenset(entity.mentions),)


def span_key(entity: Entity) -> Key:
    """Key of an entity of one mention: its span."""
    return tuple(entity.span)


def first_word_key(entity: Entity) -> Key:
    """Key of an argument in the table of relations: its first word."""
    return (entity.span.start,)


def entity_gold(
    units: Sequence[Document], vocabulary: Vocabulary, keys: Callable[[Entity], Iterable[Key]]
) -> Gold:
    """Entity labels by (unit, key).

    Args:
        units: The units of a batch.
        vocabulary: The labels; others are left out.
        keys: Gives the keys of an entity, or of its mentions.
    """
    gold: dict[Key, set[int]] = {}
    for unit, document in enumerate(units):
        for entity in document.entities:
            if entity.label in vocabulary.entity_labels:
                label = vocabulary.entity_index(entity.label)
                for key in keys(entity):
                    gold.setdefault((unit, *key), set()).add(label)
    return gold


def relation_gold(
    units: Sequence[Document], vocabulary: Vocabulary, key: Callable[[Entity], Key]
) -> Gold:
    """Relation labels by (unit, key of the head, key of the tail).

    Args:
        units: The units of a batch.
        vocabulary: The labels; others are left out.
        key: Gives the key of an entity.
    """
    gold: dict[Key, set[int]] = {}
    for unit, document in enumerate(units):
        keys = [key(entity) for entity in document.entities]
        for relation in document.relations:
            if relation.label not in vocabulary.relation_labels:
                continue
            label = vocabulary.relation_index(relation.label)
            head, tail = keys[relation.head], keys[relation.tail]
            gold.setdefault((unit, *head, *tail), set()).add(label)
            if relation.label in vocabulary.symmetric:
                gold.setdefault((unit, *tail, *head), set()).add(label)
    return gold


def judged_by_numbers(
    scores: Mapping[str, CandidateScores],
    units: Sequence[Document],
    vocabulary: Vocabulary,
    argument_key: Callable[[Entity], Key],
) -> dict[str, JudgedCandidates]:
    """Compare spans and pairs, whose candidates are numbers of words, with the annotation.

    Args:
        scores: The candidates of the tasks ``"entity"``, (unit, first word, word after the last),
            and ``"relation"``, the unit and the keys of head and tail.
        units: The annotated units of the batch.
        vocabulary: The labels.
        argument_key: Key of a relation's argument.
    """
    spans = entity_gold(units, vocabulary, lambda entity: entity.mentions)
    relations = relation_gold(units, vocabulary, argument_key)
    symmetric = {vocabulary.relation_index(label): _reversed for label in vocabulary.symmetric}
    entity, relation = scores["entity"], scores["relation"]
    return {
        "entity": JudgedCandidates.of(entity.scores, entity.keys, spans),
        "relation": JudgedCandidates.of(relation.scores, relation.keys, relations, symmetric),
    }


def _reversed(key: Key) -> Key:
    """The key of a pair with head and tail exchanged."""
    middle = 1 + (len(key) - 1) // 2
    return (key[0], *key[middle:], *key[1:middle])

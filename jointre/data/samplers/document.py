"""JEREX's negative sampling, for documents."""

from typing import Annotated, final

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from jointre.config.bounds import Negatives
from jointre.data.candidates import DocumentCandidates
from jointre.data.document_index import DocumentIndex, Rows
from jointre.data.samplers.sampler import CorefSampler, Sampler
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.span_enumerators import SpanEnumerator


@final
@Sampler.register("document")
class DocumentSampler(CorefSampler):
    """All gold annotations of a document, with random negative spans and pairs.

    Positives: every mention, every ordered pair of mentions of one entity, every entity with
    its label, every ordered pair of related entities with all their relations. Negatives:
    spans that the enumerator proposes, first those within a gold mention;
    ordered pairs of mentions of different entities; ordered pairs of gold entities without a
    relation in that direction. No wrong span takes part in a pair of mentions, or in an entity
    unless ``add_mention`` is set.

    Paper: https://arxiv.org/abs/2102.05980 (see "Samples" in ``docs/specs/memory.md``)

    Differences:
        A mention that an entity lists twice counts once, and a mention is never paired with
        itself. As in the released code, a span that two entities share is a positive for
        each, and its pairs with the other mentions of either entity are both positives and
        possible negatives.

    Args:
        mention_negatives: Maximum number of negative spans per document.
        inside_ratio: Fraction of the negative spans that are drawn from spans inside gold mentions;
            the others are spans elsewhere.
        coreference_negatives: Maximum number of negative pairs of mentions per document.
        relation_negatives: Maximum number of negative pairs of entities per document.
        all_spans: Whether spans that are not drawn are also part of the input, without a target.
            Refiners that compare all spans then see as many in training as in prediction.
        drop_mention: Probability that one mention of an entity is missing when the entity is
            classified and related, as in the clusters of predictions; an entity with one mention
            keeps it. The targets do not change, nor do those of mentions and coreference.
        add_mention: Probability that an entity has one wrong mention in the same place: a mention
            of another entity, or one of the negative spans that were drawn.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        span_enumerator: SpanEnumerator,
        mention_negatives: Negatives = 200,
        inside_ratio: Annotated[float, Ge(0), Le(1)] = 0.5,
        coreference_negatives: Negatives = 100,
        relation_negatives: Negatives = 200,
        all_spans: bool = False,
        drop_mention: Annotated[float, Ge(0), Le(1)] = 0.0,
        add_mention: Annotated[float, Ge(0), Le(1)] = 0.0,
    ) -> None:
        self.vocabulary = vocabulary
        self.span_enumerator = span_enumerator
        self.mention_negatives = mention_negatives
        self.inside_ratio = inside_ratio
        self.coreference_negatives = coreference_negatives
        self.relation_negatives = relation_negatives
        self.all_spans = all_spans
        self.drop_mention = drop_mention
        self.add_mention = add_mention

    def index(self, document: Document) -> DocumentIndex:
        """The gold and the pools of negatives."""
        return DocumentIndex.of(document, self.vocabulary, self.span_enumerator)

    def __call__(self, unit: DocumentIndex, rng: np.random.Generator) -> DocumentCandidates:
        """Gold first, entity by entity, then the negatives; with ``all_spans`` the other spans."""
        inside = _drawn(unit.inside, int(self.mention_negatives * self.inside_ratio), rng)
        outside = _drawn(unit.outside, self.mention_negatives - len(inside), rng)
        distinct = _drawn(unit.distinct, self.coreference_negatives, rng)
        unrelated = _drawn(unit.unrelated, self.relation_negatives, rng)
        coreference = _joined(unit.coreferent, distinct)
        negative = np.concatenate([inside, outside])
        pools = (unit.inside, unit.outside) if self.all_spans else ()
        not_drawn = [_without(pool, negative) for pool in pools]
        zeros = np.zeros((len(unrelated), unit.relations.shape[1]), np.float32)
        mention_rows, mention_entity = _joined(unit.mention_rows), _joined(unit.mention_entity)
        if self.drop_mention or self.add_mention:
            mention_rows, mention_entity = self._perturbed(unit, len(negative), rng)
        return DocumentCandidates(
            spans=_joined(unit.mentions, negative, *not_drawn),
            entity_targets=_joined(unit.labels),
            mention_rows=mention_rows,
            pairs=_joined(unit.related, unrelated),
            relation_targets=np.concatenate([unit.relations, zeros]),
            mention_targets=_marked(len(unit.mentions), len(negative), sum(map(len, not_drawn))),
            coreference_pairs=coreference,
            coreference_targets=_marked(len(unit.coreferent), len(distinct)),
            edit_distances=_joined(unit.distances[coreference[:, 0], coreference[:, 1]]),
            name_relations=_joined(unit.name_relations[coreference[:, 0], coreference[:, 1]]),
            mention_entity=mention_entity,
        )

    def _perturbed(
        self, unit: DocumentIndex, negatives: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the mentions, and their entities, with dropped and added mentions.

        Args:
            unit: The gold.
            negatives: Number of negative spans, whose rows follow those of the gold mentions.
            rng: Source of the random choices.
        """
        mention_rows = unit.mention_rows.tolist()
        gold = len(mention_rows)
        row_of_negative: dict[int, int] = {}
        mention_entity: list[tuple[int, int]] = []
        for entity in range(len(unit.labels)):
            gold_cluster = unit.mention_entity[unit.mention_entity[:, 1] == entity, 0].tolist()
            cluster = list(gold_cluster)
            if len(cluster) > 1 and rng.random() < self.drop_mention:
                cluster.pop(rng.integers(len(cluster)))
            others = np.setdiff1d(np.arange(gold), gold_cluster)
            if (len(others) or negatives) and rng.random() < self.add_mention:
                if len(others) and (negatives == 0 or rng.random() < 0.5):
                    cluster.append(int(rng.choice(others)))
                else:
                    span = len(unit.mentions) + int(rng.integers(negatives))
                    row = row_of_negative.setdefault(span, gold + len(row_of_negative))
                    cluster.append(row)
            mention_entity += [(row, entity) for row in cluster]
        mention_rows += row_of_negative
        return (
            np.array(mention_rows, np.int64),
            np.array(mention_entity, np.int64).reshape(-1, 2),
        )


def _drawn(pool: Rows, max_rows: int, rng: np.random.Generator) -> Rows:
    """A random choice of rows of the pool; all rows if there are not more."""
    return pool[rng.choice(len(pool), max_rows, replace=False)] if len(pool) > max_rows else pool


def _without(pool: Rows, drawn: Rows) -> Rows:
    """The spans of the pool that were not drawn."""
    size = 1 + max(pool.max(initial=0), drawn.max(initial=0))
    return pool[~np.isin(pool @ [size, 1], drawn @ [size, 1])]


def _joined(*rows: Rows) -> NDArray[np.int64]:
    return np.concatenate(rows).astype(np.int64)


def _marked(positive: int, negative: int, unasked: int = 0) -> NDArray[np.float32]:
    return np.repeat(np.array([1, 0, -1], np.float32), [positive, negative, unasked])

"""JerexMetric: sets of mentions, of whole clusters, and of relations between clusters."""

from collections.abc import Sequence
from typing import ClassVar, final

from jointre.data.schema import Document
from jointre.evaluation.clusters import cluster_tallies
from jointre.evaluation.coreference import coreference_scores
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Scores, Tally


@final
@Metric.register("jerex")
class JerexMetric(Metric):
    """The evaluation of JEREX and of the similarity-based memory, for documents.

    An entity is represented by its *cluster*, the set of all its mentions. A cluster is correct
    only if the whole set is. If one mention is wrong, the cluster and all relations of its entity
    are wrong.

    Blocks: ``mention`` compares spans; ``cluster`` compares whole clusters without their type
    (the published "coref"); ``entity`` compares (cluster, type); ``relation_boundary`` compares
    both clusters and the label ("rel"); ``relation_strict`` also compares both types
    ("rel_nec"). Each block compares sets, so duplicates count once, as do entities with the same
    mentions. Gold is never filtered, evidence is not compared, and symmetric relations are
    treated like all others.

    ``coreference``, which the published code does not have, is the mean of MUC, B³ and
    CEAF-e, see :mod:`jointre.evaluation.coreference`.

    Entities without a type do not count as ``entity``, but their mentions and clusters count.
    Entities that are in one group of a document's ``clusters`` form one cluster.

    Paper: Eberts and Ulges 2021, https://arxiv.org/abs/2102.05980.

    Args:
        symmetric: Argument of all protocols, which this one does not use.

    Example:
        >>> from jointre.data.schema import Document, Entity, Span
        >>> spans = (Span(0, 1), Span(3, 4))
        >>> words = ("Ada", "said", "that", "she", "left")
        >>> gold = Document("d", words, entities=(Entity("Per", spans),))
        >>> part = Document("d", words, entities=(Entity("Per", spans[:1]),))
        >>> found = JerexMetric(frozenset()).score([gold], [part]).flat()
        >>> found["mention_recall"], found["cluster_recall"]
        (0.5, 0.0)
    """

    blocks: ClassVar[tuple[str, ...]] = (
        "mention",
        "cluster",
        "coreference",
        "entity",
        "relation_boundary",
        "relation_strict",
    )

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        return cluster_tallies(gold, predicted)

    def more_blocks(
        self, gold: Sequence[Document], predicted: Sequence[Document]
    ) -> dict[str, Scores]:
        """The mean of the coreference measures."""
        return {"coreference": coreference_scores(zip(gold, predicted, strict=True))}

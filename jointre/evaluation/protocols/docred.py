"""DocredMetric: relations between entities, with and without facts seen in training."""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, final

from pydantic import Field

from jointre.data.schema import Document
from jointre.evaluation.clusters import cluster_tallies, clusters_of
from jointre.evaluation.coreference import coreference_scores
from jointre.evaluation.ign import check_labels, ignoring, known_relations
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Scores, Tally
from jointre.evaluation.train_facts import read_train_facts


@final
@Metric.register("docred")
class DocredMetric(Metric):
    """The evaluation of DocRED and Re-DocRED: F1 and Ign F1 of relations between entities.

    Blocks: ``relation_boundary`` compares (head, tail, label) and is DocRED's F1.
    ``relation_ign`` is DocRED's Ign F1 and needs ``train_facts``. It ignores correct relations
    that the training data also contain, between any name of the head and any name of the tail:
    they are removed from the numerator and the denominator of the precision. The recall is that
    of ``relation_boundary``, over all gold, as in the official scorer. Entity types and evidence
    are not compared, and symmetric relations are treated like all others.

    If the prediction has the same entities as the gold in the same order (entities given), the
    head and the tail are compared by their index, so entities with the same mentions remain
    different. Otherwise (in joint extraction, which the official scorer does not support) they
    are compared by their clusters, the sets of all their mentions, which must be equal.

    The other blocks are those of ``jerex``: ``mention``, ``cluster``, ``coreference``,
    ``entity`` and ``relation_strict`` (which also compares types).

    Paper: Yao et al. 2019, https://arxiv.org/abs/1906.06127.

    Differences: Names are compared without white space. The names of scored documents are the
    tokens of their mentions, which hardly differ from the names in the corpus. The official scorer
    adds 1e-5 to a denominator of the precision. The label "Na" is a label like any other.

    Args:
        symmetric: Argument of all protocols, which this one does not use.
        train_facts: Training files whose facts ``relation_ign`` ignores, see
            :func:`jointre.evaluation.train_facts.read_train_facts`; null: the block is missing.

    Raises:
        DataError: A file of ``train_facts`` cannot be used.
    """

    blocks: ClassVar[tuple[str, ...]] = (
        "mention",
        "cluster",
        "coreference",
        "entity",
        "relation_boundary",
        "relation_strict",
        "relation_ign",
    )

    def __init__(
        self,
        symmetric: frozenset[str],
        train_facts: Path | Annotated[list[Path], Field(min_length=1)] | None = None,
    ) -> None:
        super().__init__(symmetric)
        paths = [train_facts] if isinstance(train_facts, Path) else train_facts
        self.facts = None if paths is None else read_train_facts(paths)

    @property
    def reported(self) -> tuple[str, ...]:
        """All blocks; ``relation_ign`` only with training facts."""
        return self.blocks if self.facts is not None else self.blocks[:-1]

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        return cluster_tallies(gold, predicted, arguments_of(gold, predicted))

    def more_blocks(
        self, gold: Sequence[Document], predicted: Sequence[Document]
    ) -> dict[str, Scores]:
        """The mean of the coreference measures, and Ign F1 where there are training facts.

        Raises:
            DataError: The training facts have none of the labels of the gold relations.
        """
        pairs = list(zip(gold, predicted, strict=True))
        more = {"coreference": coreference_scores(pairs)}
        if self.facts is not None:
            check_labels(gold, self.facts)
            more["relation_ign"] = ignoring(
                known_relations(*pair, arguments_of(*pair), self.facts) for pair in pairs
            )
        return more


def arguments_of(
    gold: Document, predicted: Document
) -> tuple[Sequence[Hashable], Sequence[Hashable]]:
    """The values by which the arguments of relations are compared, per gold and predicted entity.

    The index of the entity if the prediction has the gold entities in the same order, otherwise
    its cluster.
    """
    wanted, given = clusters_of(gold), clusters_of(predicted)
    if wanted == given:
        return range(len(wanted)), range(len(given))
    return wanted, given

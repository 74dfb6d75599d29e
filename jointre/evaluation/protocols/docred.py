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

    Blocks: ``relation_boundary`` compares (head, tail, label), DocRED's F1, and
    ``relation_ign`` is its Ign F1. It is there only with ``train_facts``: right relations
    that the training data state too, by any name of the head and any of the tail, are left
    out of its precision (of the right ones and of the predicted ones). Its recall is that of
    ``relation_boundary``, over all gold, as in the official scorer. Entity types and
    evidence are not compared; symmetric relations get no treatment.

    Where the prediction has the gold's entities in the same order (entities given), a head
    is the entity itself, so entities that share all their mentions stay apart. Otherwise
    (joint extraction, which the official scorer does not know) it is the entity's cluster,
    the set of its mentions, and all of it must be right.

    The other blocks are those of ``jerex``: ``mention``, ``cluster``, ``coreference``,
    ``entity``, ``relation_strict`` (types too).

    Paper: Yao et al. 2019, https://arxiv.org/abs/1906.06127.

    Differences: names are compared without white space, and those of scored documents are
    the mentions' tokens, which differ from the corpus' names in little else; the official
    precision has 1e-5 added to a denominator; the label "Na" is a label like others.

    Args:
        symmetric: given to every protocol; not used by this one.
        train_facts: Training files whose facts ``relation_ign`` ignores, see
            :func:`jointre.evaluation.train_facts.read_train_facts`; null: the block is missing.

    Raises:
        DataError: a file of ``train_facts`` cannot be used.
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
        """All blocks, but ``relation_ign`` only with training facts."""
        return self.blocks if self.facts is not None else self.blocks[:-1]

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        return cluster_tallies(gold, predicted, arguments_of(gold, predicted))

    def more_blocks(
        self, gold: Sequence[Document], predicted: Sequence[Document]
    ) -> dict[str, Scores]:
        """The mean of the coreference measures, and Ign F1 where there are training facts.

        Raises:
            DataError: the training facts have none of gold's labels.
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
    """What stands for each gold and each predicted entity in relations.

    Its index where the prediction has the gold's entities in their order; else its cluster.
    """
    wanted, given = clusters_of(gold), clusters_of(predicted)
    if wanted == given:
        return range(len(wanted)), range(len(given))
    return wanted, given

"""Metric: a named protocol that compares predicted with gold documents."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from jointre.config import Registrable
from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.evaluation.report import MONITORED, Counts, Report, Scores, Tally, table, total
from jointre.plurals import counted

__all__ = ["Metric", "Report", "Scores", "monitor_keys", "table"]


class Metric(Registrable, ABC, interface="metric"):
    """Metric: compares predictions with gold under one published convention.

    A protocol defines ``tally``: the counts of one document, by block and label. Measures
    that are not ratios of sums of counts are given by ``more_blocks``.

    Args:
        symmetric: Relation labels whose direction has no meaning.

    Attributes:
        blocks: Names of the score blocks of a report.
        monitored: Dev scores whose sum selects the best epoch of a training, unless the
            experiment names others.
    """

    given: ClassVar[tuple[str, ...]] = ("symmetric",)
    blocks: ClassVar[tuple[str, ...]]
    monitored: ClassVar[tuple[str, ...]] = ("entity_f1", "relation_strict_f1")

    def __init__(self, symmetric: frozenset[str]) -> None:
        self.symmetric = symmetric

    @property
    def reported(self) -> tuple[str, ...]:
        """The blocks of this metric's reports; its options may take some of ``blocks`` away."""
        return self.blocks

    def default_monitor(self, relations: bool) -> list[str]:
        """The scores whose sum selects the best epoch when an experiment names none.

        Args:
            relations: Whether the training data has relation labels; otherwise the scores of
                relations stay at 0, and only scores of entities are monitored.
        """
        available = monitor_keys(self)
        names = [name for name in self.monitored if name in available]
        names = names or [f"{block}_f1" for block in self.reported]
        of_entities = [name for name in names if not name.startswith("relation_")]
        return names if relations or not of_entities else of_entities

    @abstractmethod
    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document for each block that is made of counts.

        Raises:
            DataError: The document has something that the protocol does not define.
        """

    def more_blocks(
        self, gold: Sequence[Document], predicted: Sequence[Document]
    ) -> dict[str, Scores]:
        """Blocks that are computed over the whole corpus at once; none by default."""
        return {}

    def score(self, gold: Sequence[Document], predicted: Sequence[Document]) -> Report:
        """The report over a corpus.

        Args:
            gold: Annotated documents.
            predicted: The same documents in the same order, as predicted.

        Raises:
            DataError: The documents do not belong together, or have something that the protocol
                does not define.
        """
        sums: dict[str, Tally] = {}
        for tallies in self.tallies(gold, predicted):
            for block, tally in tallies.items():
                block_sums = sums.setdefault(block, {})
                for label, counts in tally.items():
                    block_sums[label] = block_sums.get(label, Counts(0, 0, 0)).plus(counts)
        more_scores = self.more_blocks(gold, predicted)
        scores = {
            block: more_scores.get(block) or Scores.of(sums.get(block, {}))
            for block in self.reported
        }
        return Report(self.registered_name, scores)

    def counts(
        self, gold: Sequence[Document], predicted: Sequence[Document]
    ) -> dict[str, Int[np.ndarray, "documents 3"]]:
        """Correct, predicted and gold items of each document, for significance tests.

        Blocks that are not ratios of sums of counts (``more_blocks``) have none.

        Args:
            gold: Annotated documents.
            predicted: The same documents in the same order, as predicted.

        Raises:
            DataError: As for ``score``.
        """
        rows: dict[str, list[Counts]] = {}
        for tallies in self.tallies(gold, predicted):
            for block, tally in tallies.items():
                rows.setdefault(block, []).append(total(tally))
        if not gold:
            more_blocks = self.more_blocks([], [])
            counted_blocks = [block for block in self.reported if block not in more_blocks]
            return {block: np.zeros((0, 3), dtype=np.int64) for block in counted_blocks}
        return {block: np.array(counts, dtype=np.int64) for block, counts in rows.items()}

    def tallies(
        self, gold: Sequence[Document], predicted: Sequence[Document]
    ) -> Iterator[dict[str, Tally]]:
        """The counts of each document by block and label, as :meth:`tally` gives them.

        Args:
            gold: Annotated documents.
            predicted: The same documents in the same order, as predicted.

        Raises:
            DataError: As for ``score``.
        """
        check_pairs(gold, predicted)
        for gold_document, predicted_document in zip(gold, predicted, strict=True):
            yield self.tally(gold_document, predicted_document)


def monitor_keys(metric: Metric | type[Metric]) -> list[str]:
    """The names that ``Report.flat`` will have, such as ``relation_strict_f1``.

    For a class, these are the names that are possible with any options.
    """
    blocks = metric.reported if isinstance(metric, Metric) else metric.blocks
    return [f"{block}_{measure}" for block in blocks for measure in MONITORED]


def check_pairs(gold: Sequence[Document], predicted: Sequence[Document]) -> None:
    """Check that two lists hold the same documents in the same order.

    Raises:
        DataError: They do not; the message names the first document that differs in id or tokens,
            or the numbers of documents.
    """
    for index, (document, prediction) in enumerate(zip(gold, predicted, strict=False)):
        if document.id != prediction.id:
            raise DataError(
                f"document {index}: gold is {document.id!r}, predicted is {prediction.id!r}; "
                "both must hold the same documents in the same order"
            )
        if document.tokens != prediction.tokens:
            difference = _first_difference(document.tokens, prediction.tokens)
            raise DataError(f"document {document.id!r}: {difference}")
    if len(gold) != len(predicted):
        raise DataError(
            f"{counted(len(gold), 'gold documents')}, but "
            f"{counted(len(predicted), 'predicted ones')}; "
            "both must hold the same documents in the same order"
        )


def _first_difference(gold: tuple[str, ...], predicted: tuple[str, ...]) -> str:
    for index, (gold_token, predicted_token) in enumerate(zip(gold, predicted, strict=False)):
        if gold_token != predicted_token:
            return f"token {index} is {gold_token!r} in gold, {predicted_token!r} in the prediction"
    return f"{counted(len(gold), 'tokens')} in gold, {len(predicted)} in the prediction"

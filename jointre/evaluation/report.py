"""Counts, Scores, Report: the results of a metric, and their JSON form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jointre.errors import DataError

MONITORED = ("precision", "recall", "f1", "macro_f1")


class Counts(NamedTuple):
    """Numbers of correct (``tp``), predicted and gold items."""

    tp: int
    predicted: int
    gold: int

    def plus(self, other: "Counts") -> "Counts":
        """The sum of both."""
        return Counts(self.tp + other.tp, self.predicted + other.predicted, self.gold + other.gold)


Tally = dict[str, Counts]
"""The counts of one block by label."""


def ratio(numerator: float | int, denominator: int) -> float:
    """The quotient, 0 when the denominator is 0."""
    return numerator / denominator if denominator else 0.0


def total(tally: Tally) -> Counts:
    """The counts of all labels together."""
    result = Counts(0, 0, 0)
    for counts in tally.values():
        result = result.plus(counts)
    return result


@dataclass(frozen=True, slots=True)
class Ratios:
    """Precision, recall and F1 in 0..1 with the number of gold items.

    Args:
        precision: Fraction of the predicted items that are correct.
        recall: Fraction of the gold items that are predicted.
        f1: Harmonic mean of precision and recall.
        support: Number of gold items.
        counts: Counts from which the ratios were computed; None if they were read from a
            file, or if the measure is not a ratio of counts. Not compared by ``==``.
    """

    precision: float
    recall: float
    f1: float
    support: int
    counts: Counts | None = field(default=None, compare=False)

    @classmethod
    def of(cls, counts: Counts) -> "Ratios":
        """Computes the ratios; 0/0 counts as 0."""
        tp, predicted, gold = counts
        return cls(
            precision=ratio(tp, predicted),
            recall=ratio(tp, gold),
            f1=ratio(2 * tp, predicted + gold),
            support=gold,
            counts=counts,
        )

    def to_dict(self) -> dict[str, Any]:
        """The four published numbers."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "support": self.support,
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """One block of a report: micro ratios, macro F1 and the ratios of each label.

    Args:
        micro: Ratios over all labels together.
        macro_f1: Mean F1 of the labels in gold or predictions; 0 if there are none.
        per_type: Ratios of each of these labels, sorted by label.
    """

    micro: Ratios
    macro_f1: float
    per_type: Mapping[str, Ratios]

    @classmethod
    def of(cls, tally: Tally) -> "Scores":
        """The block for counts by label, without labels that have no items."""
        present = {label: tally[label] for label in sorted(tally) if any(tally[label])}
        per_type = {label: Ratios.of(counts) for label, counts in present.items()}
        mean = ratio(sum(ratios.f1 for ratios in per_type.values()), len(per_type))
        return cls(micro=Ratios.of(total(present)), macro_f1=mean, per_type=per_type)

    @property
    def precision(self) -> float:
        """Micro precision."""
        return self.micro.precision

    @property
    def recall(self) -> float:
        """Micro recall."""
        return self.micro.recall

    @property
    def f1(self) -> float:
        """Micro F1."""
        return self.micro.f1

    @property
    def support(self) -> int:
        """Number of gold items."""
        return self.micro.support

    @property
    def counts(self) -> Counts | None:
        """Correct, predicted and gold items; None if the scores were read from a file."""
        return self.micro.counts

    def to_dict(self) -> dict[str, Any]:
        """The block in the JSON contract."""
        types = {label: ratios.to_dict() for label, ratios in self.per_type.items()}
        return {**self.micro.to_dict(), "macro_f1": self.macro_f1, "per_type": types}


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of predictions by a protocol.

    Args:
        protocol: Registered name of the metric.
        blocks: Scores by block: ``entity``, ``relation_boundary`` and so on.
    """

    protocol: str
    blocks: dict[str, Scores]

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract: the protocol, then one object for each block."""
        blocks = {name: scores.to_dict() for name, scores in self.blocks.items()}
        return {"protocol": self.protocol, **blocks}

    def flat(self) -> dict[str, float]:
        """Numbers to monitor and log, by names such as ``relation_strict_f1``."""
        return {
            f"{block}_{measure}": float(getattr(scores, measure))
            for block, scores in self.blocks.items()
            for measure in MONITORED
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Report":
        """A report from its JSON form, which does not have counts.

        Raises:
            DataError: A field is missing or has the wrong type.
        """
        blocks = {}
        protocol = record.get("protocol")
        if not isinstance(protocol, str):
            raise DataError(f"report: 'protocol' must be a name, but is {protocol!r}")
        for name, block in record.items():
            if name == "protocol":
                continue
            try:
                types = {label: _ratios(entry) for label, entry in block["per_type"].items()}
                blocks[name] = Scores(_ratios(block), float(block["macro_f1"]), types)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise DataError(
                    f"report: block {name!r} must have precision, recall, f1, support, "
                    f"macro_f1 and per_type, but {type(error).__name__}: {error}"
                ) from error
        return cls(protocol, blocks)


def table(report: Report) -> list[tuple[str, str, float, float | None, float | None, int]]:
    """The report as plain rows for a terminal: block, label, F1, precision, recall, support.

    Each block has a row ``micro``, a row ``macro`` (which has no precision and recall of
    its own: None), and a row for each label.
    """
    rows: list[tuple[str, str, float, float | None, float | None, int]] = []
    for block, scores in report.blocks.items():
        for label, ratios in [("micro", scores.micro), *scores.per_type.items()]:
            rows.append((block, label, ratios.f1, ratios.precision, ratios.recall, ratios.support))
            if ratios is scores.micro:
                rows.append((block, "macro", scores.macro_f1, None, None, scores.support))
    return rows


def _ratios(entry: Mapping[str, Any]) -> Ratios:
    return Ratios(
        precision=float(entry["precision"]),
        recall=float(entry["recall"]),
        f1=float(entry["f1"]),
        support=int(entry["support"]),
    )

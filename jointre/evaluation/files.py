"""Scores a prediction file against a gold file, whoever wrote them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jointre.config import construct
from jointre.config.options import options_of
from jointre.data.readers import Losses, Reader
from jointre.data.readers.files import stem
from jointre.data.readers.types_file import read_types
from jointre.data.schema import Document
from jointre.errors import ConfigError
from jointre.evaluation.metric import Metric, Report


@dataclass(frozen=True, slots=True)
class Scored:
    """What ``score_files`` found.

    Args:
        report: the scores.
        losses: what the readers could not represent, by file.
    """

    report: Report
    losses: dict[Path, Losses]


def score_files(
    gold: Path,
    predicted: Path,
    format: str,
    protocol: str = "spert",
    predicted_format: str | None = None,
    types: Path | None = None,
    symmetric: Iterable[str] = (),
    max_width: int | None = None,
    predicted_options: Mapping[str, Any] = MappingProxyType({}),
) -> Scored:
    """Reads both files and scores the one against the other.

    Documents are paired by position. Their ids must agree, unless one of the two files
    does not name its documents; their tokens must agree always.

    Args:
        gold: the annotated file.
        predicted: the same documents in the same order, as predicted.
        format: registered name of the reader of both files.
        protocol: registered name of the metric.
        predicted_format: reader of the predicted file where it is another one.
        types: the corpus' types file, which names symmetric relations.
        symmetric: labels of symmetric relations, instead of those of the types file.
        max_width: widest gold entity that counts, in tokens, for protocols that ask.
        predicted_options: of the predicted file's reader, ``{"predictions": True}`` for what
            DyGIE++, PURE and PL-Marker write.

    Raises:
        ConfigError: an unknown format or protocol; a width the protocol does not take.
        DataError: a file cannot be read, or the files do not belong together.
    """
    labels = frozenset(symmetric)
    if types is not None and not labels:
        labels = read_types(types).symmetric
    metric = _metric(protocol, labels, max_width)
    losses: dict[Path, Losses] = {}
    wanted = _read(gold, format, types, losses, {})
    given = _read(predicted, predicted_format or format, types, losses, predicted_options)
    paired = [
        replace(other, id=one.id) if _unnamed(one, gold) or _unnamed(other, predicted) else other
        for one, other in zip(wanted, given, strict=False)
    ]
    return Scored(metric.score(wanted, paired + given[len(paired) :]), losses)


def _metric(protocol: str, symmetric: frozenset[str], max_width: int | None) -> Metric:
    chosen = Metric.by_name(protocol)
    if max_width is None:
        return chosen(symmetric=symmetric)
    if "max_width" not in options_of(chosen):
        able = [name for name in Metric.names() if "max_width" in options_of(Metric.by_name(name))]
        raise ConfigError(
            f"max_width: {max_width} was given, but the protocol {protocol!r} takes no width; "
            f"those that do: {', '.join(able)}"
        )
    return chosen(symmetric=symmetric, max_width=max_width)  # type: ignore[call-arg]


def _read(
    path: Path,
    format: str,
    types: Path | None,
    losses: dict[Path, Losses],
    options: Mapping[str, Any],
) -> list[Document]:
    config = {"type": format, **options}
    if types is not None and "types" in options_of(Reader.by_name(format)):
        config["types"] = str(types)
    reader: Reader = construct(Reader, config)
    documents = list(reader.read(path))
    if reader.losses:
        losses[path] = reader.losses
    return documents


def _unnamed(document: Document, path: Path) -> bool:
    """Whether the id is the file's name and a number, as readers call what has no name."""
    file, _, number = document.id.rpartition(":")
    return file == stem(path) and number.isdecimal()

"""Scores a prediction file against a gold file, whoever wrote them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jointre.config import construct
from jointre.config.schema import options_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import ConfigError
from jointre.evaluation.metric import Metric, Report
from jointre.formats import Reader
from jointre.formats.common.files import stem
from jointre.formats.common.reading import OnError
from jointre.formats.common.types_file import read_types

_NOUNS = {"max_width": "width", "train_facts": "training facts"}


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of a prediction file, and what reading it skipped.

    Args:
        report: Scores.
        skipped: Data that the readers skipped, by file.
    """

    report: Report
    skipped: dict[Path, SkippedData]


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
    train_facts: Sequence[Path] = (),
    on_error: OnError | None = None,
) -> Scored:
    """Score a prediction file against a gold file.

    Documents are paired by position. Their ids must agree, unless one of the two files
    does not name its documents; their tokens must agree always.

    Args:
        gold: Annotated file.
        predicted: Predicted file, with the same documents in the same order.
        format: Registered name of the reader of both files.
        protocol: Registered name of the metric.
        predicted_format: Reader of the predicted file, if it is a different one.
        types: Types file of the corpus, which names symmetric relations.
        symmetric: Labels of symmetric relations, instead of those of the types file.
        max_width: Maximum width of gold entities that count, in tokens, for protocols that have
            this option.
        predicted_options: Options of the predicted file's reader, for example ``{"predictions":
            True}`` for files written by DyGIE++, PURE and PL-Marker.
        train_facts: Training files whose facts do not count, for protocols that have this option.
        on_error: What both readers do at records with errors; None: their default.

    Raises:
        ConfigError: an unknown format or protocol; a width or training facts that the
            protocol does not take.
        DataError: a file cannot be read, or the files do not belong together.
    """
    labels = frozenset(symmetric)
    if types is not None and not labels:
        labels = read_types(types).symmetric
    options: dict[str, Any] = {} if max_width is None else {"max_width": max_width}
    if train_facts:
        options["train_facts"] = list(train_facts)
    metric = _metric(protocol, labels, options)
    skipped: dict[Path, SkippedData] = {}
    shared = {} if on_error is None else {"on_error": on_error}
    wanted = _read(gold, format, types, skipped, shared)
    given_options = {**predicted_options, **shared}
    given = _read(predicted, predicted_format or format, types, skipped, given_options)
    paired = [
        replace(other, id=one.id) if _unnamed(one, gold) or _unnamed(other, predicted) else other
        for one, other in zip(wanted, given, strict=False)
    ]
    return Scored(metric.score(wanted, paired + given[len(paired) :]), skipped)


def _metric(protocol: str, symmetric: frozenset[str], options: Mapping[str, Any]) -> Metric:
    chosen = Metric.by_name(protocol)
    for name, value in options.items():
        if name in options_of(chosen):
            continue
        able = [other for other in Metric.names() if name in options_of(Metric.by_name(other))]
        given = ", ".join(map(str, value)) if isinstance(value, list) else value
        raise ConfigError(
            f"{name}: {given} was given, but the protocol {protocol!r} takes no {_NOUNS[name]}; "
            f"those that do: {', '.join(able)}"
        )
    return chosen(symmetric=symmetric, **options)


def _read(
    path: Path,
    format: str,
    types: Path | None,
    skipped: dict[Path, SkippedData],
    options: Mapping[str, Any],
) -> list[Document]:
    config = {"type": format, **options}
    if types is not None and "types" in options_of(Reader.by_name(format)):
        config["types"] = str(types)
    reader: Reader = construct(Reader, config)
    counts = SkippedData()
    documents = list(reader.read(path, counts))
    if counts:
        skipped[path] = counts
    return documents


def _unnamed(document: Document, path: Path) -> bool:
    """Whether the id is the file's name and a number, as readers call what has no name."""
    file, _, number = document.id.rpartition(":")
    return file == stem(path) and number.isdecimal()

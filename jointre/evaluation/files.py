"""Score a prediction file, of jointre or of another tool, against a gold file."""

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
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Scored:
    """Score a prediction file against a gold file.

    Documents are paired by position. Their tokens must be equal, and so must their ids, unless one
    of the files has no ids.

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
        options: Options of both readers.

    Raises:
        ConfigError: The format or protocol is unknown, or the protocol does not have the option
            ``max_width`` or ``train_facts`` that is set.
        DataError: A file cannot be read, or the files do not belong together.
    """
    symmetric = frozenset(symmetric)
    if types is not None and not symmetric:
        symmetric = read_types(types).symmetric
    counted: dict[str, Any] = {} if max_width is None else {"max_width": max_width}
    if train_facts:
        counted["train_facts"] = list(train_facts)
    metric = _metric(protocol, symmetric, counted)
    skipped: dict[Path, SkippedData] = {}
    gold_documents = _read(gold, format, types, skipped, options)
    predicted_options = {**predicted_options, **options}
    predictions = _read(predicted, predicted_format or format, types, skipped, predicted_options)
    predictions = with_gold_ids(predictions, gold_documents, predicted, gold)
    return Scored(metric.score(gold_documents, predictions), skipped)


def with_gold_ids(
    predictions: Sequence[Document],
    gold_documents: Sequence[Document],
    predicted: Path,
    gold: Path,
) -> list[Document]:
    """The predictions with the ids of the gold documents, where one of both files has no ids.

    Args:
        predictions: Documents of the predicted file.
        gold_documents: Documents of the annotated file.
        predicted: The predicted file.
        gold: The annotated file.
    """
    paired = [
        replace(prediction, id=document.id)
        if _unnamed(document, gold) or _unnamed(prediction, predicted)
        else prediction
        for document, prediction in zip(gold_documents, predictions, strict=False)
    ]
    return [*paired, *predictions[len(paired) :]]


def _metric(protocol: str, symmetric: frozenset[str], options: Mapping[str, Any]) -> Metric:
    metric_class = Metric.by_name(protocol)
    for name, value in options.items():
        if name in options_of(metric_class):
            continue
        protocols = [key for key in Metric.names() if name in options_of(Metric.by_name(key))]
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        raise ConfigError(
            f"{name}: {shown} was given, but the protocol {protocol!r} takes no {_NOUNS[name]}; "
            f"those that do: {', '.join(protocols)}"
        )
    return metric_class(symmetric=symmetric, **options)


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
    """Whether the id is the file's name and a number, as readers number documents without ids."""
    file, _, number = document.id.rpartition(":")
    return file == stem(path) and number.isdecimal()

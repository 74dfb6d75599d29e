"""Trained models or prediction files beside annotated data: documents, protocol, predictions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jointre.config import construct
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import ConfigError, DataError
from jointre.evaluation.files import with_gold_ids
from jointre.evaluation.metric import Metric
from jointre.formats import Reader, detect
from jointre.inference.evaluate import evaluate, unknown_labels
from jointre.inference.predictor import Predictor
from jointre.inference.settings import RunSettings
from jointre.models import archive
from jointre.models.predict import Entities


@dataclass(frozen=True, slots=True)
class PredictionSource:
    """A trained model, or a file with its predictions.

    Args:
        path: Run directory, archive or file.
        model: What the archive holds; None: the path is a file of predictions.
        documents: The predictions of the file; empty with a model.
    """

    path: Path
    model: archive.Loaded | None = None
    documents: Sequence[Document] = field(default=())

    def predictions(
        self,
        compared: "Compared",
        entities: Entities = "predict",
        device: str = "auto",
        progress: Callable[[int], None] = lambda units: None,
    ) -> list[Document]:
        """The predicted documents.

        Args:
            compared: What they are compared on.
            entities: Whether a model predicts the entities or takes those of the gold.
            device: Where a model computes.
            progress: Called with the number of units of each finished batch.
        """
        if self.model is None:
            return list(self.documents)
        predictor = Predictor(self.model.model, device=device)
        return evaluate(predictor.model, compared.documents, compared.metric, progress, entities)[1]


@dataclass(frozen=True, slots=True)
class Compared:
    """Sources of predictions, and what they are compared with.

    Args:
        documents: Annotated documents.
        metric: The scoring protocol.
        sources: The sources.
        reader: The reader of the annotated file.
    """

    documents: Sequence[Document]
    metric: Metric
    sources: Sequence[PredictionSource]
    reader: Reader

    @classmethod
    def of(
        cls,
        paths: Sequence[Path],
        data: Path,
        *,
        format: str | None = None,
        protocol: str | None = None,
        symmetric: Sequence[str] | None = None,
        options: Mapping[str, Any] = MappingProxyType({}),
        predicted_format: str | None = None,
        predicted_options: Mapping[str, Any] = MappingProxyType({}),
        log: Callable[[str], None] = lambda line: None,
    ) -> "Compared":
        """Read the data and the sources.

        Args:
            paths: Run directories, archives or prediction files.
            data: Annotated file.
            format: Format of the annotated file; None: that of a run's training data, or detected.
            protocol: Name of the protocol; None: that of the runs, or ``spert``.
            symmetric: Symmetric relations; None: those of the runs.
            options: Options of all readers.
            predicted_format: Format of prediction files; None: detected.
            predicted_options: Further options of their reader.
            log: Called with lines about what was read.

        Raises:
            ArchiveError: An archive cannot be used.
            ConfigError: The runs have different protocols or symmetric relations, and none is
                named.
            DataError: A file cannot be read, or predictions are for other documents.
        """
        runs = [path for path in paths if archive.is_source(path)]
        loaded = {path: archive.load(path) for path in runs}
        settings = {
            path: RunSettings.of(path, format, protocol, (), data, options) for path in runs
        }
        if symmetric is None:
            symmetric = _agreed(
                {path: one.model.vocabulary.symmetric for path, one in loaded.items()},
                "symmetric relations",
                "--symmetric",
            )
        if protocol is None:
            protocols = {path: repr(one.protocol) for path, one in settings.items()}
            _agreed(protocols, "protocols", "--protocol")
        if runs:
            reader = settings[runs[0]].reader
            metric = settings[runs[0]].metric(frozenset(symmetric or ()))
        else:
            reader = _reader(data, format, options, "--format")
            metric = Metric.by_name(protocol or "spert")(symmetric=frozenset(symmetric or ()))
        documents = _read(reader, data, log)
        sources = []
        for path in paths:
            if path in loaded:
                for line in unknown_labels(loaded[path].model.vocabulary, documents):
                    log(f"{path}: {line}")
                sources.append(PredictionSource(path, loaded[path]))
                continue
            of_file = _reader(
                path, predicted_format, {**predicted_options, **options}, "--predicted-format"
            )
            predicted = with_gold_ids(_read(of_file, path, log), documents, path, data)
            sources.append(PredictionSource(path, documents=predicted))
        return cls(documents, metric, sources, reader)


def _agreed(values: Mapping[Path, Any], what: str, option: str) -> Any:
    """The value that all runs have; None without runs.

    Raises:
        ConfigError: They have different ones.
    """
    found = list(values.values())
    if any(value != found[0] for value in found):
        listed = "; ".join(
            f"{path}: {value if isinstance(value, str) else ', '.join(sorted(value)) or 'none'}"
            for path, value in values.items()
        )
        raise ConfigError(f"the runs have different {what} ({listed}); name them with {option}")
    return found[0] if found else None


def _reader(path: Path, format: str | None, options: Mapping[str, Any], option: str) -> Reader:
    """The reader of a file whose format is named or detected."""
    name = format or detect(path)
    if name is None:
        raise DataError(
            f"{path}: no run directory or archive, and its format cannot be detected; name it with "
            f"{option}, which takes {', '.join(Reader.names())}"
        )
    reader: Reader = construct(Reader, {"type": name, **options})
    return reader


def _read(reader: Reader, path: Path, log: Callable[[str], None]) -> list[Document]:
    skipped = SkippedData()
    documents = list(reader.read(path, skipped))
    for line in skipped.lines():
        log(f"{path}: {line}")
    return documents

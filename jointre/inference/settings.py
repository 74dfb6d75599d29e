"""The reader and the protocol of a run, with which further data are read and scored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jointre.config import Factory, construct, include_hint
from jointre.data.skipped import SkippedData
from jointre.errors import ArchiveError, ConfigError, DataError, abbreviated
from jointre.evaluation.metric import Metric
from jointre.formats import Reader, detect


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The reader and the protocol to evaluate a run with.

    Args:
        reader: Reader of the data.
        protocol: Factory that makes the metric once the symmetric relations are known.
    """

    reader: Reader
    protocol: Factory[Metric]

    @classmethod
    def of(
        cls,
        run: Path,
        format: str | None,
        protocol: str | None,
        train_facts: Sequence[Path] = (),
        data: Path | None = None,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> "RunSettings":
        """The reader and protocol of a run's config, unless others are named.

        Args:
            run: Run directory; an archive has no reader, so it needs a format.
            format: Name of a reader; None: that of the training data.
            protocol: Name of a protocol; None: that of the training.
            data: File to read. If the reader of the training data cannot read its first document,
                the reader of the detected format is used.
            train_facts: Training files whose facts do not count, for a protocol that takes them; if
                empty, those of the training's protocol.
            options: Options of the reader that have precedence over those of the run's config.

        Raises:
            ArchiveError: The run's config is needed and missing.
            ConfigError: No reader or protocol has the name, or the protocol takes no facts.
        """
        config: dict[str, Any] = {}
        if format is None or protocol is None:
            detected = detect(data) if format is None and data is not None else None
            config = _config(run, needed=format is None and detected is None)
            if format is None and not (config and _reads(config["data"]["reader"], options, data)):
                format = detected
        reader = {**_reader(config.get("data", {}).get("reader", {}), format), **options}
        metric = protocol or config.get("training", {}).get("protocol", "spert")
        if train_facts:
            metric = {"type": metric} if isinstance(metric, str) else metric
            metric = {**metric, "train_facts": [str(path) for path in train_facts]}
        try:
            return cls(construct(Reader, reader), construct(Factory[Metric], metric))
        except ConfigError as error:
            raise ConfigError(f"{error}{include_hint([reader, metric])}") from error

    def metric(self, symmetric: frozenset[str]) -> Metric:
        """The metric for a model's symmetric relations."""
        return self.protocol(symmetric=symmetric)


def training_data(run: Path) -> Path | None:
    """The file or folder that a run was trained on; None if its config does not say."""
    try:
        train = _config(run, needed=False).get("data", {}).get("train")
    except ArchiveError:
        return None
    return Path(train) if isinstance(train, str) else None


def _reader(trained: dict[str, Any], format: str | None) -> dict[str, Any]:
    """The options of the reader for a format; None: those of the reader of the training data.

    A reader of another format keeps the language. The types file is not needed, because the labels
    come from the model, and the file may no longer exist.
    """
    if format is not None and format != trained.get("type"):
        takes_language = "language" in signature(Reader.by_name(format)).parameters
        options = {"language"} if takes_language else set()
        trained = {"type": format, **{key: trained[key] for key in options & trained.keys()}}
    return {key: value for key, value in trained.items() if key != "types"}


def _reads(reader: dict[str, Any], options: Mapping[str, Any], data: Path | None) -> bool:
    """Whether the reader of the training data reads the first document."""
    if data is None:
        return True
    try:
        documents = construct(Reader, {**_reader(reader, None), **options}).read(
            data, SkippedData()
        )
        return bool(next(iter(documents), True))
    except DataError:
        return False
    except ConfigError:  # a reader that is not registered: reported when it is built
        return True


def _config(run: Path, needed: bool) -> dict[str, Any]:
    path = run / "config.json"
    if path.is_file():
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ArchiveError(
                f"{path} is not JSON ({error}); name --format and --protocol"
            ) from error
        if isinstance(config, dict) and "data" in config:
            _check_sections(config, path)
            if "reader" not in config["data"]:  # trained on documents in memory
                language = config["data"].get("language", "en")
                config["data"]["reader"] = {"type": "jsonl", "language": language}
            return config
    if needed:
        raise ArchiveError(
            f"{run}: no run directory with a config.json, so the data's format is unknown; "
            "name it with --format"
        )
    return {}


def _check_sections(config: dict[str, Any], path: Path) -> None:
    """Raise an error if a section that is read from a run's config is not an object."""
    sections = {"data": config["data"], "training": config.get("training", {})}
    if isinstance(config["data"], dict):
        sections["data.reader"] = config["data"].get("reader", {})
    for key, section in sections.items():
        if not isinstance(section, dict):
            raise ArchiveError(
                f"{path}: {key} is {abbreviated(section)}, not an object; the file is damaged, so "
                "name --format and --protocol"
            )

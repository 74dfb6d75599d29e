"""What a run's own config says about reading and scoring data like its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

from jointre.config import Factory, construct, include_hint
from jointre.data.skipped import SkippedData
from jointre.errors import ArchiveError, ConfigError, DataError, abbreviated
from jointre.evaluation.metric import Metric
from jointre.formats import Reader, detect
from jointre.formats.common.reading import OnError


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
        on_error: OnError | None = None,
    ) -> "RunSettings":
        """The run's own reader and protocol, or those that are named.

        Args:
            run: a run directory; an archive has no reader, so name a format.
            format: name of a reader.
            protocol: name of a protocol.
            data: The file to read. If the run's own reader cannot read its first document, the
                reader of the detected format is used.
            train_facts: training files whose facts do not count, for a protocol that takes
                them; none: those of the run's own protocol.
            on_error: What the reader does at records with errors; None: as the run's config says.

        Raises:
            ArchiveError: the run's config is needed and missing.
            ConfigError: no reader or protocol has the name, or the protocol takes no facts.
        """
        config: dict[str, Any] = {}
        if format is None or protocol is None:
            detected = detect(data) if format is None and data is not None else None
            config = _config(run, needed=format is None and detected is None)
            if format is None and not (config and _reads(config["data"]["reader"], data)):
                format = detected
        own = config.get("data", {}).get("reader", {})
        if format is not None and format != own.get("type"):
            language = {key: own[key] for key in ("language",) if key in own}
            takes = "language" in signature(Reader.by_name(format)).parameters
            own = {"type": format, **(language if takes else {})}
        # The labels come from the model; a types file may have stayed behind.
        kept = {key: value for key, value in own.items() if key != "types"}
        if on_error is not None:
            kept["on_error"] = on_error
        scoring = protocol or config.get("training", {}).get("protocol", "spert")
        if train_facts:
            named = {"type": scoring} if isinstance(scoring, str) else scoring
            scoring = {**named, "train_facts": [str(path) for path in train_facts]}
        try:
            return cls(construct(Reader, kept), construct(Factory[Metric], scoring))
        except ConfigError as error:
            raise ConfigError(f"{error}{include_hint([kept, scoring])}") from error

    def metric(self, symmetric: frozenset[str]) -> Metric:
        """The metric for a model's symmetric relations."""
        return self.protocol(symmetric=symmetric)


def _reads(reader: dict[str, Any], data: Path | None) -> bool:
    """Whether the run's own reader reads the first document."""
    kept = {key: value for key, value in reader.items() if key != "types"}
    try:
        return data is None or bool(
            next(iter(construct(Reader, kept).read(data, SkippedData())), True)
        )
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
    """Raise an error where the sections that are read from a run's config are not objects."""
    sections = {"data": config["data"], "training": config.get("training", {})}
    if isinstance(config["data"], dict):
        sections["data.reader"] = config["data"].get("reader", {})
    for key, section in sections.items():
        if not isinstance(section, dict):
            raise ArchiveError(
                f"{path}: {key} is {abbreviated(section)}, not an object; the file is damaged, so "
                "name --format and --protocol"
            )

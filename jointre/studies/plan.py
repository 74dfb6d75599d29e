"""The runs of a study: every variant with every seed and fold, all of them checked beforehand."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from jointre.config import LoadedConfig, construct, load_study, resolve
from jointre.errors import ConfigError, DataError
from jointre.evaluation.metric import Metric, monitor_keys
from jointre.inference.trained_on import digests
from jointre.plurals import counted
from jointre.studies.study import Study, Variant
from jointre.training.experiment import Experiment

_WITHOUT_EFFECT = {"data": ("hint", "name", "license"), "training": ("keep_checkpoints", "workers")}


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One training of a study.

    Args:
        variant: Name of the variant.
        seed: Random seed.
        fold: Number of the fold, from 1; None without folds.
        config: The resolved experiment.
        digest: SHA-256 of the experiment and of the content of its data files, by which a finished
            run is recognised.
    """

    variant: str
    seed: int
    fold: int | None
    config: Mapping[str, Any]
    digest: str

    @property
    def name(self) -> str:
        """Name of the run directory."""
        fold = "" if self.fold is None else f"-fold{self.fold}"
        return f"{self.variant}-seed{self.seed}{fold}-{self.digest[:8]}"

    def to_dict(self) -> dict[str, Any]:
        """The run as plain data, without its config."""
        return {
            "name": self.name,
            "variant": self.variant,
            "seed": self.seed,
            "fold": self.fold,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """A study with its runs.

    Args:
        study: The study.
        show: Scores of the table.
        split: Data whose scores are shown.
        protocol: Scoring protocol of each variant.
        runs: The runs: for each seed and fold, all variants.
    """

    study: Study
    show: Sequence[str]
    split: str
    protocol: str
    runs: Sequence[PlannedRun]

    def to_dict(self) -> dict[str, Any]:
        """What tables and figures need, as plain data."""
        study = self.study
        return {
            "title": study.title,
            "axis": study.axis,
            "base": study.base,
            "show": list(self.show),
            "split": self.split,
            "protocol": self.protocol,
            "variants": [vars(variant) for variant in study.variants],
            "runs": [run.to_dict() for run in self.runs],
        }


def plan(
    file: Path, overrides: Sequence[str] = (), ext_vars: Mapping[str, str] | None = None
) -> StudyPlan:
    """Read a study and check all of its experiments.

    Args:
        file: The study.
        overrides: Changes of all experiments.
        ext_vars: External variables of the file.

    Raises:
        ConfigError: The study, or an experiment of it, has mistakes; all of them are listed.
        DataError: A data file is missing.
    """
    loaded = load_study(file, overrides, ext_vars or {})
    return planned(loaded)


def planned(loaded: LoadedConfig) -> StudyPlan:
    """The runs of a study that has been read.

    Args:
        loaded: The study, as :func:`~jointre.config.load_study` returns it.

    Raises:
        ConfigError: The study, or an experiment of it, has mistakes; all of them are listed.
        DataError: A data file is missing.
    """
    study, experiments = _parts(loaded)
    mistakes = _Mistakes()
    resolved: list[list[tuple[int, int | None, dict[str, Any]]]] = []
    for variant, experiment in zip(study.variants, experiments, strict=True):
        configs = []
        for seed, (fold, data) in product(study.seeds, _folds(study, experiment)):
            config = LoadedConfig({**experiment, "seed": seed, **data}, loaded.files, loaded.texts)
            try:
                configs.append((seed, fold, resolve(Experiment, config)))
                _check_scores(study, variant, config)
            except ConfigError as error:
                mistakes.add(variant.name, str(error))
                break
        resolved.append(configs)
    mistakes.report(len(study.variants))
    return _planned(study, resolved)


def _parts(loaded: LoadedConfig) -> tuple[Study, list[dict[str, Any]]]:
    """The study, and the experiment of each variant."""
    data = {key: value for key, value in loaded.data.items() if key != "experiment"}
    variants = data.get("variants")
    if not isinstance(variants, list) or not all(isinstance(each, dict) for each in variants):
        construct(Study, LoadedConfig(data, loaded.files, loaded.texts))
        raise ConfigError("variants must be a list of objects, each with a name")
    if not all("experiment" in variant for variant in variants):
        base = loaded.data.get("experiment")
        changes = [each.get("name") for each in variants if "change" in each]
        raise ConfigError(
            "experiment must be an object, the experiment that is varied"
            if not isinstance(base, dict)
            else f"the change of variants {', '.join(map(repr, changes))} must be an object, "
            "which is added to the experiment"
        )
    named = [
        {key: value for key, value in variant.items() if key != "experiment"}
        for variant in variants
    ]
    study: Study = construct(
        Study, LoadedConfig({**data, "variants": named}, loaded.files, loaded.texts)
    )
    experiments = [variant["experiment"] for variant in variants]
    for variant, experiment in zip(study.variants, experiments, strict=True):
        if not isinstance(experiment, dict):
            raise ConfigError(f"the experiment of variant {variant.name!r} is not an object")
    return study, experiments


def _folds(
    study: Study, experiment: Mapping[str, Any]
) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """The number of each fold, and the sections of the experiment that it changes."""
    data = experiment.get("data")
    if study.folds is None or not isinstance(data, dict):
        yield None, {}
    elif isinstance(study.folds, int):
        for number in range(1, study.folds + 1):
            yield number, {"data": {**data, "fold": {"number": number, "of": study.folds}}}
    else:
        for number, files in enumerate(study.folds, 1):
            names = {"train": str(files.train), "test": str(files.test), "dev": None}
            if files.dev is not None:
                names["dev"] = str(files.dev)
            yield number, {"data": {**data, **names}}


def _check_scores(study: Study, variant: Variant, config: LoadedConfig) -> None:
    """Raise an error for scores that the protocol of an experiment does not have."""
    experiment: Experiment = construct(Experiment, config)
    protocol: type[Metric] = experiment.training.protocol.type
    known = monitor_keys(protocol)
    for key, names in (("show", study.show or ()), ("published", variant.published)):
        for name in names:
            if name not in known:
                raise ConfigError(
                    f"{key}: {name!r} is not a score of the protocol "
                    f"{protocol.registered_name!r}; it has {', '.join(known)}"
                )


class _Mistakes:
    """The mistakes of the experiments; what several have in common is reported once."""

    def __init__(self) -> None:
        self.variants: dict[str, list[str]] = {}

    def add(self, variant: str, message: str) -> None:
        """Add the mistakes of a variant, one per line."""
        for line in message.splitlines():
            self.variants.setdefault(line, []).append(variant)

    def report(self, variants: int) -> None:
        """Raise an error with all mistakes, if there are any.

        Args:
            variants: Number of variants of the study.
        """
        if not self.variants:
            return
        lines = []
        for message, names in self.variants.items():
            which = "all variants" if len(names) == variants > 1 else ", ".join(names)
            lines.append(f"  {which}: {message}")
        wrong = {name for names in self.variants.values() for name in names}
        raise ConfigError(
            f"{counted(len(wrong), 'variants')} of {variants} cannot be trained:\n"
            + "\n".join(lines)
        )


def _planned(
    study: Study, resolved: Sequence[Sequence[tuple[int, int | None, dict[str, Any]]]]
) -> StudyPlan:
    """The plan, from the resolved experiments of each variant."""
    contents = Contents()
    by_variant = [
        [
            PlannedRun(variant.name, seed, fold, config, contents.digest(config))
            for seed, fold, config in configs
        ]
        for variant, configs in zip(study.variants, resolved, strict=True)
    ]
    contents.report()
    runs = [run for of_seed in zip(*by_variant, strict=True) for run in of_seed]
    first = runs[0].config
    protocols = sorted({run.config["training"]["protocol"]["type"] for run in runs})
    if len(protocols) > 1:
        raise ConfigError(
            f"the variants are scored by different protocols ({', '.join(protocols)}), so they "
            "cannot be compared; set the same training.protocol in all of them"
        )
    has_test = [bool(run.config["data"]["test"] or run.config["data"]["fold"]) for run in runs]
    split = study.split or ("test" if all(has_test) else "dev")
    if split == "test" and not all(has_test):
        raise ConfigError("split='test', but not every variant has test data")
    has_dev = [
        bool(run.config["data"]["dev"] or run.config["data"]["dev_fraction"]) for run in runs
    ]
    if split == "dev" and not all(has_dev):
        raise ConfigError(
            "nothing to compare: not every variant has dev data, and "
            f"{'split is dev' if study.split else 'not every one has test data'}; set data.test, "
            "data.dev or data.dev_fraction"
        )
    monitored = first["training"]["monitor"]
    show = study.show or ([monitored] if isinstance(monitored, str) else monitored)
    if show is None:
        show = _by_default(construct(Experiment, first).training.protocol.type)
    return StudyPlan(study, show, split, protocols[0], runs)


def _by_default(protocol: type[Metric]) -> list[str]:
    """The scores that a table shows if the study does not say."""
    return [f"{block}_f1" for block in protocol.blocks]


class Contents:
    """The content of the data files, each read once."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.missing: dict[str, str] = {}

    def digest(self, config: Mapping[str, Any]) -> str:
        """SHA-256 of what decides the result of a training.

        Args:
            config: A resolved experiment.
        """
        settings = construct(Experiment, config).data
        reader = settings.reader()
        decisive: dict[str, Any] = {
            section: (
                {k: v for k, v in value.items() if k not in _WITHOUT_EFFECT.get(section, ())}
                if isinstance(value, dict)
                else value
            )
            for section, value in config.items()
            if section != "tune"
        }
        for name in ("train", "dev", "test"):
            path = getattr(settings, name)
            if path is not None:
                files = reader.files(path) if path.exists() else [path]
                decisive["data"][name] = self._of(files, settings.hint)
        if reader.types is not None:
            types = self._of([reader.types], settings.hint)
            decisive["data"]["reader"] = {**decisive["data"]["reader"], "types": types}
        text = json.dumps(decisive, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _of(self, paths: Sequence[Path], hint: str | None) -> list[str]:
        found = []
        for path in paths:
            if not path.exists():
                self.missing[str(path)] = hint or ""
            elif str(path) not in self.known:
                self.known |= digests([path])
            found.append(self.known.get(str(path), ""))
        return found

    def report(self) -> None:
        """Raise an error if files are missing."""
        if self.missing:
            hints = [hint for hint in dict.fromkeys(self.missing.values()) if hint]
            raise DataError("\n".join([f"missing: {', '.join(self.missing)}", *hints]))

"""Arguments and options that several commands share."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jointre.errors import ConfigError

if TYPE_CHECKING:
    from jointre.config import LoadedConfig

RunArgument = Annotated[
    Path,
    typer.Argument(help="Run directory, archive folder or .tar.gz.", show_default=False),
]
AnnotatedFile = Annotated[Path, typer.Argument(help="Annotated file.", show_default=False)]
ConfigFile = Annotated[
    Path,
    typer.Argument(
        help="Experiment file, .jsonnet or .json, or the name of an installed experiment "
        "(jointre config list).",
        show_default=False,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--overrides",
        metavar="KEY=VALUE",
        help="Change to the config: path.to.key=VALUE, or a jsonnet object; repeatable.",
        show_default=False,
    ),
]
ExtVars = Annotated[
    list[str] | None,
    typer.Option(
        "--ext-var",
        metavar="NAME=VALUE",
        help="External variable of the jsonnet file, for example data=DIR; repeatable.",
        show_default=False,
    ),
]
Packages = Annotated[
    list[str] | None,
    typer.Option(
        "--include-package",
        metavar="PACKAGE",
        help="Package to import first, so that it registers its components; repeatable.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="Format of the input, for example spert or jsonl; detected by default.",
        show_default=False,
    ),
]
TrainedFormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="Format of the file; by default that of the training data.",
        show_default=False,
    ),
]
DetectedFormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="Format of the annotated file; by default that of the training data, or detected.",
        show_default=False,
    ),
]
PredictedFormatOption = Annotated[
    str | None,
    typer.Option(
        "--predicted-format",
        help="Format of prediction files; by default detected.",
        show_default=False,
    ),
]
PredictedOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--predicted-option",
        metavar="KEY=VALUE",
        help="Option of the reader of prediction files, for example predictions=true for "
        "files written by DyGIE++, PURE or PL-Marker; repeatable.",
    ),
]
ProtocolOption = Annotated[
    str | None,
    typer.Option(
        "--protocol",
        help="Scoring protocol; by default that of the training, else spert.",
        show_default=False,
    ),
]
SymmetricOption = Annotated[
    list[str] | None,
    typer.Option(
        "--symmetric",
        metavar="LABEL",
        help="Symmetric relation; by default those of the runs; repeatable.",
    ),
]
ReaderOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="KEY=VALUE",
        help="Option of the reader, for example label_case=capitalize; repeatable.",
        show_default=False,
    ),
]
TrainFacts = Annotated[
    list[Path] | None,
    typer.Option(
        help="Training file (DocRED's JSON or jsonl) whose facts Ign F1 does not count; only "
        "for the protocol docred; repeatable.",
        show_default=False,
    ),
]
OnErrorOption = Annotated[
    Literal["stop", "skip"] | None,
    typer.Option(
        "--on-error",
        help="What to do with lines or records that have errors: stop and list the first 20 "
        "(the default), or skip and count them.",
        show_default=False,
    ),
]
MaxUnpackedOption = Annotated[
    int | None,
    typer.Option(
        "--max-unpacked",
        metavar="MIB",
        min=1,
        max=2**30,
        help="Largest size to which a compressed file may unpack; by default 1,024 MiB, and above "
        "64 MiB at most 200 times the size of the file.",
        show_default=False,
    ),
]
ThresholdOption = Annotated[
    list[str] | None,
    typer.Option(
        "--threshold",
        metavar="[LABEL=]PROBABILITY",
        help="Minimum probability of all relations, or of one entity or relation label; "
        "repeatable.",
        show_default=False,
    ),
]
OverlapOption = Annotated[
    Literal["all", "learned", "nested", "flat"] | None,
    typer.Option(
        "--overlap",
        help="Which mentions may overlap: all, learned (as in the training data), nested, flat "
        "(none); by default the model's own rule.",
        show_default=False,
    ),
]
Raw = Annotated[
    bool,
    typer.Option("--raw", help="Ignore the calibration that jointre calibrate has stored."),
]
Output = Annotated[
    Path | None, typer.Option("--output", help="JSON file to write.", show_default=False)
]
Entities = Annotated[
    Literal["predict", "given"],
    typer.Option(
        help="Predict the entities, or use those given in the records and predict their relations."
    ),
]
Jobs = Annotated[
    int, typer.Option("-j", "--jobs", min=1, max=1000, help="Trainings at the same time.")
]
TrainingThreads = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Threads of each training; by default the cores, divided among them.",
        show_default=False,
    ),
]
Gpus = Annotated[
    str | None,
    typer.Option(metavar="0,1,…", help="GPUs to deal out to the trainings.", show_default=False),
]
Device = Annotated[str, typer.Option(help="Device to compute on: auto, cpu, cuda, cuda:1 or mps.")]


def thresholds_of(options: Sequence[str] | None) -> dict[str, float] | None:
    """The thresholds of ``--threshold`` options; ``"default"`` is that of all relations.

    Args:
        options: Values of the options: ``"0.6"`` or ``"works_for=0.7"``.

    Raises:
        ConfigError: A threshold is not a probability, or a label has two thresholds.
    """
    thresholds: dict[str, float] = {}
    for text in options or ():
        label, _, number = text.rpartition("=")
        label = label or "default"
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise ConfigError(
                f"--threshold {text}: write a probability from 0 to 1, such as 0.6 or works_for=0.7"
            )
        if label in thresholds:
            raise ConfigError(f"--threshold {text}: {label} has a threshold already")
        thresholds[label] = value
    return thresholds or None


def load(
    file: Path,
    overrides: Sequence[str] | None,
    ext_vars: Sequence[str] | None,
    packages: Sequence[str] | None,
) -> "LoadedConfig":
    """Import the packages of a command line and load its experiment.

    Args:
        file: Experiment file, or the name of an installed experiment.
        overrides: Changes to the config.
        ext_vars: External variables, ``NAME=VALUE``.
        packages: Packages that register components.

    Raises:
        ConfigError: A file cannot be read, is wrong, or does not fit an override.
    """
    from jointre.config import include_packages, load_config

    include_packages(packages or ())
    return load_config(file, overrides or (), variables(ext_vars))


def variables(ext_vars: Sequence[str] | None) -> dict[str, str]:
    """The external variables of a command line.

    Raises:
        ConfigError: An item is not NAME=VALUE.
    """
    values = {}
    for item in ext_vars or ():
        name, equals, value = item.partition("=")
        if not name or not equals:
            raise ConfigError(f"--ext-var {item}: write NAME=VALUE, data=corpora for example")
        values[name] = value
    return values

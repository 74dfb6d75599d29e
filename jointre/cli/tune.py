"""``jointre tune``: search for good values of an experiment's options."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import (
    ConfigFile,
    ExtVars,
    Gpus,
    Jobs,
    Overrides,
    Packages,
    TrainingThreads,
)
from jointre.cli._common.output import log

if TYPE_CHECKING:
    from jointre.studies.tuning import Tuner

_SHOWN = 10  # trials in the table


def tune(
    config: ConfigFile,
    serialization_dir: Annotated[
        Path | None,
        typer.Option(
            "-s",
            "--serialization-dir",
            help="Directory of the trials; by default tuning/NAME, with the name of the file.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    ext_var: ExtVars = None,
    include_package: Packages = None,
    trials: Annotated[
        int,
        typer.Option(
            min=0, help="Number of trials, those of earlier starts counted; 0: only show them."
        ),
    ] = 20,
    jobs: Jobs = 1,
    threads: TrainingThreads = None,
    gpus: Gpus = None,
    prune: Annotated[
        bool,
        typer.Option(help="Stop trials early that are worse than the median of the others."),
    ] = True,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the choice of values.")] = 0,
    plot: Annotated[
        Path | None,
        typer.Option(
            help="Image to write, with the importance of the options: .png, .svg or .pdf.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Search for the values of an experiment's options with the best dev scores.

    The search space stands in the experiment, under `tune`, by the path of each option:
    `tune: { 'training.optimizer.lr': { log: [1e-5, 1e-3] }, 'seed': { choice: [1, 2] } }`;
    `uniform` and `integer` are ranges, too. The experiment with the best values is written as
    best.jsonnet. After an interruption the same command continues, and several processes may share
    the directory.

    For example:

    * `jointre tune my_experiment.jsonnet -s tuning/first --trials 30 --jobs 2`
    * `jointre tune my_experiment.jsonnet -s tuning/first --trials 0 --plot importance.png`
    """
    from jointre.cli._common.options import variables
    from jointre.config import include_packages
    from jointre.config.jsonnet.shipped import find_experiment

    include_packages(include_package or ())
    from jointre.studies.directory import StudyDirectory
    from jointre.studies.process import Resources
    from jointre.studies.tuning import TunedExperiment, Tuner, draw

    file = find_experiment(config)
    tuned = TunedExperiment.read(file, overrides or (), variables(ext_var))
    directory = StudyDirectory(serialization_dir or Path("tuning") / file.name.split(".")[0])
    resources = Resources(jobs, 0, tuple(gpus.split(",")) if gpus else (), threads)
    tuner = Tuner(directory, tuned, resources, prune, seed, include_package or (), log)
    try:
        tuner.run(trials)
    finally:
        written = tuner.write_best()
    _show(tuner)
    if written is not None:
        typer.echo(f"wrote {written}")
    if plot is not None:
        draw(tuner, plot)
        typer.echo(f"wrote {plot}")


def _show(tuner: "Tuner") -> None:
    """Print the best trials, and the importance of the options."""
    from json import dumps

    from rich.console import Console
    from rich.table import Table

    found, importance = tuner.trials(), tuner.importance()
    table = Table(
        title=f"{len(found)} trials, dev {' + '.join(tuner.tuned.monitor)} in percent",
        title_justify="left",
    )
    table.add_column("trial", justify="right")
    table.add_column("score", justify="right")
    for path in tuner.tuned.space:
        share = f"\n({100 * importance[path]:.0f} %)" if path in importance else ""
        table.add_column(path + share, justify="right", overflow="fold")
    for trial in found[:_SHOWN]:
        score = "–" if trial.score is None else f"{100 * trial.score:.2f}"
        values = [
            f"{value:.4g}" if isinstance(value, float) else dumps(value)
            for value in (trial.values.get(path) for path in tuner.tuned.space)
        ]
        state = "" if trial.state == "complete" else f" {trial.state}"
        table.add_row(f"{trial.number}{state}", score, *values)
    if importance:
        table.caption = "in brackets: how much each option decides the score"
    Console().print(table)

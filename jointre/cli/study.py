"""``jointre study``: variants of an experiment, trained with several seeds and compared."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jointre.cli._common.command import CheckedApp, ConfigCommand
from jointre.cli._common.options import ExtVars, Gpus, Jobs, Overrides, Packages, TrainingThreads
from jointre.cli._common.output import log

if TYPE_CHECKING:
    from rich.console import RenderableType

    from jointre.studies.directory import Progress, StudyDirectory

app = CheckedApp(
    help="Train the variants of an experiment with several seeds, and compare them.",
    no_args_is_help=True,
)

StudyFolder = Annotated[Path, typer.Argument(help="Directory of the study.", show_default=False)]
_STYLES = {"finished": "green", "running": "cyan", "failed": "red", "interrupted": "yellow"}


@app.command(cls=ConfigCommand)
def run(
    file: Annotated[Path, typer.Argument(help="Study file, .jsonnet.", show_default=False)],
    serialization_dir: Annotated[
        Path | None,
        typer.Option(
            "-s",
            "--serialization-dir",
            help="Directory of the study; by default studies/NAME, with the name of the file.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    ext_var: ExtVars = None,
    include_package: Packages = None,
    jobs: Jobs = 1,
    memory: Annotated[
        float | None,
        typer.Option(
            min=0.5,
            metavar="GIB",
            help="Memory of all trainings together; by default 80 % of what is free.",
            show_default=False,
        ),
    ] = None,
    threads: TrainingThreads = None,
    gpus: Gpus = None,
    share: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Train the I-th of N parts of the runs; by default all, and in a SLURM array "
            "the part of its task.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Check everything and list the runs, without training."),
    ] = False,
) -> None:
    """Train every variant of a study with every seed.

    All experiments are checked before the first one is trained. Runs that are finished are
    skipped, interrupted ones are continued, and a run that fails does not stop the others. Several
    machines may share the directory.

    For example:

    * `jointre study run experiments/studies/quick.jsonnet -s studies/quick`
    * `jointre study run my_study.jsonnet --jobs 4 --memory 32 -o training.epochs=2`
    """
    from jointre.cli._common.options import variables
    from jointre.config import include_packages

    include_packages(include_package or ())
    import psutil

    from jointre.studies.directory import StudyDirectory
    from jointre.studies.plan import plan
    from jointre.studies.process import Resources
    from jointre.studies.runner import Share, StudyRunner

    part = Share.of_slurm() if share is None else Share.parse(share)
    planned = plan(file, overrides or (), variables(ext_var))
    mine = part.pick(planned.runs)
    if dry_run:
        for each in mine:
            typer.echo(each.name)
        return
    directory = StudyDirectory(serialization_dir or Path("studies") / file.name.split(".")[0])
    directory.prepare(planned)
    budget = 0.8 * psutil.virtual_memory().available if memory is None else memory * 2**30
    resources = Resources(jobs, int(budget), tuple(gpus.split(",")) if gpus else (), threads)
    names = [each.name for each in mine]
    with _live(directory, names) as (show, say):
        StudyRunner(directory, mine, resources, include_package or (), log=say, show=show).train()
    table(directory.path)


@app.command("list")
def list_(study: StudyFolder) -> None:
    """Show the state of every run.

    Example: jointre study list studies/quick
    """
    from rich.console import Console

    from jointre.studies.directory import StudyDirectory

    directory = StudyDirectory(study)
    names = [each["name"] for each in directory.read()["runs"]]
    Console().print(_states(directory, names))


@app.command()
def table(
    study: StudyFolder,
    format: Annotated[
        Literal["text", "markdown", "latex", "csv"], typer.Option(help="Form of the table.")
    ] = "text",
    resamples: Annotated[
        int,
        typer.Option(min=0, max=1_000_000, help="Resamples of the bootstrap; 0: no bootstrap."),
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the resamples.")] = 0,
) -> None:
    """Print the table of a study: means over seeds, and differences that are more than chance.

    For example:

    * `jointre study table studies/quick`
    * `jointre study table studies/quick --format latex > table.tex`
    """
    from rich.console import Console

    from jointre.studies import table as tables
    from jointre.studies.directory import StudyDirectory
    from jointre.studies.results import results

    found = results(StudyDirectory(study), resamples, seed)
    if format == "text":
        Console().print(tables.as_text(found))
    else:
        written = {
            "markdown": tables.as_markdown,
            "latex": tables.as_latex,
            "csv": tables.as_csv,
        }[format]
        typer.echo(written(found))
    for note in found.notes:
        log(note)


@app.command()
def plot(
    study: StudyFolder,
    output: Annotated[
        Path, typer.Option(help="Image to write: .png, .svg or .pdf.", show_default=False)
    ],
) -> None:
    """Draw the figure of a study: curves over the variants' x with error bands, or bars.

    Example: jointre study plot studies/quick --output figure.png
    """
    from jointre.studies.directory import StudyDirectory
    from jointre.studies.figure import draw
    from jointre.studies.results import results

    draw(results(StudyDirectory(study), resamples=0), output)
    typer.echo(f"wrote {output}")


@contextmanager
def _live(
    directory: "StudyDirectory", names: list[str]
) -> Iterator[tuple[Callable[[], None], Callable[[str], None]]]:
    """What shows the progress: a live table in a terminal, else a line now and then."""
    from rich.console import Console
    from rich.live import Live

    from jointre.training.progress import Pace

    console = Console(stderr=True)
    if not console.is_terminal:
        pace = Pace()

        def lines() -> None:
            if pace.due():
                for name in names:
                    progress = directory.progress(name)
                    if progress.state == "running":
                        log(f"{name}: {_epochs(progress)} {_scores(progress)}".rstrip())

        yield lines, log
        return
    with Live(console=console, auto_refresh=False) as live:

        def refresh() -> None:
            live.update(_states(directory, names, most=max(5, console.height - 8)), refresh=True)

        yield refresh, lambda line: live.console.print(line, markup=False, highlight=False)


def _states(
    directory: "StudyDirectory", names: list[str], most: int | None = None
) -> "RenderableType":
    """A table of the runs.

    Args:
        directory: The directory of the study.
        names: Names of the runs.
        most: Number of rows; if there are more runs, those that run or failed are shown first.
    """
    from collections import Counter

    from rich.table import Table
    from rich.text import Text

    from jointre.training.progress import duration

    found = {name: directory.progress(name) for name in names}
    counts = Counter(progress.state for progress in found.values())
    title = ", ".join(f"{count} {state}" for state, count in counts.items())
    table = Table(title=f"{len(names)} runs: {title}", title_justify="left")
    table.add_column("run", overflow="fold")
    table.add_column("state")
    table.add_column("epochs", justify="right")
    table.add_column("dev scores of the last epoch, or the error", overflow="fold")
    table.add_column("time", justify="right")
    shown = names
    if most is not None and len(names) > most:
        order = ["running", "failed", "interrupted", "finished", "waiting"]
        first = sorted(names, key=lambda name: order.index(found[name].state))[:most]
        shown = [name for name in names if name in first]
    for name in shown:
        progress = found[name]
        table.add_row(
            name,
            Text(progress.state, style=_STYLES.get(progress.state, "")),
            _epochs(progress),
            progress.message or _scores(progress),
            "" if progress.seconds is None else duration(progress.seconds),
        )
    if len(shown) < len(names):
        table.caption = f"{len(names) - len(shown)} more runs; jointre study list shows all"
    return table


def _epochs(progress: "Progress") -> str:
    return "" if progress.epochs is None else f"{progress.epoch} of {progress.epochs}"


def _scores(progress: "Progress") -> str:
    """The F1 scores, without macro averages."""
    return ", ".join(
        f"{name.removesuffix('_f1')} {100 * value:.1f}"
        for name, value in (progress.scores or {}).items()
        if name.endswith("_f1") and not name.endswith("macro_f1")
    )

"""``jointre train``: an experiment file becomes a run directory."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import ConfigFile, ExtVars, Overrides, Packages, load
from jointre.cli._common.output import log, score_rows, show_scores
from jointre.start_up import garbage_collection_paused

if TYPE_CHECKING:
    from jointre.training.run import Result


def train(
    config: ConfigFile,
    serialization_dir: Annotated[
        Path | None,
        typer.Option(
            "-s",
            "--serialization-dir",
            help="Run directory to write; by default runs/NAME, with the name of the file.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    ext_var: ExtVars = None,
    include_package: Packages = None,
    force: Annotated[
        bool, typer.Option("-f", "--force", help="Delete the run that is in the directory first.")
    ] = False,
    recover: Annotated[
        bool, typer.Option("-r", "--recover", help="Resume the interrupted run in the directory.")
    ] = False,
) -> None:
    """Train a model from an experiment file.

    For example:

    * `jointre train experiments/quickstart.jsonnet -s runs/quickstart`
    * `jointre train experiments/sinet_scierc.jsonnet -s runs/max -o model.interaction.agent=max`
    """
    from jointre.errors import RunError

    if force and recover:
        raise RunError(
            "--force and --recover are mutually exclusive: --force deletes the run, --recover "
            "resumes it"
        )
    loaded = load(config, overrides, ext_var, include_package)
    with garbage_collection_paused():
        from jointre.training.run import default_path
        from jointre.training.run import train as run

    result = run(
        loaded,
        serialization_dir or default_path(config),
        force=force,
        recover=recover,
        progress=typer.get_text_stream("stderr").isatty(),
        log=log,
    )
    _show(result)


def _show(result: "Result") -> None:
    from jointre.evaluation.report import Report

    rows: list[tuple[str, ...]] = []
    for name in ("best", "last"):
        block = result.metrics.get(name, {})
        for split in ("dev", "test"):
            if split in block:
                title = f"{split}, {name} epoch {block['epoch']}"
                rows += score_rows(title, Report.from_dict(block[split]))
    if rows:
        show_scores(f"protocol {result.metrics['protocol']}, in percent", rows)
    for line in triples(result, 5):
        typer.echo(line)
    typer.echo(f"run: {result.path}")


def triples(result: "Result", count: int) -> list[str]:
    """The most probable triples as lines, at most one per document."""
    lines = []
    for document in result.examples:
        ranked = sorted(document.relations, key=lambda relation: -(relation.score or 0))
        for relation in ranked[:1]:
            head, tail = document.entities[relation.head], document.entities[relation.tail]
            words = [
                f"{' '.join(document.tokens[entity.span.start : entity.span.end])} ({entity.label})"
                for entity in (head, tail)
            ]
            score = relation.score or 0
            lines.append((score, f"{score:.3f}  {words[0]} --{relation.label}--> {words[1]}"))
    return [line for _, line in sorted(lines, reverse=True)[:count]]

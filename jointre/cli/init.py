"""``jointre init``: an export of an annotation tool becomes a project ready to train."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import (
    FormatOption,
    MaxUnpackedOption,
    OnErrorOption,
    Packages,
    ReaderOptions,
)
from jointre.cli._common.output import log
from jointre.cli.split import DevShare, SplitSeed, TestShare

if TYPE_CHECKING:
    from jointre.training.project import Project


def init(
    export: Annotated[
        Path,
        typer.Argument(
            help="Annotated corpus: a file, or a folder, possibly with train, dev and test files.",
            show_default=False,
        ),
    ],
    dir: Annotated[
        Path,
        typer.Option(help="Project folder to create or to add files to.", show_default=False),
    ],
    dev_file: Annotated[
        Path | None,
        typer.Option(
            help="File of dev data, if EXPORT has only the training data.", show_default=False
        ),
    ] = None,
    test_file: Annotated[
        Path | None,
        typer.Option(
            help="File of test data, if EXPORT has only the training data.", show_default=False
        ),
    ] = None,
    dev: DevShare = 0.2,
    test: TestShare = 0.1,
    seed: SplitSeed = 0,
    format: FormatOption = None,
    option: ReaderOptions = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="Language of the texts, as a spaCy code such as de; guessed by default.",
            show_default=False,
        ),
    ] = None,
    include_package: Packages = None,
) -> None:
    """Start a project from annotated data: check and split it, and write an experiment.

    The format is detected. The documents are split into train, dev and test, unless they are split
    already. The experiment file has a few lines, and its comments give the reason for each choice.

    For example:

    * `jointre init export.json --dir project`
    * `jointre init corpus/ --dir project --format brat --test 0`
    * `jointre init train.jsonl --dev-file dev.jsonl --dir project`
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    from jointre.cli._common.readers import format_of, given_options, reader_options
    from jointre.data.partition import parts_in
    from jointre.training.project import Source, init_project

    parts = parts_in(export)
    parts.setdefault("train", export)
    named = {"dev": dev_file, "test": test_file}
    parts |= {name: path for name, path in named.items() if path is not None}
    options = reader_options(option) | given_options(on_error, max_unpacked)
    source = Source(parts, format_of(parts["train"], format), options)
    project = init_project(source, dir, dev=dev, test=test, seed=seed, language=language, log=log)
    _show(project)


def _show(project: "Project") -> None:
    report = project.report
    parts = ", ".join(f"{count:,} {name}" for name, count in project.documents.items())
    for kind, counts in (("entities", report.entity_labels), ("relations", report.relation_labels)):
        labels = ", ".join(f"{label} {count:,}" for label, count in counts.most_common())
        typer.echo(f"{kind}: {labels or 'none'}")
    typer.echo(f"documents: {parts}")
    for count, remark in (
        (report.duplicate_relations, "relations are annotated twice; once counts"),
        (report.self_relations, "relations relate a mention to itself; they cannot be learned"),
        (report.cross_sentence_mentions, "mentions cross a sentence boundary"),
        (report.cross_sentence_relations, "relations cross a sentence boundary"),
    ):
        if count:
            typer.echo(f"look at: {count:,} {remark}")
    for reason in project.recipe.reasons:
        typer.echo(reason)
    run = project.folder / "run"
    experiment = project.folder / "experiment.jsonnet"
    typer.echo(f"{experiment}: written. Next:")
    for words in (
        ["jointre", "train", str(experiment), "-s", str(run)],
        ["jointre", "evaluate", str(run), str(project.evaluated)],
        ["jointre", "predict", str(run), "new.txt"],
    ):
        typer.echo(f"  {shlex.join(words)}")

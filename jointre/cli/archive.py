"""``jointre archive``: a trained model as one file."""

from pathlib import Path
from typing import Annotated

import typer


def archive(
    run: Annotated[
        Path, typer.Argument(help="Run directory or archive folder.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE.tar.gz",
            help="File to write; by default the run's name and .tar.gz, in the working directory.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("-f", "--force", help="Replace an existing file.")] = False,
) -> None:
    """Pack a trained model into a .tar.gz file, which all commands accept in place of the run.

    The file holds what prediction needs: weights, vocabulary, encoder configuration, tokenizer and
    model card, but neither data nor checkpoints. All checksums are verified first.

    For example:

    * `jointre archive runs/quickstart` writes `quickstart.tar.gz`
    * `jointre archive runs/quickstart --output models/news.tar.gz --force`
    * `jointre predict models/news.tar.gz news.txt`
    """
    from jointre.models.archive import pack

    target = Path(f"{name_of(run)}.tar.gz") if output is None else output
    pack(run, target, replace=force)
    typer.echo(f"{target}: written ({target.stat().st_size / 2**20:,.1f} MiB)")


def name_of(run: Path) -> str:
    """The name of a run, of which its archive folder may be given.

    Args:
        run: A run directory or an archive folder.
    """
    path = run.resolve()
    return path.parent.name if path.name == "archive" and path.parent.name else path.name

"""``jointre package``: a trained model as a spaCy pipeline that pip installs."""

from pathlib import Path
from typing import Annotated

import typer

from jointre.cli._common.options import Packages


def package(
    run: Annotated[
        Path,
        typer.Argument(help="Run directory, archive folder or .tar.gz.", show_default=False),
    ],
    name: Annotated[
        str, typer.Option("-n", "--name", help="Without the language: news becomes en_news.")
    ],
    version: Annotated[str, typer.Option("-v", "--version", help="Such as 1.0.0.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the wheel.")] = Path(),
    license: Annotated[
        str, typer.Option(help="The model's licence; the corpus may bind you.", show_default=False)
    ] = "",
    language: Annotated[str, typer.Option(help="spaCy's code of the language.")] = "en",
    force: Annotated[bool, typer.Option("-f", "--force", help="Replace the wheel.")] = False,
    include_package: Packages = None,
) -> None:
    """Make a spaCy pipeline of a trained model, as a wheel with everything in it.

    For example:

    * `jointre package runs/quickstart -n news -v 1.0.0 -o wheels --license CC-BY-4.0`
    * `pip install wheels/en_news-1.0.0-py3-none-any.whl`, then `spacy.load("en_news")`
    """
    from jointre.config import include_packages
    from jointre.integrations.spacy_package import About
    from jointre.integrations.spacy_package import package as build

    about = About(name, version, license, language)
    include_packages(include_package or ())
    typer.echo(f"{build(run, about, output, force)}: written")

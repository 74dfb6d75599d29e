"""``jointre package``: a trained model as a spaCy pipeline that pip installs."""

from pathlib import Path
from typing import Annotated

import typer

from jointre.cli._common.options import Packages, RunArgument


def package(
    run: RunArgument,
    name: Annotated[
        str,
        typer.Option(
            "-n", "--name", help="Name of the package without the language: news becomes en_news."
        ),
    ],
    version: Annotated[
        str, typer.Option("-v", "--version", help="Version of the package, for example 1.0.0.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder to write the wheel to.")
    ] = Path(),
    license: Annotated[
        str,
        typer.Option(
            help="Licence of the model; check what the licence of the training data allows.",
            show_default=False,
        ),
    ] = "",
    language: Annotated[
        str, typer.Option(help="Language of the pipeline, as a spaCy code.")
    ] = "en",
    force: Annotated[
        bool, typer.Option("-f", "--force", help="Replace an existing wheel.")
    ] = False,
    include_package: Packages = None,
) -> None:
    """Make a spaCy pipeline from a trained model, as a wheel that contains the model.

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

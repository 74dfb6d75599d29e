"""``jointre predict``: text in, entities and relations out."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jointre.cli.options import Device, Entities, Packages, tell

if TYPE_CHECKING:
    from jointre.data.schema import Document
    from jointre.inference import Predictor

STDIN = Path("-")


def predict(
    run: Annotated[
        Path,
        typer.Argument(help="Run directory, archive folder or .tar.gz.", show_default=False),
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Texts (.txt, or any other ending), records (.jsonl), - or none: standard input.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="File to write; standard output by default.", show_default=False),
    ] = None,
    render: Annotated[
        Path | None,
        typer.Option(help="Page (.html) to draw all documents into, too.", show_default=False),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(help="Reader of all files: spert, dygie, jsonl, …", show_default=False),
    ] = None,
    entities: Entities = "predict",
    precision: Annotated[
        Literal["fp32", "bf16"], typer.Option(help="Arithmetic of the encoder.")
    ] = "fp32",
    language: Annotated[str, typer.Option(help="spaCy's code of the texts' language.")] = "en",
    device: Device = "auto",
    include_package: Packages = None,
) -> None:
    """Extract entities and relations with character offsets and probabilities.

    For example:

    * `jointre predict runs/quickstart fixtures/newswire/news.txt --output triples.jsonl`
    * `jointre predict runs/quickstart fixtures/newswire/news.txt --render news.html`
    * `echo "Marie Curie worked at the Sorbonne." | jointre predict runs/quickstart`
    """
    from jointre.config import include_packages
    from jointre.errors import DataError

    include_packages(include_package or ())
    from jointre.cli.progress import bar
    from jointre.inference import Predictor
    from jointre.inference.outputs import pictured, write
    from jointre.nn.half import computes_bfloat16

    sources = files or [STDIN]
    if entities == "given" and format is None and any(_is_text(path) for path in sources):
        raise DataError("--entities given needs records with entities: .jsonl files, or --format")
    if format is not None and STDIN in sources:
        raise DataError(f"--format {format}: standard input is read as text; name a file")
    if render is not None and render.suffix.lower() != ".html":
        raise DataError(f"--render {render}: the pictures are a page; its name ends in .html")
    predictor = Predictor.load(run, device=device, precision=precision, language=language)
    if precision == "bf16" and not computes_bfloat16(predictor.device):
        tell("this processor has no arithmetic for bfloat16: fp32, the default, is faster here")
    documents = _read(sources, format, predictor)
    with bar("predicting", None) as step:
        found = predictor.pipe(documents, entities=entities)
        write(found if render is None else pictured(found, render), output, step)


def _is_text(path: Path) -> bool:
    return path.name.removesuffix(".gz").rpartition(".")[2] != "jsonl"


def _read(sources: list[Path], format: str | None, predictor: "Predictor") -> Iterator["Document"]:
    from jointre.data.readers import Reader
    from jointre.data.readers.files import read_text

    for path in sources:
        if path == STDIN:
            yield predictor.read(_stdin(), "stdin")
        elif format is None and _is_text(path):
            yield predictor.read(read_text(path), path.name)
        else:
            reader = Reader.by_name(format or "jsonl")()
            yield from reader.read(path)
            for line in reader.losses.lines():
                tell(f"{path}: {line}")


def _stdin() -> str:
    from jointre.errors import DataError

    try:
        text: str = typer.get_binary_stream("stdin").read().decode()
    except UnicodeDecodeError as error:
        raise DataError(f"standard input: not UTF-8 at byte {error.start}") from error
    return text

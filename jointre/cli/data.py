"""``jointre data``: formats, and what a corpus file holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.command import CheckedApp
from jointre.cli._common.options import (
    FormatOption,
    MaxUnpackedOption,
    OnErrorOption,
    Output,
    Packages,
    ReaderOptions,
)
from jointre.cli._common.output import log, write_json

if TYPE_CHECKING:
    from jointre.data.checks import CorpusReport

app = CheckedApp(help="List formats and check corpus files.", no_args_is_help=True)


@app.command("list")
def list_formats(include_package: Packages = None) -> None:
    """List the formats that can be read and written.

    Example: jointre data list
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from jointre.formats import Reader, Writer

    writers = Writer.names()
    table = Table("format", "file endings", "can be", "what it is")
    for name in Reader.names():
        kind = Reader.by_name(name)
        summary = escape((kind.__doc__ or "").strip().splitlines()[0].replace("``", ""))
        endings = " ".join((*kind.suffixes, *(["or a folder"] if kind.folders else [])))
        able = "read and written" if name in writers else "read"
        table.add_row(name, endings, able, summary)
    Console().print(table)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Corpus file or folder.", show_default=False)],
    format: FormatOption = None,
    option: ReaderOptions = None,
    max_width: Annotated[
        int, typer.Option(min=1, help="Width in words above which an entity counts as wide.")
    ] = 8,
    max_words: Annotated[
        int, typer.Option(min=1, help="Number of words above which a sentence counts as long.")
    ] = 128,
    encoder: Annotated[
        str | None,
        typer.Option(
            help="Encoder whose tokenizer counts pieces: a folder, a hub model or package:NAME.",
            show_default=False,
        ),
    ] = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    output: Output = None,
    include_package: Packages = None,
) -> None:
    """Count what a corpus contains, and what in it may cause problems.

    Example: jointre data check fixtures/newswire/train.jsonl
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    from jointre.cli._common.readers import format_of, given_options, reader_of
    from jointre.data.checks import check_corpus
    from jointre.data.skipped import SkippedData

    format = format_of(file, format, texts=True)
    reader = reader_of(format, option, given_options(on_error, max_unpacked))
    count, limit = None, None
    if encoder is not None:
        from jointre.models.pieces import piece_counter

        count, limit = piece_counter(encoder)
    skipped = SkippedData()
    documents = reader.read(file, skipped)
    report = check_corpus(documents, max_width, max_words, limit, count)
    for line in skipped.lines():
        log(line)
    write_json(report.to_dict(), output)
    _show(file, report)


def _show(file: Path, report: "CorpusReport") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("count", "", title=str(file), title_justify="left")
    for name, value in report.to_dict().items():
        if value is None or value == {}:
            continue
        shown = (
            ", ".join(f"{label} {count:,}" for label, count in value.items())
            if isinstance(value, dict)
            else f"{value:,}"
        )
        table.add_row(name.replace("_", " "), shown)
    Console().print(table)

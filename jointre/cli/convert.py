"""``jointre convert``: one corpus format into another."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import MaxUnpackedOption, OnErrorOption, Packages, ReaderOptions
from jointre.cli._common.output import log

if TYPE_CHECKING:
    from jointre.data.skipped import SkippedData
    from jointre.formats.reader import Reader
    from jointre.formats.writer import Writer


def convert(
    source: Annotated[Path, typer.Argument(help="File or folder to read.", show_default=False)],
    target: Annotated[
        Path,
        typer.Argument(
            help="File to write (compressed if it ends in .gz), or new folder for brat; - is "
            "standard output.",
            show_default=False,
        ),
    ],
    target_format: Annotated[
        str, typer.Option("--to", help="Format to write.", show_default=False)
    ],
    source_format: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Format to read, for example spert or brat (jointre data list shows all); "
            "detected by default.",
            show_default=False,
        ),
    ] = None,
    option: ReaderOptions = None,
    to_option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Option of the writer, for example offsets=code_points; repeatable.",
            show_default=False,
        ),
    ] = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    include_package: Packages = None,
) -> None:
    """Convert a corpus, and report what the target format cannot represent.

    For example:

    * `jointre convert train.json train.jsonl --to jsonl`
    * `jointre convert dev.jsonl - --to spert`
    * `jointre convert export.json corpus --from label_studio --to brat --option several=each`
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    from jointre.cli._common.readers import format_of, given_options, reader_of, writer_of
    from jointre.formats.convert import convert as run

    source_format = format_of(source, source_format, "--from", texts=True)
    reader = reader_of(source_format, option, given_options(on_error, max_unpacked))
    writer = writer_of(target_format, to_option)
    printed = target == Path("-")
    skipped = _print(source, reader, writer) if printed else run(source, target, reader, writer)
    for line in skipped.lines():
        log(line)
    if not printed:
        lost = "see above for what was lost" if skipped else "nothing lost"
        typer.echo(f"{target}: written; {lost}")


def _print(source: Path, reader: "Reader", writer: "Writer") -> "SkippedData":
    """Convert to standard output.

    Raises:
        DataError: The format writes a folder.
    """
    from jointre.atomic import scratch_folder
    from jointre.errors import DataError
    from jointre.formats.convert import convert as run

    with scratch_folder() as folder:
        converted = folder / "converted"
        skipped = run(source, converted, reader, writer)
        if converted.is_dir():
            raise DataError("-: this format is a folder of files, so name a folder to write")
        with converted.open("rb") as file:
            shutil.copyfileobj(file, typer.get_binary_stream("stdout"))
    return skipped

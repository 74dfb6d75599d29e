"""``jointre split``: one corpus into train, dev and test files."""

from collections.abc import Mapping, Sequence
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

if TYPE_CHECKING:
    from jointre.data.schema import Document

DevShare = Annotated[float, typer.Option(min=0, max=1, help="Fraction of the documents for dev.")]
TestShare = Annotated[float, typer.Option(min=0, max=1, help="Fraction of the documents for test.")]
SplitSeed = Annotated[int, typer.Option(min=0, help="Random seed for the split.")]


def split(
    corpus: Annotated[Path, typer.Argument(help="File or folder to split.", show_default=False)],
    dir: Annotated[
        Path,
        typer.Option(
            help="New folder for train.jsonl, dev.jsonl and test.jsonl.", show_default=False
        ),
    ],
    dev: DevShare = 0.2,
    test: TestShare = 0.1,
    seed: SplitSeed = 0,
    format: FormatOption = None,
    option: ReaderOptions = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    include_package: Packages = None,
) -> None:
    """Split a corpus by document, with the labels distributed evenly over the parts.

    Documents with the same words stay in the same part. The same seed gives the same split, also
    if the documents are in another order.

    For example:

    * `jointre split export.json --dir corpus`
    * `jointre split all.jsonl --dir corpus --dev 0.15 --test 0.15 --seed 1`
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    from jointre.cli._common.readers import format_of, given_options, read_annotated, reader_of
    from jointre.data.partition import partition
    from jointre.formats import JsonlWriter
    from jointre.outputs import replaced_folder

    reader = reader_of(format_of(corpus, format), option, given_options(on_error, max_unpacked))
    documents = read_annotated(reader, corpus)
    parts = partition(documents, dev, test, seed)
    parts = {name: documents for name, documents in parts.items() if documents}
    with replaced_folder(dir) as draft:
        for name, documents in parts.items():
            JsonlWriter().write(documents, draft / f"{name}.jsonl")
    show_parts(parts)
    for name in parts:
        typer.echo(f"{dir / name}.jsonl: written")


def show_parts(parts: "Mapping[str, Sequence[Document]]") -> None:
    """Print a table of the documents and labels of each part."""
    from collections import Counter

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    counts = {name: Counter[tuple[str, str]]() for name in parts}
    for name, documents in parts.items():
        counts[name]["", "documents"] = len(documents)
        for document in documents:
            counts[name].update(("entity", entity.label or "") for entity in document.entities)
            counts[name].update(("relation", relation.label) for relation in document.relations)
    table = Table("", "label")
    for name in parts:
        table.add_column(name, justify="right")
    for kind, label in sorted(set().union(*counts.values())):
        cells = [f"{counts[name][kind, label]:,}" for name in parts]
        table.add_row(kind, escape(label), *cells)
    Console().print(table)

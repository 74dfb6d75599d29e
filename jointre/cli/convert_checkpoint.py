"""``jointre convert-checkpoint``: a checkpoint of the published SINET code → an archive."""

from pathlib import Path
from typing import Annotated

import typer

from jointre.cli._common.options import ConfigFile, ExtVars, Overrides, Packages, load
from jointre.cli._common.output import log


def convert_checkpoint(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            help="Checkpoint: a .safetensors file, or a PyTorch file that contains only tensors.",
            show_default=False,
        ),
    ],
    config: ConfigFile,
    archive: Annotated[Path, typer.Argument(help="Folder to write.", show_default=False)],
    types: Annotated[
        Path | None,
        typer.Option(
            help="Types file, in the order of the checkpoint's classes; by default the config's.",
            show_default=False,
        ),
    ] = None,
    overrides: Overrides = None,
    ext_var: ExtVars = None,
    include_package: Packages = None,
) -> None:
    """Convert a checkpoint of the published SINET code.

    Example: jointre convert-checkpoint pytorch_model.bin experiments/sinet_scierc.jsonnet sinet
    """
    loaded = load(config, overrides, ext_var, include_package)
    from jointre.config import construct, resolve
    from jointre.data.vocabulary import Vocabulary
    from jointre.errors import DataError
    from jointre.formats import Reader
    from jointre.models.published import convert_checkpoint as run
    from jointre.training.experiment import Experiment

    resolved = resolve(Experiment, loaded)
    reader_config = resolved["data"]["reader"] | ({"types": str(types)} if types else {})
    reader: Reader = construct(Reader, reader_config, path="data.reader")
    labels = reader.label_sets()
    if labels is None:
        raise DataError(f"{config} names no types file, so the classes are unknown; give --types")
    symmetric = resolved["data"]["symmetric"]
    vocabulary = Vocabulary.build([], labels, symmetric)
    for name in run(checkpoint, resolved["model"], vocabulary, archive):
        log(f"{checkpoint}: {name} skipped; no part of the model reads it")
    typer.echo(f"{archive}: written")

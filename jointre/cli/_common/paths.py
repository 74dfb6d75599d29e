"""What a command reads and what it writes: an output is never one of the inputs.

The parameters are classified by name, once for all commands; a test requires that each path of
each command is classified.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jointre.errors import DataError
from jointre.inputs import archive_around, file_of, same_place

READ = {
    *("checkpoint", "config", "corpus", "data", "dev_file", "export", "file", "files", "gold"),
    *("paths", "predicted", "run", "source", "test_file", "train", "train_facts", "types"),
    *("compare", "fold", "one", "other"),
}
"""Parameters that name files or folders to read."""

RUNS = {"compare", "fold", "one", "other", "paths", "run"}
"""Those that may name run directories or archives."""

WRITTEN = {
    *("archive", "dir", "json", "output", "plot", "predictions", "render", "save_to", "target"),
}
"""Parameters that name files or folders to write."""

INTO = {("init", "dir"), ("package", "output"), ("train", "serialization_dir")}
"""Folders in which a command makes files of its own; by command and parameter."""

_SETTINGS = {"encoder", "ext_var", "option", "overrides", "predicted_option"}  # may hold paths


@dataclass(frozen=True, slots=True)
class NamedPath:
    """A path of a command line.

    Args:
        name: How messages call it, such as ``--output a.txt``.
        path: The path.
        run: Whether it names a run directory or an archive.
    """

    name: str
    path: Path
    run: bool = False


def check_paths(command: str, parameters: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Check that no output of a command is one of its inputs or another output.

    Args:
        command: The command's name.
        parameters: The values of its parameters.
        names: How the parameters are written, ``--output`` for ``output``.

    Raises:
        DataError: An output is an input, would replace a part of one, or equals another output.
    """
    outputs = list(_outputs(command, parameters, names))
    inputs = list(_inputs(parameters, names))
    for number, output in enumerate(outputs):
        archive = archive_around(output.path)
        if archive is not None:
            raise DataError(
                f"{output.name} lies in the archive {archive}, which could not be loaded with a "
                "further file in it; write to another place"
            )
        for source in inputs:
            if same_place(output.path, source.path):
                raise DataError(
                    f"{output.name} is the same as the input {source.path}, which it would "
                    "replace; write to another place"
                )
            if _part_of(output.path, source):
                raise DataError(
                    f"{output.name} is a file of the input {source.path}, which it would replace; "
                    "write to another place"
                )
        for earlier in outputs[:number]:
            if same_place(output.path, earlier.path):
                raise DataError(
                    f"{earlier.name} and {output.name} are the same place; write to two places"
                )


def _outputs(
    command: str, parameters: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[NamedPath]:
    for key, path in parameters.items():
        if key in WRITTEN and isinstance(path, Path) and (command, key) not in INTO:
            if path.exists() and not (path.is_file() or path.is_dir()):
                continue  # /dev/null, a pipe: nothing is replaced
            name = f"{names[key]} {path}"
            yield NamedPath(name, path)
            if (command, key) == ("predict", "output"):
                draft = path.with_name(f"{path.name}.partial")
                yield NamedPath(f"{draft}, in which {name} grows,", draft)


def _inputs(parameters: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[NamedPath]:
    for key, value in parameters.items():
        for item in value if isinstance(value, list | tuple) else [value]:
            if key in READ and isinstance(item, Path):
                yield NamedPath(names[key], item, run=key in RUNS)
                yield from _data_of(item) if key in RUNS else ()
            elif key in _SETTINGS and isinstance(item, str):
                path = Path(item.partition("=")[2] or item)
                if "\0" not in item and os.path.exists(path):
                    yield NamedPath(names[key], path)


def _data_of(run: Path) -> Iterator[NamedPath]:
    """The data files, the types file included, with which a run was trained."""
    from jointre.training.run_files import data_paths, read_object

    config = read_object(run / "config.json") or {}
    for path in data_paths(config):
        yield NamedPath(f"the data of {run}", path)


def _part_of(output: Path, source: NamedPath) -> bool:
    """Whether an output is an existing file of an input folder."""
    if not file_of(output, source.path):
        return False
    if not source.run:
        return True
    folder, target = source.path.resolve(), output.resolve()
    from jointre.models.archive_files import foreign_files
    from jointre.training.run_files import foreign_entries, is_run

    foreign = foreign_entries(folder) if is_run(folder) else foreign_files(folder)
    name = target.relative_to(folder).as_posix()
    return not any(name == entry or name.startswith(f"{entry}/") for entry in foreign)

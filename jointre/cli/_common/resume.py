"""A note beside an unfinished output: model, files and options with which it must be continued."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jointre.errors import DataError, abbreviated

if TYPE_CHECKING:
    from jointre.models.model import Model


def record_of(output: Path) -> Path:
    """The file beside an output that holds the settings of the output."""
    return output.with_name(f"{output.name}.partial.json")


def settings_of(
    model: "Model", sources: Sequence[Path], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything that determines the content of an output, as plain values of JSON.

    Args:
        model: Model, which is identified by a digest of its weights.
        sources: Files in their order, which are identified by name and size.
        options: Options of the command.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    inputs = [[str(path), path.stat().st_size if path.is_file() else None] for path in sources]
    settings = {"model": digest.hexdigest(), "inputs": inputs, **options}
    plain: dict[str, Any] = json.loads(json.dumps(settings))
    return plain


def begin(output: Path, settings: Mapping[str, Any]) -> None:
    """Write the settings of an output beside it, before its first record is written.

    Nothing is written if the output is a device, which has no partial file, or if its folder cannot
    be written to.

    Args:
        output: Output file.
        settings: Settings of the output (:func:`settings_of`).
    """
    from jointre.atomic import written_file

    if output.parent.is_dir() and (output.is_file() or not output.exists()):
        # An error is reported when the output itself is written.
        with suppress(OSError), written_file(record_of(output)) as draft:
            draft.write_text(json.dumps(settings), encoding="utf-8")


def require_same(output: Path, settings: Mapping[str, Any]) -> None:
    """Refuse to continue an output that was begun with other settings.

    Args:
        output: Output file.
        settings: Settings with which it would be continued.

    Raises:
        DataError: A setting differs; all differences are listed.
    """
    try:
        before = json.loads(record_of(output).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return  # an output of an earlier version
    except ValueError as error:
        raise DataError(
            f"{record_of(output)}: it is damaged, so it cannot be checked whether {output} can be "
            "continued; delete it and the .partial file to begin again"
        ) from error
    differences = [
        f"{name}: {abbreviated(before.get(name))} there, {abbreviated(settings[name])} now"
        for name in settings
        if before.get(name) != settings[name]
    ]
    if differences:
        raise DataError(
            f"{output}: --resume must continue with the same model, files and options, but these "
            f"differ: {'; '.join(differences)}. Repeat the first command with --resume, or delete "
            f"{output.name}.partial to begin again"
        )


def finish(output: Path) -> None:
    """Delete the settings beside an output that is complete, or has no records yet."""
    if not output.with_name(f"{output.name}.partial").exists():
        record_of(output).unlink(missing_ok=True)

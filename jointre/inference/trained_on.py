"""Whether a file to evaluate is one that the model was trained on."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def digests(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of the content of each file, by its path."""
    return {str(path): _sha256(path) for path in files}


def trained_on_note(about: Mapping[str, Any], files: Iterable[Path]) -> str | None:
    """A warning for the user if a model was trained on any of the files; otherwise None.

    Args:
        about: The archive's facts about its training; ``trained_on`` has the digests.
        files: Files to evaluate, which are compared by content.
    """
    trained_on = about.get("trained_on")
    if not isinstance(trained_on, Mapping):
        return None
    content = digests(files)
    seen = [path for path, digest in content.items() if digest in trained_on.values()]
    if not seen:
        return None
    seen_files = "this file" if len(content) == 1 else f"{len(seen)} of these {len(content)} files"
    held_out = about.get("dev_fraction") is not None
    return (
        f"warning: the model was trained on {seen_files}, so the scores do not show how well it "
        "does on new text; evaluate it on a file that it has not seen"
        + (", such as dev.jsonl in the run directory (the held-out dev_fraction)" * held_out)
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Pictures of documents: which there are, and where they go."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from jointre.data.schema import Document
from jointre.display import page
from jointre.display.colors import check_colors
from jointre.display.svg import svg
from jointre.errors import DataError
from jointre.formats.common.files import replaced

STYLES, FORMATS = ("relations", "entities"), ("svg", "html")


def render(
    document: Document,
    style: str = "relations",
    format: str | None = None,
    output: str | Path | None = None,
    colors: Mapping[str, str] | None = None,
) -> str:
    """See :meth:`Document.render`."""
    wanted, chosen = colors or {}, format
    if chosen is None:
        chosen = "svg" if output is None else format_of(Path(output))
    for name, value, choices in (("style", style, STYLES), ("format", chosen, FORMATS)):
        if value not in choices:
            raise DataError(f"{name}={value!r} is unknown; take {' or '.join(map(repr, choices))}")
    check_colors(wanted)
    if chosen == "html":
        figure = page.figure(document, style, wanted)
        picture = page.start(document.id) + figure + page.END
    else:
        shown = document if style == "relations" else replace(document, relations=())
        picture = svg(shown, wanted)
    if output is not None:
        with replaced(Path(output)) as stream:
            stream.write(picture.encode())
    return picture


def format_of(path: Path) -> str:
    """The format that a file's ending names.

    Raises:
        DataError: it names none.
    """
    for name in FORMATS:
        if path.suffix.lower() == f".{name}":
            return name
    raise DataError(f"{path}: a picture's name ends in .svg or .html; or give format=")

"""Render a document as an SVG or HTML picture."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from jointre.data.schema import Document
from jointre.display import page
from jointre.display.colors import check_colors
from jointre.display.svg import svg
from jointre.errors import DataError
from jointre.inputs import archive_around
from jointre.outputs import replaced

STYLES, FORMATS = ("relations", "entities"), ("svg", "html")


def render(
    document: Document,
    style: str = "relations",
    format: str | None = None,
    output: str | Path | None = None,
    *,
    colors: Mapping[str, str] | None = None,
) -> str:
    """Draw the entities and relations of a document as a picture that needs no other file.

    Args:
        document: The document to draw.
        style: ``"relations"`` draws them as arcs over the labelled words; ``"entities"``
            highlights the entities alone, in HTML by spaCy's displaCy.
        format: ``"svg"``, or ``"html"`` for a whole page; None: the format of the ending of
            ``output``, or ``"svg"`` without output.
        output: File to write; it appears once it is complete.
        colors: Colours of labels, such as ``{"Person": "#77aadd"}``, instead of the default ones;
            the default colour of a label is the same in every picture.

    Raises:
        DataError: The style, format or a colour does not exist, the file cannot be written, or it
            exists and is not a picture (it may be the data that was read).

    Example:
        >>> render(Document("d", ("Ada",)))[:36]
        '<svg xmlns="http://www.w3.org/2000/s'
    """
    if format is None:
        format = "svg" if output is None else format_of(Path(output))
    for name, value, choices in (("style", style, STYLES), ("format", format, FORMATS)):
        if value not in choices:
            raise DataError(f"{name}={value!r} is unknown; take {' or '.join(map(repr, choices))}")
    check_colors(colors or {})
    picture = _picture(document, style, format, colors or {})
    if output is not None:
        _refuse_other_file(Path(output))
        with replaced(Path(output)) as stream:
            stream.write(picture.encode())
    return picture


def _picture(document: Document, style: str, format: str, colors: Mapping[str, str]) -> str:
    if format == "html":
        return page.start(document.id) + page.figure(document, style, colors) + page.END
    shown = document if style == "relations" else replace(document, relations=())
    return svg(shown, colors)


def _refuse_other_file(path: Path) -> None:
    """Raise an error if a picture would replace a file of another kind, or spoil an archive."""
    archive = archive_around(path)
    if archive is not None:
        raise DataError(
            f"{path} lies in the archive {archive}, which could not be loaded with a further file "
            "in it; write to another place"
        )
    if not path.is_file() or path.suffix.lower() in (".svg", ".html"):
        return
    with path.open("rb") as stream:
        first_bytes = stream.read(100).lower()
    if first_bytes and not first_bytes.startswith((b"<svg", b"<!doctype html")):
        raise DataError(
            f"{path}: this file is not a picture, and the picture would replace it; write to "
            "another place"
        )


def format_of(path: Path) -> str:
    """The picture format that belongs to the ending of a file name.

    Raises:
        DataError: No format has this ending.
    """
    for name in FORMATS:
        if path.suffix.lower() == f".{name}":
            return name
    raise DataError(f"{path}: a picture's name ends in .svg or .html; or give format=")

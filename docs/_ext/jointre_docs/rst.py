"""Pieces of reStructuredText."""

from collections.abc import Iterable, Sequence


def title(text: str, mark: str = "=") -> list[str]:
    """A heading."""
    return [text, mark * len(text), ""]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], widths: str) -> list[str]:
    """A table whose cells are lines of text.

    Args:
        head: the names of the columns.
        rows: the cells, row by row.
        widths: relative widths of the columns, parted by blanks.
    """
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in (head, *rows):
        for position, cell in enumerate(row):
            lines.append(f"   {'* -' if position == 0 else '  -'} {cell}".rstrip())
    return [*lines, ""]


def code(text: str) -> str:
    """Text in the type of code, as it stands."""
    return f"``{text}``" if text.strip() == text != "" else f"``{text!r}``"

"""Colours of labels: the same in every document, and apart for the colour-blind."""

import re
from collections.abc import Mapping
from zlib import crc32

from jointre.errors import DataError

PAPER, INK, FAINT = "#ffffff", "#111111", "#6b6b6b"
# Paul Tol's scheme "light", which is meant for cells under dark text.
FILLS = (
    *("#77aadd", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00"),
    *("#eedd88", "#ee8866", "#ffaabb", "#dddddd"),
)
# Seven of two dozen dark colours, all fit for text on white, whose least distance as people with
# protanopia, deuteranopia, tritanopia or neither see them is largest.
LINES = ("#332288", "#0077bb", "#8a5a00", "#b0006d", "#6f4bd8", "#225522", "#d41159")
# Under these the labels of well-known corpora fall on different colours, all but a few.
_FILL_SALT, _LINE_SALT = "ink5634", "70"
_COLOR = re.compile(r"#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|[a-zA-Z]+")


def fill(label: str, colors: Mapping[str, str]) -> str:
    """The colour behind an entity's label, which is written in ``INK``.

    Args:
        label: of the entity.
        colors: what the user wants for some labels.
    """
    return colors.get(label) or FILLS[_slot(_FILL_SALT, label, len(FILLS))]


def line(label: str, colors: Mapping[str, str]) -> str:
    """The colour of a relation's line and its label, on ``PAPER``.

    Args:
        label: of the relation.
        colors: what the user wants for some labels.
    """
    return colors.get(label) or LINES[_slot(_LINE_SALT, label, len(LINES))]


def check_colors(colors: Mapping[str, str]) -> None:
    """Whether all colours are plain ones, which can stand in a page.

    Raises:
        DataError: one is not.
    """
    for label, color in colors.items():
        if not _COLOR.fullmatch(color):
            raise DataError(
                f"colors[{label!r}]={color!r} is no colour; write #77aadd, #7ad or a name "
                "such as gold"
            )


def _slot(salt: str, label: str, count: int) -> int:
    return crc32(f"{salt}{label}".encode("utf-8", "surrogatepass")) % count

"""Colours of labels: the same in every document, and apart for the colour-blind."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
# With these salts, nearly all labels of well-known corpora get different colours.
_FILL_SALT, _LINE_SALT = "ink5634", "70"
# Further colours, for labels whose usual one is taken in a picture.
_MORE_FILLS = (
    *("#c8b6ff", "#ffc9de", "#a8e6cf", "#ffd6a5", "#d0f4de", "#e4c1f9"),
    *("#caffbf", "#f1c0a8", "#b8e0d2", "#fdffb6", "#bde0fe"),
)
_MORE_LINES = (
    *("#7a1f1f", "#005f73", "#5a3e85", "#9b2226", "#1b4965", "#6a4c00", "#3a5a40"),
    *("#8a2be2", "#a0522d", "#003f88", "#7f055f", "#2f4f4f", "#c1121f"),
)
_COLOR = re.compile(r"#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|[a-zA-Z]+")


def fill(label: str, colors: Mapping[str, str]) -> str:
    """The background colour of an entity's label, which is written in ``INK``.

    Args:
        label: Label of the entity.
        colors: Colours that the user chose for some of the labels.
    """
    return colors.get(label) or FILLS[_slot(_FILL_SALT, label, len(FILLS))]


def line(label: str, colors: Mapping[str, str]) -> str:
    """The colour of a relation's line and its label, on ``PAPER``.

    Args:
        label: Label of the relation.
        colors: Colours that the user chose for some of the labels.
    """
    return colors.get(label) or LINES[_slot(_LINE_SALT, label, len(LINES))]


def fills(labels: Iterable[str], colors: Mapping[str, str]) -> dict[str, str]:
    """The colour of each entity label of a picture; different ones for up to 20 labels.

    Args:
        labels: Entity labels of the picture.
        colors: Colours that the user chose for some of the labels.
    """
    return _distinct(labels, colors, fill, (*FILLS, *_MORE_FILLS))


def lines(labels: Iterable[str], colors: Mapping[str, str]) -> dict[str, str]:
    """The colour of each relation label of a picture; different ones for up to 20 labels.

    Args:
        labels: Relation labels of the picture.
        colors: Colours that the user chose for some of the labels.
    """
    return _distinct(labels, colors, line, (*LINES, *_MORE_LINES))


def _distinct(
    labels: Iterable[str],
    colors: Mapping[str, str],
    usual: Callable[[str, Mapping[str, str]], str],
    choices: Sequence[str],
) -> dict[str, str]:
    """The usual colours; a label whose usual colour is taken gets the next free one."""
    names = sorted(set(labels))
    chosen = {name: colors[name] for name in names if colors.get(name)}
    for name in names:
        if name not in chosen:
            taken = set(chosen.values())
            usual_color = usual(name, colors)
            free = [color for color in (usual_color, *choices) if color not in taken]
            chosen[name] = free[0] if free else usual_color
    return chosen


def check_colors(colors: Mapping[str, str]) -> None:
    """Check that all colours are hexadecimal numbers or names, which are safe to put into a page.

    Raises:
        DataError: A colour is anything else.
    """
    for label, color in colors.items():
        if not _COLOR.fullmatch(color):
            raise DataError(
                f"colors[{label!r}]={color!r} is not a colour; write #77aadd, #7ad or a name "
                "such as gold"
            )


def _slot(salt: str, label: str, count: int) -> int:
    return crc32(f"{salt}{label}".encode("utf-8", "surrogatepass")) % count

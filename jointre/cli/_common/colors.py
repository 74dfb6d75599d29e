"""Colours of labels from a command line."""

import json
from collections.abc import Sequence
from pathlib import Path

from jointre.errors import DataError


def colors_of(items: Sequence[str] | None) -> dict[str, str]:
    """Colours by label.

    Args:
        items: ``LABEL=#RRGGBB``, or the name of a JSON file with an object of labels and colours.

    Raises:
        DataError: An item has another form, or a colour is not one.
    """
    from jointre.display.colors import check_colors
    from jointre.formats.common.files import parse, read_text

    colors: dict[str, str] = {}
    for item in items or ():
        label, equals, color = item.rpartition("=")
        if equals and label:
            colors[label] = color
            continue
        path = Path(item)
        if path.suffix != ".json":
            raise DataError(
                f"--colors {item}: write LABEL=#rrggbb, or name a .json file such as "
                f"{json.dumps({'Person': '#77aadd'})}"
            )
        named = parse(read_text(path), path)
        if not isinstance(named, dict) or not all(isinstance(c, str) for c in named.values()):
            raise DataError(f"{path}: expected an object of labels and colours, such as Person")
        colors.update(named)
    check_colors(colors)
    return colors

"""Attention maps as pictures: a page of HTML, a PNG, or the numbers as JSON."""

from collections.abc import Callable
from html import escape
from importlib import import_module
from pathlib import Path

from jointre.analysis.attention import AttentionMap
from jointre.analysis.heatmap_parts import (
    COLORS,
    captions,
    ink,
    lines,
    percent,
    shade,
    share,
    title,
)
from jointre.errors import ConfigError
from jointre.formats.common.files import dump
from jointre.outputs import replaced

LINE = 110.0  # characters of the words of a line of HTML
LEAST = 5  # characters of the narrowest column: a figure fits in
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: %(None)s; margin: 2em; }
table { border-spacing: 2px 3px; margin-bottom: 1.2em; }
thead th { font-weight: normal; padding: 0 .3em; white-space: pre; }
tbody th { font-weight: normal; text-align: right; min-width: 13em; padding-right: .6em; }
td { text-align: center; font-size: 12px; min-width: 2.6em; border-radius: 2px; }
small, li { color: #505050; }
.related, thead th.related { font-weight: bold; color: %(related)s; }
.entity, thead th.entity { font-weight: bold; color: %(entity)s; }
.scale { display: inline-block; width: 12em; height: .9em; vertical-align: middle; }
""" % {str(mark): color for mark, color in COLORS.items()}


def check_output(path: Path) -> None:
    """Check that a picture with this name can be made, before any work is done.

    Raises:
        ConfigError: The ending is unknown, or matplotlib is missing.
    """
    _writer(path)


def write(picture: AttentionMap, path: Path) -> None:
    """Write a picture to a file, atomically.

    Args:
        picture: Attention of one unit.
        path: File to write, which ends in ``.html``, ``.png`` or ``.json``.

    Raises:
        ConfigError: See :func:`check_output`.
        DataError: The file cannot be written, or the unit is too long for a PNG.
    """
    content = _writer(path)(picture)
    with replaced(path) as stream:
        stream.write(content)


def _writer(path: Path) -> Callable[[AttentionMap], bytes]:
    ending = path.suffix.lower()
    if ending == ".html":
        return lambda picture: html(picture).encode("utf-8", "xmlcharrefreplace")
    if ending == ".json":
        return lambda picture: dump(picture.to_dict(), picture.id).encode() + b"\n"
    if ending != ".png":
        raise ConfigError(f"{path}: a picture's name ends in .html, .png or .json")
    try:
        import_module("matplotlib")
    except ImportError as error:
        raise ConfigError(
            f"{path}: a PNG is drawn by matplotlib, which is not installed; install it "
            "(pip install 'jointre[plots]'), or write .html or .json"
        ) from error
    from jointre.analysis.heatmap_png import png

    return png


def html(picture: AttentionMap) -> str:
    """A page that needs no other file and runs no script."""
    sizes = [max(len(token), LEAST) + 1.0 for token in picture.tokens]
    tables = "\n".join(_table(picture, line) for line in lines(sizes, LINE))
    remarks = "".join(f"<li>{escape(text)}</li>" for text in captions(picture))
    low, high = shade(0.0), shade(1.0)
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Attention: {escape(picture.id)}</title>
<style>{STYLE}</style></head><body>
<h1>Attention: {escape(picture.id)}</h1>
{tables}
<p>0 <span class="scale" style="background: linear-gradient(to right, {low}, {high})"></span>
maximum of the row. Figures are percent of the row's attention.</p>
<p>Gold: <span class="related">entity in a relation</span>, <span class="entity">other
entity</span>.</p>
<ul>{remarks}</ul>
</body></html>
"""


def _table(picture: AttentionMap, line: range) -> str:
    """The words of one line, and a row of cells for each distribution."""
    marks = picture.marks
    tops = [row.top for row in picture.rows]
    heads = "".join(f'<th class="{marks[i] or ""}">{escape(picture.tokens[i])}</th>' for i in line)
    body = "\n".join(
        f"<tr><th>{escape(title(row))} <small>max {percent(top)} %</small></th>"
        + "".join(_cell(picture.tokens[i], row.weights[i], top) for i in line)
        + "</tr>"
        for row, top in zip(picture.rows, tops, strict=True)
    )
    return f"<table><thead><tr><th></th>{heads}</tr></thead>\n<tbody>{body}</tbody></table>"


def _cell(token: str, weight: float, top: float) -> str:
    fraction = share(weight, top)
    return (
        f'<td style="background: {shade(fraction)}; color: {ink(fraction)}" '
        f'title="{escape(token)}: {100 * weight:.4g} %">{percent(weight)}</td>'
    )

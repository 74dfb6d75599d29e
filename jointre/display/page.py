"""Pages of pictures: HTML that needs no other file and runs no script."""

from collections.abc import Mapping

from jointre.data.schema import Document
from jointre.display.colors import INK, PAPER
from jointre.display.displacy import entities_html
from jointre.display.measure import markup
from jointre.display.svg import svg

END = "</body></html>\n"


def start(title: str) -> str:
    """The beginning of a page, to be followed by figures and ``END``.

    Args:
        title: Title of the page.
    """
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{markup(title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body {{ font: 15px/1.5 Arial, Helvetica, sans-serif; color: {INK}; background: {PAPER};
margin: 1.5em; }} h2 {{ font-size: 1em; margin: 0; }} figure {{ margin: 0 0 2em; }}</style>
</head><body>
"""


def figure(document: Document, style: str, colors: Mapping[str, str]) -> str:
    """One document of a page, under its id.

    Args:
        document: Document to show.
        style: What to show, ``relations`` or ``entities``.
        colors: Colours of labels, in place of the default ones.
    """
    return (
        f'<figure><h2 dir="auto">{markup(document.id)}</h2>\n{inner(document, style, colors)}\n'
        "</figure>\n"
    )


def notebook(document: Document) -> str:
    """The HTML that a notebook shows for a document: its relations as arcs."""
    return inner(document, "relations", {})


def inner(document: Document, style: str, colors: Mapping[str, str]) -> str:
    """A picture as HTML for any page, with a scroll bar if it is wide.

    Args:
        document: Document to show.
        style: What to show, ``relations`` or ``entities``.
        colors: Colours of labels, in place of the default ones.
    """
    draw = {"relations": svg, "entities": entities_html}[style]
    return f'<div style="overflow-x: auto">{draw(document, colors)}</div>'

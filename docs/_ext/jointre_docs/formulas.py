"""Formulas as SVG within the page, so that it needs no script, no font and no network."""

from html import escape
from typing import Any

import ziamath
from docutils.nodes import Element, SkipNode
from sphinx.application import Sphinx

SIZE = 18.0  # pixels; like the text of the pages
MARGIN = 1.0  # pixels around a formula


def setup(app: Sphinx) -> None:
    """Register the renderer ``svg``."""
    app.add_html_math_renderer("svg", (visit_inline, None), (visit_block, None))


def svg(formula: str, inline: bool) -> str:
    """Draw a formula in the colour of the text around it.

    Args:
        formula: Formula in LaTeX, which is also the text that screen readers get.
        inline: Whether it stands in a line of text, on whose baseline it is put.
    """
    drawing = ziamath.Latex(formula, size=SIZE, color="currentColor", inline=inline, margin=MARGIN)
    style = f"vertical-align: {drawing.getyofst() - MARGIN:.1f}px" if inline else "max-width: 100%"
    label = escape(" ".join(formula.split()), quote=True)
    attributes = f'<svg role="img" aria-label="{label}" style="{style}" '
    return str(drawing.svg()).replace("<svg ", attributes, 1)


def visit_inline(translator: Any, node: Element) -> None:
    """Write a formula within a sentence."""
    translator.body.append(svg(node.astext(), inline=True))
    raise SkipNode


def visit_block(translator: Any, node: Element) -> None:
    """Write a formula that stands on lines of its own."""
    body = svg(node.astext(), inline=False)
    translator.body.append(f'<p style="text-align: center">{body}</p>\n')
    raise SkipNode

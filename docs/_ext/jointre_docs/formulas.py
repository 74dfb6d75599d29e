"""Formulas as MathML, which browsers draw themselves: pages need no script and no network."""

from typing import Any

import latex2mathml.converter
from docutils.nodes import Element, SkipNode
from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register the renderer ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))


def mathml(formula: str, display: str) -> str:
    """Convert a formula.

    Args:
        formula: Formula in LaTeX.
        display: ``"inline"`` or ``"block"``.
    """
    return str(latex2mathml.converter.convert(formula, display=display))


def visit_inline(translator: Any, node: Element) -> None:
    """Write a formula within a sentence."""
    translator.body.append(mathml(node.astext(), "inline"))
    raise SkipNode


def visit_block(translator: Any, node: Element) -> None:
    """Write a formula that stands on lines of its own."""
    translator.body.append(f'<div class="math">{mathml(node.astext(), "block")}</div>\n')
    raise SkipNode

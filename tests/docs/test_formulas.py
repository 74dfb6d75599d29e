"""Formulas of the specifications are drawn into the pages."""

import re
from pathlib import Path

import pytest
import ziamath
from jointre_docs.formulas import svg

from tests.markdown import ROOT

SPECS = sorted((ROOT / "docs/specs").glob("*.md"))
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<!\$)\$([^$\n]+(?:\n[^$\n]+)?)\$(?!\$)", re.DOTALL)


def formulas(page: str) -> list[str]:
    """Formulas of a page, except in its code."""
    text = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    return [block or inline for block, inline in FORMULA.findall(text)]


def unknown(formula: str) -> list[str]:
    """Commands of LaTeX that would be drawn as they are."""
    return re.findall(r">(\\\w+)<", ziamath.Latex(formula).mathmlstr())


@pytest.mark.parametrize("page", SPECS, ids=lambda page: page.stem)
def test_every_command_is_known(page: Path) -> None:
    found = formulas(page.read_text(encoding="utf-8"))
    assert len(found) >= 50
    assert {formula: unknown(formula) for formula in found if unknown(formula)} == {}


def test_an_unknown_command_is_noticed() -> None:
    assert unknown(r"a + \nonsense b") == [r"\nonsense"]


def test_a_formula_takes_the_colour_and_the_baseline_of_the_text() -> None:
    drawing = svg(r"a_i < \sqrt{2}", inline=True)
    assert drawing.startswith(
        '<svg role="img" aria-label="a_i &lt; \\sqrt{2}" style="vertical-align: -'
    )
    assert 'fill="currentColor"' in drawing
    assert "black" not in drawing


def test_a_block_is_larger_than_the_same_formula_in_a_line() -> None:
    inline, block = (svg(r"\sum_{i=1}^n i", inline=inline) for inline in (True, False))
    heights = [float(re.findall(r' height="([\d.]+)"', each)[0]) for each in (inline, block)]
    assert heights[0] < heights[1]

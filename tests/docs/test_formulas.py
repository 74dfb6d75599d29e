"""Formulas are drawn by the browser from MathML."""

import re
from pathlib import Path

import pytest
from jointre_docs.formulas import mathml

from tests.markdown import ROOT

SPECS = sorted((ROOT / "docs/specs").glob("*.md"))
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<!\$)\$([^$\n]+(?:\n[^$\n]+)?)\$(?!\$)", re.DOTALL)


def formulas(page: str) -> list[str]:
    """Formulas of a page, those in its code aside."""
    text = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    return [block or inline for block, inline in FORMULA.findall(text)]


def unknown(formula: str) -> list[str]:
    """Commands of LaTeX that the conversion leaves as they are."""
    return re.findall(r">\\\w+<", mathml(formula, "inline"))


@pytest.mark.parametrize("page", SPECS, ids=lambda page: page.stem)
def test_every_command_is_converted(page: Path) -> None:
    converted = formulas(page.read_text(encoding="utf-8"))
    assert len(converted) >= 50
    assert {formula: unknown(formula) for formula in converted if unknown(formula)} == {}


def test_an_unknown_command_is_noticed() -> None:
    assert unknown(r"a + \nonsense b") == [r">\nonsense<"]


def test_a_formula_becomes_mathml() -> None:
    block = mathml(r"a_{i} \le \sqrt{2}", "block")
    assert 'display="block"' in block
    assert "<msub><mi>a</mi>" in block
    assert "<msqrt>" in block

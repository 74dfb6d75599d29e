"""Sections of the specifications that the code and the tests cite exist in docs/specs."""

import re
from pathlib import Path

import pytest

from tests.markdown import ROOT

SPECS = {"SINET": "sinet", "CARE": "care", "memory": "memory"}
NUMBER = r"§\d+(?:\.\d+)?"
# "SINET §2, §3.5, §3.7", also across a line break.
CITATION = re.compile(rf"\b(\w+)\s+({NUMBER}(?:(?:,| and)\s+{NUMBER})*)")
SOURCES = [*sorted((ROOT / "jointre").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]


def headings(text: str) -> set[str]:
    """Numbers of a page's sections: "3", "3.8"."""
    return set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?) ", text, re.MULTILINE))


def unresolved(text: str, sections: dict[str, set[str]]) -> list[str]:
    """Citations in a text whose specification or section does not exist."""
    missing = []
    for name, numbers in CITATION.findall(text):
        known = sections.get(name if name in sections else name.lower(), set())
        for number in re.findall(r"\d+(?:\.\d+)?", numbers):
            if number not in known:
                missing.append(f"{name} §{number}")
    return missing


@pytest.fixture(scope="module")
def sections() -> dict[str, set[str]]:
    return {
        name: headings((ROOT / f"docs/specs/{page}.md").read_text(encoding="utf-8"))
        for name, page in SPECS.items()
    }


@pytest.mark.parametrize("page", ["sinet", "care", "memory"])
def test_sections_are_numbered_in_order_without_gaps(page: str) -> None:
    text = (ROOT / f"docs/specs/{page}.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^## (\d+) ", text, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, 11)]
    assert len(headings(text)) == len(re.findall(r"^#{2,3} ", text, re.MULTILINE))


def test_every_citation_resolves(sections: dict[str, set[str]]) -> None:
    citing = [path for path in SOURCES if path != Path(__file__)]
    texts = {path: path.read_text(encoding="utf-8") for path in citing}
    assert sum(len(CITATION.findall(text)) for text in texts.values()) >= 60
    missing = {
        path.relative_to(ROOT).as_posix(): found
        for path, text in texts.items()
        if (found := unresolved(text, sections))
    }
    assert missing == {}


def test_every_section_sign_belongs_to_a_citation_that_names_its_page() -> None:
    bare = {
        path.relative_to(ROOT).as_posix(): left
        for path in SOURCES
        if path != Path(__file__)
        and (left := re.findall(r".*§.*", CITATION.sub("", path.read_text(encoding="utf-8"))))
    }
    assert bare == {}


def test_what_does_not_exist_is_noticed(sections: dict[str, set[str]]) -> None:
    text = "SINET §3.8, §3.99 and\nNOTES §1; memory §10.4, Memory §11"
    assert unresolved(text, sections) == ["SINET §3.99", "NOTES §1", "Memory §11"]

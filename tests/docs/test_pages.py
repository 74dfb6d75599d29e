"""All Python and all ``bash`` blocks of the documentation run."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jointre.cli.main import app
from tests.markdown import ROOT, run_python, shell_blocks, workspace

PAGES = sorted((ROOT / "docs").rglob("*.md"))
WITH_PYTHON = [page for page in PAGES if "```python" in page.read_text(encoding="utf-8")]
COMMANDS = [
    (page, line) for page in PAGES for _, block in shell_blocks(page) for line in block.splitlines()
]


def name_of(page: Path) -> str:
    return page.stem if isinstance(page, Path) else str(page)


def test_the_pages_are_there() -> None:
    guides = (
        "attention custom_components data prediction published_differences quickstart scores "
        "training"
    )
    assert [page.stem for page in PAGES if page.parent.name == "guides"] == guides.split()
    assert {page.stem for page in PAGES if page.parent.name == "docs"} >= {"design", "benchmarks"}


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_the_python_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace())
    assert run_python(page) == page.read_text(encoding="utf-8").count("```python")


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=name_of)
def test_the_commands_run(page: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace())
    program, *arguments = shlex.split(line)
    assert program == "jointre"
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    files = re.findall(r"`((?:experiments|fixtures|tests|docs)/[\w./]+\.\w+)`", text)
    assert [file for file in files if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_fences_say_what_they_hold(page: Path) -> None:
    fences = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(fences[::2]) <= {"bash", "python", "text", "json", "jsonnet"}
    assert set(fences[1::2]) <= {""}

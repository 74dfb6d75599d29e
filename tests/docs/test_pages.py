"""A reader who follows a page from top to bottom gets what it says."""

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from jointre_docs import commands
from typer.testing import CliRunner

from jointre.cli.main import app
from tests.markdown import ROOT, run_page

DOCS = ROOT / "docs"
# What a build writes is no page of ours.
PAGES = sorted(
    page
    for page in DOCS.rglob("*.md")
    if page.relative_to(DOCS).parts[0] not in ("_build", "reference")
)
RUN = ("```python", "```bash", "```jsonnet", "```json")
WITH_CODE = [page for page in PAGES if any(each in page.read_text("utf-8") for each in RUN)]


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def commands_in(text: str) -> Iterator[str]:
    """What is printed as a command: lines of blocks, and code within the text."""
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in ("bash", "text"):
            lines = [line for line in block.splitlines() if line.startswith("jointre ")]
            # In the synopsis of a command, brackets say what may be left out.
            yield from (re.sub(r"[\[\]]", "", line) for line in lines if language == "text")
            yield from (line for line in lines if language == "bash")
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`(jointre [^`]+)`", outside):
        yield " ".join(code.split())


def exit_code(command: str) -> int:
    """0 where the command, and each of its options, exists."""
    program, *arguments = shlex.split(command)
    assert program == "jointre"
    return CliRunner().invoke(app, [*arguments, "--help"]).exit_code


def test_pages_are_found() -> None:
    assert {"index.md", "faq.md", "guides/quickstart.md"} <= {name_of(page) for page in PAGES}
    assert len(WITH_CODE) >= 8


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_it_works_from_top_to_bottom(
    page: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    text = page.read_text(encoding="utf-8")
    assert run_page(page) == sum(text.count(f"\n{start}\n") for start in RUN)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.stem)
def test_its_commands_exist(page: Path) -> None:
    found = list(commands_in(page.read_text(encoding="utf-8")))
    assert [command for command in found if exit_code(command) != 0] == []


def test_the_examples_of_the_command_line_exist() -> None:
    found = [each for each in commands_in(commands.page()) if "OPTIONS" not in each]
    assert len(found) >= 15
    assert [command for command in found if exit_code(command) != 0] == []


@pytest.mark.parametrize("wrong", ["jointre trian FILE", "jointre train FILE --epochs 3"])
def test_a_wrong_command_is_noticed(wrong: str) -> None:
    assert list(commands_in(f"```text\n{wrong}\n```\n")) == [wrong]
    assert exit_code(wrong) == 2


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_is_installed_exists(page: Path) -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    for extra in re.findall(r"pip install [^\n`]*\[(\w+)\]", page.read_text(encoding="utf-8")):
        assert extra in setup["options.extras_require"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    made = [link for link in links if link.removeprefix("../").startswith("reference/")]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert [link for link in missing if link not in made] == []
    folders = "experiments|fixtures|tests|docs|examples|jointre"
    files = re.findall(rf"`((?:{folders})/[\w./]+\.\w+)`", text)
    assert [file for file in files if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_fences_say_what_they_hold(page: Path) -> None:
    fences = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(fences[::2]) <= {"bash", "python", "text", "json", "jsonnet"}
    assert set(fences[1::2]) <= {""}

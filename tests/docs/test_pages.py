"""A reader who follows a page from top to bottom gets what it says."""

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from jointre_docs import commands
from jointre_docs.references import exists
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


# Pages without the list of changes, which names what there was.
NAMING_PATHS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
FOLDERS = "experiments|fixtures|tests|docs|examples|jointre"


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def commands_in(text: str) -> Iterator[str]:
    """What is printed as a command: lines of blocks, and code within the text."""
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in ("bash", "text"):
            lines = [line for line in block.splitlines() if line.startswith("jointre ")]
            # In the synopsis of a command, brackets say what may be skipped.
            yield from (re.sub(r"[\[\]]", "", line) for line in lines if language == "text")
            yield from (line for line in lines if language == "bash")
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`(jointre [^`]+)`", outside):
        yield " ".join(code.split())


def inline_code(text: str) -> list[str]:
    """Code within the sentences of a page, that of its blocks aside."""
    return re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    )


def paths_in(text: str) -> list[str]:
    """Files and folders of the repository that a page names; they may hold ``*``."""
    return [code for code in inline_code(text) if re.fullmatch(rf"(?:{FOLDERS})/[\w./*-]*", code)]


def names_in(text: str) -> list[str]:
    """Modules, classes and functions of jointre that a page names."""
    return [code for code in inline_code(text) if re.fullmatch(r"jointre(?:\.\w+)+", code)]


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


@pytest.mark.parametrize("page", NAMING_PATHS, ids=lambda page: page.stem)
def test_paths_and_names_of_the_code_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [path for path in paths_in(text) if not list(ROOT.glob(path))] == []
    assert [name for name in names_in(text) if not exists(name)] == []


def test_the_tour_names_files_of_the_code() -> None:
    tour = (DOCS / "tour.md").read_text(encoding="utf-8")
    assert len([path for path in paths_in(tour) if path.startswith("jointre/")]) >= 12


def test_paths_and_names_are_recognised() -> None:
    text = "`jointre/nn/gone.py`, `tests/naive/`, `x/y.py`\n```text\n`tests/no.py`\n```\n"
    assert paths_in(text) == ["jointre/nn/gone.py", "tests/naive/"]
    assert names_in(f"{text}`jointre.load`, `jointre.load(x)`, `jointre.gone`") == [
        "jointre.load",
        "jointre.gone",
    ]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_fences_say_what_they_hold(page: Path) -> None:
    fences = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(fences[::2]) <= {"bash", "python", "text", "json", "jsonnet"}
    assert set(fences[1::2]) <= {""}

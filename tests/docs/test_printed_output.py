"""Output that a page shows is compared with what its commands and its Python print."""

from pathlib import Path

import pytest

from tests.markdown import run_page

PAGE = '```python\nprint("read 12 lines of a.txt\\nin 0.5 s")\n```\n\n'
NUMBERS = "<!-- in tests: numbers may differ -->\n"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "A sentence in between.\n\n```text\nanything\n```\n",
        "```text\nread 12 lines of a.txt\nin 0.5 s\n```\n",
        "```text\nread 12   lines of\na.txt in 0.5 s\n```\n",
        "```text\nread … lines of a.txt\n…\n```\n",
        NUMBERS + "```text\nread 1,024 lines of a.txt\nin 17.25 s\n```\n",
        "<!-- in tests: output may differ -->\n```text\nanything\n```\n",
    ],
)
def test_output_as_shown(shown: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE + shown, encoding="utf-8")
    assert run_page(tmp_path / "page.md") == 1


@pytest.mark.parametrize(
    "shown",
    [
        "```text\nread 13 lines of a.txt\nin 0.5 s\n```\n",
        "```text\nread 12 lines of a.txt\n```\n",
        "```text\nread 12 lines of a-txt\nin 0.5 s\n```\n",
        NUMBERS + "```text\nread 12 lines of b.txt\nin 0.5 s\n```\n",
    ],
)
def test_other_output(shown: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE + shown, encoding="utf-8")
    with pytest.raises(AssertionError, match=r"the page shows\n(?s:.*)but the output is\nread 12"):
        run_page(tmp_path / "page.md")


def test_a_page_that_shows_output_where_there_is_none(tmp_path: Path) -> None:
    shown = "<!-- in tests: output may differ -->\n```text\nanything\n```\n"
    (tmp_path / "page.md").write_text("```python\nx = 1\n```\n\n" + shown, encoding="utf-8")
    with pytest.raises(AssertionError, match="but there is none"):
        run_page(tmp_path / "page.md")


def test_commands_are_compared(tmp_path: Path) -> None:
    page = "```bash\njointre --version\n```\n\n```text\njointre 99\n```\n"
    (tmp_path / "page.md").write_text(page, encoding="utf-8")
    with pytest.raises(AssertionError, match="the page shows\njointre 99"):
        run_page(tmp_path / "page.md")

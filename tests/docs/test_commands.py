import re

from jointre_docs import commands

from tests.cli.test_main import COMMANDS


def test_every_command_has_a_section_hidden_ones_too() -> None:
    page = commands.page()
    titles = [line for line in page.splitlines() if line.startswith("## ")]
    assert len(titles) == len(set(titles))
    assert set(titles) >= {f"## jointre {' '.join(command)}" for command in COMMANDS}
    unlisted = r"^## jointre ([\w-]+)\n\n[^#]*does not list this command"
    hidden = re.findall(unlisted, page, re.MULTILINE)
    assert hidden == ["convert-checkpoint"]


def test_a_section_says_what_help_says() -> None:
    _, section = commands.page().split("## jointre score\n")
    section = section.partition("\n## ")[0]
    assert "jointre score [OPTIONS] {gold} {predicted}" in section
    assert "jointre score gold.json predicted.json --format spert --output m.json" in section
    assert "| `gold <path>` | Annotated file. [required] |" in section
    assert "| `--protocol <str>` | Scoring protocol" in section


def test_help_and_examples_are_parted() -> None:
    assert commands.split_help("Does it.\n\nExample: jointre a\n b") == (
        "Does it.",
        ["jointre a b"],
    )
    several = "Does it.\n\nFor example:\n\n* `jointre a`\n* `echo x | jointre b`"
    assert commands.split_help(several) == ("Does it.", ["jointre a", "echo x | jointre b"])
    assert commands.split_help("Does it.") == ("Does it.", [])


def test_cells_stay_cells() -> None:
    assert commands.escape("a|b\n c") == "a\\|b c"

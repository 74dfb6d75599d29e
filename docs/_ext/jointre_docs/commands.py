"""The page of the command line, from the commands themselves."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from jointre.cli.main import app

INTRODUCTION = """# Command line

The exit code of a command is 0 if it succeeded, 1 if its input has an error (a message names the
place and the error, and no file is left half-written), 2 if the command line has an error, and 130
if it was interrupted. `--help` shows the content of this page.
"""


def page() -> str:
    """All commands, also those that ``--help`` does not list."""
    root: Any = typer.main.get_command(app)
    context = root.make_context("jointre", ["train", "x"], resilient_parsing=True)
    parts = [INTRODUCTION]
    for command, inner in walk(root, context):
        parts.append(section(command, inner))
    return "\n".join(parts)


def walk(group: Any, context: Any) -> Iterator[tuple[Any, Any]]:
    """Each command with its context, groups' own commands in their place."""
    for name, command in group.commands.items():
        inner = command.make_context(name, [], parent=context, resilient_parsing=True)
        if hasattr(command, "commands"):
            yield from walk(command, inner)
        else:
            yield command, inner


def section(command: Any, context: Any) -> str:
    """One command: what it does, examples, its usage, arguments and options."""
    text, examples = split_help(command.help or "")
    lines = [f"## {context.command_path}", "", text, ""]
    if command.hidden:
        lines += ["`jointre --help` does not list this command.", ""]
    usage = command.get_usage(context).removeprefix("Usage: ")
    lines += ["```text", usage, "```", ""]
    if examples:
        noun = "Example" if len(examples) == 1 else "Examples"
        lines += [f"{noun}:", "", "```bash", *examples, "```", ""]
    for kind in ("argument", "option"):
        records = [
            record
            for each in command.params
            if each.param_type_name == kind and (record := each.get_help_record(context))
        ]
        if records:
            lines += [f"| {kind} | meaning |", "|---|---|"]
            lines += [f"| `{escape(name)}` | {escape(meaning)} |" for name, meaning in records]
            lines.append("")
    return "\n".join(lines)


def split_help(text: str) -> tuple[str, list[str]]:
    """A command's help without its examples, and the examples."""
    text, found, rest = re.split(r"\n*(Example:|For example:)\s*", text, maxsplit=1) + [""] * (
        0 if re.search(r"(Example|For example):", text) else 2
    )
    if found == "For example:":
        return text.strip(), re.findall(r"`([^`]+)`", rest)
    return text.strip(), [" ".join(rest.split())] if rest else []


def escape(text: str) -> str:
    """Text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")

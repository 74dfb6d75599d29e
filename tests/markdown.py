"""The commands and snippets of the documentation, taken from its text and run."""

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import catalogue
import torch
from sybil import Document, Example
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser
from sybil.typing import Parser
from typer.testing import CliRunner

from jointre.cli.main import app

ROOT = Path(__file__).parents[1]
# The block of text that directly follows a block of commands or Python shows its output.
_OUTPUT = re.compile(
    r"\A\s*(?:<!-- in tests: (?P<other>output|numbers) may differ -->\n)?"
    r"```text\n(?P<text>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BLOCK = re.compile(r"(?:<!-- (?P<mark>[^\n]*?) -->\n)?```bash\n(?P<text>.*?)```", re.DOTALL)
# One epoch over a few sentences: the command as it is printed, with less to do.
SHORT = "-o training.epochs=1 -o data.train=small.jsonl -o data.dev=small.jsonl -o data.test=null"


def shell_blocks(path: Path) -> list[tuple[str, str]]:
    """Marker (or "") and text of each ``bash`` block."""
    text = path.read_text(encoding="utf-8")
    return [(found["mark"] or "", found["text"].strip()) for found in _BLOCK.finditer(text)]


def marked(path: Path, name: str) -> str:
    """The block below ``<!-- run: name -->``."""
    (text,) = [text for mark, text in shell_blocks(path) if mark == f"run: {name}"]
    return text


def shell(command: str, folder: Path) -> str:
    """Run a shell command; its output is returned, its failure is an error."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "120",
    }
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
    return run.stdout


def make_workspace(folder: Path) -> None:
    """Fill a folder like a clone's, with the README's run in it, briefly trained."""
    for name in ("experiments", "fixtures", "constraints.txt", "setup.cfg"):
        (folder / name).symlink_to(ROOT / name)
    lines = (ROOT / "fixtures/newswire/train.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "small.jsonl").write_text("\n".join(lines[:12]) + "\n", encoding="utf-8")
    _, _, train = marked(ROOT / "README.md", "train").partition(" && ")
    shell(f"{train} {SHORT}", folder)


@contextmanager
def registry_restored() -> Iterator[None]:
    """Forget the components that a page registers; those of jointre and of libraries stay."""
    before = dict(catalogue.REGISTRY)
    try:
        yield
    finally:
        for name in catalogue.REGISTRY.keys() - before.keys():
            own = catalogue.REGISTRY[name].__module__.startswith("jointre.")
            if name[0] == "jointre" and not own:  # spaCy keeps its functions beside them
                del catalogue.REGISTRY[name]


def mark_above(example: Example, kind: str) -> str:
    """The text of ``<!-- kind: text -->`` right above a block, or ""."""
    above = example.document.text[: example.region.start].rstrip().rpartition("\n")[2]
    found = re.fullmatch(rf"<!-- {kind}: (.*) -->", above)
    return found[1] if found else ""


def differs_from_shown(example: Example, output: str) -> str | None:
    """Compare the output of a block with the block of text below it, if there is one.

    Runs of white space and of table lines count as one, and "…" stands for any text. The models
    of the tests are hardly trained, so a page can mark a block with
    ``<!-- in tests: numbers may differ -->`` or ``<!-- in tests: output may differ -->``.

    Returns:
        What is wrong, or None where the output is as shown.
    """
    shown = _OUTPUT.match(example.document.text[example.region.end :])
    if shown is None:
        return None
    if shown["other"] == "output":
        prints = output.strip() or "print(" in example.parsed
        return None if prints else "the page shows output, but there is none"
    pattern = _as_pattern(_squeezed(shown["text"]), shown["other"] == "numbers")
    if re.fullmatch(pattern, _squeezed(output), re.DOTALL):
        return None
    return f"the page shows\n{shown['text']}\nbut the output is\n{output}"


def _squeezed(text: str) -> str:
    """A text whose columns and table lines do not depend on the widths of its values."""
    return re.sub(r"([━─])\1+", r"\1", " ".join(text.split()))


def _as_pattern(text: str, any_numbers: bool) -> str:
    """A regular expression for a text that is shown."""
    if any_numbers:
        return _NUMBER.pattern.join(_as_pattern(part, False) for part in _NUMBER.split(text))
    return re.escape(text).replace("…", ".*")


def run_commands(example: Example) -> None:
    """Run the lines of a ``bash`` block, each with what a mark ``in tests add`` adds to it."""
    output = ""
    for line in example.parsed.strip().splitlines():
        program, *arguments = shlex.split(f"{line} {mark_above(example, 'in tests add')}")
        assert program == "jointre", line
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, f"{line}\n{result.output}"
        output += result.output
    difference = differs_from_shown(example, output)
    assert difference is None, f"{example.parsed}\n{difference}"


def run_python_block(example: Example) -> None:
    """Run a ``python`` block, and compare what it prints with the block of text below it."""
    with redirect_stdout(io.StringIO()) as printed:
        PythonEvaluator()(example)
    difference = differs_from_shown(example, printed.getvalue())
    assert difference is None, f"{example.parsed}\n{difference}"


def write_file(example: Example) -> None:
    """Write a block below ``<!-- file: NAME -->``; others are fragments."""
    name = mark_above(example, "file")
    if name:
        Path(name).write_text(example.parsed, encoding="utf-8")


def run_page(path: Path) -> int:
    """Run a page from top to bottom as its reader would: files, commands and Python."""
    return run(
        path,
        CodeBlockParser("python", run_python_block),
        CodeBlockParser("bash", run_commands),
        CodeBlockParser("jsonnet", write_file),
        CodeBlockParser("json", write_file),
    )


def run_python(path: Path) -> int:
    """Run a document's Python blocks in order, in one namespace; how many there were."""
    return run(path, CodeBlockParser("python", run_python_block))


def run(path: Path, *parsers: Parser) -> int:
    """Run what the parsers find in a document, in its order; how much there was."""
    document = Document.parse(str(path), *parsers)
    examples = list(document.examples())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in shell(): so little work gains nothing from more
    try:
        with registry_restored():
            for example in examples:
                example.evaluate()
    finally:
        torch.set_num_threads(threads)
    return len(examples)

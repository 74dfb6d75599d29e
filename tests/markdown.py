"""The commands and snippets of the documentation, taken from its text and run."""

import atexit
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import catalogue
import torch
from sybil import Document
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[1]
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


@functools.cache
def workspace() -> Path:
    """A folder like a clone's, with the README's run in it, briefly trained."""
    folder = Path(tempfile.mkdtemp(prefix="jointre-docs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in ("experiments", "fixtures", "constraints.txt", "setup.cfg"):
        (folder / name).symlink_to(ROOT / name)
    lines = (ROOT / "fixtures/newswire/train.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "small.jsonl").write_text("\n".join(lines[:12]) + "\n", encoding="utf-8")
    _, _, train = marked(ROOT / "README.md", "train").partition(" && ")
    shell(f"{train} {SHORT}", folder)
    return folder


@contextmanager
def registry_restored() -> Iterator[None]:
    """Forget the components that are registered meanwhile; jointre's own stay."""
    before = dict(catalogue.REGISTRY)
    try:
        yield
    finally:
        for name in catalogue.REGISTRY.keys() - before.keys():
            if not catalogue.REGISTRY[name].__module__.startswith("jointre."):
                del catalogue.REGISTRY[name]


def run_python(path: Path) -> int:
    """Run a document's Python blocks in order, in one namespace; how many there were."""
    document = Document.parse(str(path), PythonCodeBlockParser())
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

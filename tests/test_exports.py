"""What a program can rely on: the names of ``jointre``, and what importing it costs."""

import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

import jointre

PUBLIC = [
    "ArchiveError",
    "ConfigError",
    "DataError",
    "Document",
    "Entity",
    "JointreError",
    "Predictor",
    "Relation",
    "RunError",
    "Span",
    "evaluate",
    "load",
    "load_config",
    "render",
    "train",
]


def test_the_public_names() -> None:
    assert jointre.__all__ == PUBLIC
    assert dir(jointre) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_each_can_be_imported(name: str) -> None:
    assert getattr(jointre, name).__name__ == name
    assert getattr(jointre, name).__doc__


def test_the_version_is_the_packages() -> None:
    assert jointre.__version__ == version("jointre")


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'jointre' has no attribute 'trian'"):
        _ = jointre.trian


def imported(code: str, *packages: str) -> set[str]:
    """Which of the packages a fresh interpreter has imported after running the code."""
    line = f"import sys\n{code}\nprint(*({packages!r} & sys.modules.keys()))"
    line = line.replace(repr(packages), repr(set(packages)))
    run = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_import_is_light() -> None:
    heavy = ("torch", "transformers", "lightning", "spacy", "numpy", "sklearn")
    assert imported("import jointre\njointre.Document, jointre.ConfigError", *heavy) == set()
    assert imported("import jointre.cli.main", *heavy) == set()


def test_the_help_imports_little() -> None:
    slow = ("importlib.metadata", "hashlib", "jointre.data.schema", "jointre.config")
    code = """
from contextlib import redirect_stdout, suppress
from io import StringIO
from jointre.cli.main import run
sys.argv = ["jointre", "--help"]
with suppress(SystemExit), redirect_stdout(StringIO()):
    run()"""
    assert imported(code, "typer", *slow) == {"typer"}


def test_reading_text_imports_no_command_line_of_spacy(tiny_run: Path) -> None:
    code = f"import jointre\njointre.load({str(tiny_run)!r}, device='cpu')('Ada left.')"
    assert imported(code, "spacy", "spacy.cli", "spacy.cli.info") == {"spacy"}


def test_predicting_needs_no_jsonnet(tiny_run: Path) -> None:
    code = "sys.modules['_jsonnet'] = sys.modules['rjsonnet'] = None\nimport jointre\n"
    code += f"jointre.load({str(tiny_run)!r}, device='cpu')(['Ada', 'left'])"
    assert imported(code, "torch") == {"torch"}


def test_predicting_imports_no_lightning(tiny_run: Path) -> None:
    predict = f"jointre.load({str(tiny_run)!r}, device='cpu')(['Ada', 'left'])"
    code = f"import jointre\njointre.evaluate\n{predict}"
    slow = ("lightning", "pytorch_lightning", "scipy.cluster")
    assert imported(code, "torch", "transformers", *slow) == {"torch", "transformers"}


def test_checking_a_config_imports_torch_and_no_more() -> None:
    slow = ("transformers", "lightning", "spacy", "scipy.optimize", "scipy.cluster")
    assert imported("import jointre.training.experiment", "torch", *slow) == {"torch"}


def test_pictures_of_relations_are_light() -> None:
    code = "import jointre\njointre.render(jointre.Document('d', ('a',)), format='svg')"
    assert imported(code, "torch", "spacy", "networkx", "lightning") == set()


def test_the_names_above_are_those_of_packages() -> None:
    """What does not exist would never be imported."""
    for name in ("lightning", "spacy", "scipy.optimize", "scipy.cluster", "sklearn", "networkx"):
        assert find_spec(name) is not None

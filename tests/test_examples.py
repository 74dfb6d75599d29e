"""The examples in docstrings work."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import jointre
from tests.markdown import registry_restored

ROOT = Path(jointre.__file__).parent
MODULES = sorted(
    path.relative_to(ROOT.parent)
    .with_suffix("")
    .as_posix()
    .replace("/", ".")
    .removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    with registry_restored():
        result = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", jointre.__all__)
def test_every_public_thing_has_an_example(name: str) -> None:
    public = getattr(jointre, name)
    own_errors = isinstance(public, type) and issubclass(public, jointre.JointreError)
    shown = jointre.JointreError if own_errors else public  # one example serves all errors
    assert "Example:" in (shown.__doc__ or "")
    assert "+SKIP" not in (shown.__doc__ or "")

"""The registry holds exactly the known names, and each has passed its interface's suite."""

import ast
import functools
import json

import pytest

import jointre.testing.contracts as contracts
from jointre.testing.contracts import Contract
from tests.snapshots import REGISTRY, ROOT, registry

# No suite can say much of these: what they do is theirs alone, and their own tests say it.
WITHOUT_SUITE = {"decoder", "logger", "metric", "optimizer", "schedule"}
SUITES = {
    name: suite.interface.interface
    for name, suite in vars(contracts).items()
    if isinstance(suite, type) and issubclass(suite, Contract) and hasattr(suite, "interface")
}


def test_names_appear_and_vanish_only_on_purpose() -> None:
    stored = json.loads(REGISTRY.read_text(encoding="utf-8"))
    assert registry() == stored, "if this is meant: python -m tests.snapshots"


def test_every_interface_has_a_suite() -> None:
    assert set(SUITES.values()) | WITHOUT_SUITE == set(registry())
    assert not set(SUITES.values()) & WITHOUT_SUITE


@functools.cache
def covered() -> set[tuple[str, str]]:
    """(interface, name) of every test class that inherits a suite and names a component."""
    found: set[tuple[str, str]] = set()
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found |= {(suite, name) for suite in _suites(node) for name in _components(node)}
    return found


def _suites(node: ast.ClassDef) -> set[str]:
    names = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    return {SUITES[name] for name in names if name in SUITES}


def _components(node: ast.ClassDef) -> set[str]:
    """The names in ``component = {"type": name, …}`` or ``component = name``."""
    found = set()
    for line in node.body:
        value = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
        if value is None or "component" not in ast.unparse(line).partition("=")[0]:
            continue
        if isinstance(value, ast.Dict):
            pairs = zip(value.keys, value.values, strict=True)
            value = next(v for k, v in pairs if k is not None and ast.literal_eval(k) == "type")
        found.add(ast.literal_eval(value))
    return found


@pytest.mark.parametrize(
    ("interface", "name"),
    [(i, name) for i, names in registry().items() if i not in WITHOUT_SUITE for name in names],
)
def test_every_component_passes_its_suite(interface: str, name: str) -> None:
    assert (interface, name) in covered(), f"no test class gives {name!r} to the {interface} suite"

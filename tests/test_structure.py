"""The shape of the package: a test for every module, a docstring for every public thing."""

import ast
import configparser
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "jointre"
TESTS = Path(__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# The suites are tests themselves; the tests of the components run them.
EXCEPTIONS = ("testing/contracts/",)


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def mirrored() -> list[Path]:
    named = [module for module in MODULES if module.name != "__init__.py"]
    return [module for module in named if not name_of(module).startswith(EXCEPTIONS)]


@pytest.mark.parametrize("module", mirrored(), ids=name_of)
def test_every_module_has_its_test(module: Path) -> None:
    test = TESTS / module.relative_to(PACKAGE).with_name(f"test_{module.name}")
    assert test.is_file(), f"{name_of(module)} has no {test.relative_to(TESTS.parent)}"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_public_thing_has_a_docstring(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    bare = [] if ast.get_docstring(tree) or not tree.body else ["the module"]
    assert bare + list(undocumented(tree, "")) == []


def test_every_annotated_shape_is_checked() -> None:
    setup = configparser.ConfigParser()
    setup.read(PACKAGE.with_name("setup.cfg"))
    (listed,) = [
        option.partition("=")[2].split(",")
        for option in setup["tool:pytest"]["addopts"].split()
        if option.startswith("--jaxtyping-packages=")
    ]
    for module in MODULES:
        name = f"jointre.{name_of(module).removesuffix('.py').replace('/', '.')}."
        if "from jaxtyping import" in module.read_text(encoding="utf-8"):
            assert any(name.startswith(f"{package}.") for package in listed), name


def undocumented(tree: ast.Module | ast.ClassDef, prefix: str) -> list[str]:
    """Public classes, functions and methods without a docstring."""
    found: list[str] = []
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_") or any(
            "overload" in ast.unparse(d) for d in node.decorator_list
        ):
            continue
        if not ast.get_docstring(node):
            found.append(prefix + node.name)
        if isinstance(node, ast.ClassDef):
            found += undocumented(node, f"{prefix}{node.name}.")
    return found


def test_what_is_undocumented_is_found() -> None:
    code = 'def f(): 1\nclass A:\n    "Doc."\n    def g(self): 2\n    def _h(self): 3\n'
    assert undocumented(ast.parse(code), "") == ["f", "A.g"]

"""What importing the package needs."""

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[1]
WITHOUT_UNIX = """
    import importlib, pkgutil, sys

    BLOCKED = {"fcntl", "resource"}
    for name in BLOCKED:
        sys.modules.pop(name, None)

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name in BLOCKED:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    sys.meta_path.insert(0, Finder())
    import jointre
    names = [found.name for found in pkgutil.walk_packages(jointre.__path__, "jointre.")]
    for name in names:
        if not name.endswith("__main__"):
            importlib.import_module(name)
    assert not BLOCKED & sys.modules.keys(), sys.modules.keys() & BLOCKED
    print(len(names))
"""


def test_every_module_imports_without_the_modules_of_unix() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(WITHOUT_UNIX)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules = [path for path in (ROOT / "jointre").rglob("*.py") if path.name != "__init__.py"]
    assert int(done.stdout) >= len(modules)

import sys
from pathlib import Path

import pytest

from jointre.config import include_hint, include_packages
from jointre.errors import ConfigError


def test_include_packages_imports_names_and_paths(package: Path) -> None:
    (package / "toy_lab").mkdir()
    (package / "toy_lab" / "parts.py").write_text("")
    (package / "toy_single.py").write_text("")
    include_packages(["toy_lab/parts.py", "toy_single"])
    assert {"toy_lab.parts", "toy_single"} <= set(sys.modules)


def test_include_packages_tells_why_it_fails(package: Path) -> None:
    (package / "toy_broken.py").write_text("1 / 0")
    (package / "toy_needs.py").write_text("import toy_absent_thing")
    with pytest.raises(
        ConfigError, match=r"--include-package toy_none: no module is called 'toy_n"
    ):
        include_packages(["toy_none"])
    with pytest.raises(ConfigError, match=r"toy_broken cannot be imported: ZeroDivisionError: div"):
        include_packages(["toy_broken"])
    with pytest.raises(
        ConfigError, match=r"toy_needs cannot be imported: No module named 'toy_abs"
    ):
        include_packages(["toy_needs"])
    with pytest.raises(ConfigError, match=r"--include-package a-b: not a module; write its dotted"):
        include_packages(["a-b"])


def test_include_hint_names_components_that_nobody_registers() -> None:
    hint = include_hint({"type": "toy_absent", "parts": [{"type": "toy_other"}, 1]})
    assert "No imported package registers 'toy_absent', 'toy_other': name the package" in hint
    assert "--include-package PACKAGE" in hint
    assert include_hint({"parts": [], "number": 1}) == ""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE = """// heads: 9 is only a comment
{
  seed: 0,
  double: 2 * self.seed,
  model: {
    type: 'span', interaction: 'none', word_pooler: null,
    refiners: [{ type: 'flow', k: 1 }, 'read'],
  },
}
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the module path; its modules are forgotten after the test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with experiments in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JOINTRE_DATA", raising=False)
    (tmp_path / "ex/lib").mkdir(parents=True)
    (tmp_path / "ex/ablations").mkdir()
    (tmp_path / "ex/lib/base.libsonnet").write_text(BASE)
    (tmp_path / "ex/m.jsonnet").write_text("(import 'lib/base.libsonnet') + {\n  name: 'm' }")
    (tmp_path / "ex/ablations/a.libsonnet").write_text("{ wide:: { model+: { width: 20 } } }")
    return tmp_path

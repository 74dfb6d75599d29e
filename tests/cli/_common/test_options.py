from pathlib import Path

import pytest

from jointre.cli._common.options import load, thresholds_of
from jointre.errors import ConfigError


def test_ext_vars(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonnet"
    path.write_text("{ a: std.extVar('x') }")
    assert load(path, ["b=1"], ["x=y=z"], None).data == {"a": "y=z", "b": 1}
    for wrong in ("x", "=y"):
        with pytest.raises(ConfigError, match=f"--ext-var {wrong}: write NAME=VALUE"):
            load(path, None, [wrong], None)


def test_thresholds() -> None:
    assert thresholds_of(None) is None
    assert thresholds_of(["0.6", "works_for=0.7"]) == {"default": 0.6, "works_for": 0.7}
    with pytest.raises(ConfigError, match="--threshold a=2: write a probability from 0 to 1"):
        thresholds_of(["a=2"])
    with pytest.raises(ConfigError, match=r"--threshold a=0\.2: a has a threshold already"):
        thresholds_of(["a=0.1", "a=0.2"])

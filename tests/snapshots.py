"""Snapshots of what users can name: components and shipped experiments.

After a change that is meant, ``python -m tests.snapshots`` writes them anew.
"""

import json
from pathlib import Path
from typing import Any

from jointre.config import Registrable, load_config, resolve
from jointre.training.experiment import Experiment

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "fixtures" / "snapshots"
REGISTRY = FOLDER / "registry.json"
CONFIGS = FOLDER / "configs"
EXPERIMENTS = sorted(
    path for path in (ROOT / "experiments").rglob("*.jsonnet") if path.parent.name != "studies"
)
VARIABLES = {"data": "data", "fixtures": "fixtures", "fold": "0"}


def registry() -> dict[str, dict[str, str]]:
    """Names and classes by interface; what tests register is skipped."""
    found = {
        name: {
            each: f"{kind.by_name(each).__module__}.{kind.by_name(each).__qualname__}"
            for each in kind.names()
            if _ours(kind.by_name(each))
        }
        for name, kind in Registrable.interfaces().items()
        if _ours(kind)
    }
    return {name: names for name, names in found.items() if names}


def resolved(file: Path) -> Any:
    """An experiment with every default filled in."""
    return resolve(Experiment, load_config(file, ext_vars=VARIABLES))


def snapshot_of(file: Path) -> Path:
    """Where the snapshot of an experiment lies."""
    return CONFIGS / file.relative_to(ROOT / "experiments").with_suffix(".json")


def write() -> None:
    """Write all snapshots anew; those of experiments that are gone are removed."""
    for old in CONFIGS.rglob("*.json"):
        old.unlink()
    _dump(REGISTRY, registry())
    for file in EXPERIMENTS:
        _dump(snapshot_of(file), resolved(file))


def _ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "jointre"


def _dump(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()

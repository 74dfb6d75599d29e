"""Small studies over a slice of a shipped corpus."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jointre.errors import RunError
from jointre.studies.directory import StudyDirectory
from jointre.studies.plan import plan
from jointre.studies.process import Resources
from jointre.studies.runner import StudyRunner
from tests.tiny_runs import experiment

VARIANTS = [
    "{ name: 'sinet', title: 'SINET', x: 4 }",
    "{ name: 'heads_2', x: 2, change: { model+: { interaction+: { heads: 2 } } } }",
    "{ name: 'broken', x: 1, change: { model+: { encoder+: { model_name: 'nowhere' } } } }",
]

QUICK = {"training.epochs": 1, "training.batch_size": 8}


def write_study(
    path: Path,
    data: Path,
    variants: Sequence[str],
    changes: Mapping[str, Any] | None = None,
    **options: Any,
) -> Path:
    """Write a study file.

    Args:
        path: File to write.
        data: Folder of the data and the encoder, as ``make_data`` writes it.
        variants: Variants as jsonnet.
        changes: Values of the experiment by dotted path.
        options: Other keys of the study.
    """
    base = json.dumps(experiment(data, {**QUICK, **(changes or {})}))
    rest = json.dumps(options)
    listed = ",\n  ".join(variants)
    path.write_text(f"{rest} + {{\n experiment: {base},\n variants: [\n  {listed}\n ] }}\n")
    return path


def train_study(folder: Path, data: Path) -> None:
    """Train two variants with two seeds; a third variant fails.

    Args:
        folder: Gets ``study.jsonnet``, the directory ``study``, and the lines of the command in
            ``log.txt``.
        data: Folder of the data and the encoder.
    """
    file = write_study(
        folder / "study.jsonnet",
        data,
        VARIANTS,
        seeds=[1, 2],
        title="Heads",
        axis="heads",
        show=["entity_f1", "relation_strict_f1"],
    )
    planned = plan(file)
    directory = StudyDirectory(folder / "study")
    directory.prepare(planned)
    lines: list[str] = []
    runner = StudyRunner(directory, planned.runs, Resources(2, 8 << 30), log=lines.append)
    try:
        runner.train()
    except RunError as error:
        lines.append(f"error: {error}")
    (folder / "log.txt").write_text("\n".join(lines))

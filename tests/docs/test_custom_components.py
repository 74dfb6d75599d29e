"""The guide to own components: its file is the plug-in's, and its command trains with it."""

import re
from pathlib import Path

from jointre.testing.tiny import tiny_encoder
from tests.markdown import ROOT, SHORT, shell

GUIDE = (ROOT / "docs/guides/custom_components.md").read_text(encoding="utf-8")
SOURCE = ROOT / "examples/plugin/src/jointre_example/gated_exchange.py"


def test_the_file_is_the_one_of_the_plug_in() -> None:
    first, *_ = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert first == SOURCE.read_text(encoding="utf-8")


def test_the_entry_points_are_those_of_the_plug_in() -> None:
    (block,) = re.findall(r"^```text\n(\[options.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert block in (ROOT / "examples/plugin/setup.cfg").read_text(encoding="utf-8")


def test_the_command_trains(tmp_path: Path) -> None:
    (command,) = re.findall(r"^jointre train \S+quickstart.*", GUIDE, re.MULTILINE)
    for name in ("experiments", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    lines = (ROOT / "fixtures/newswire/train.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "small.jsonl").write_text("\n".join(lines[:12]) + "\n", encoding="utf-8")
    tiny_encoder(tmp_path / "encoder", ["Morag"])
    (tmp_path / "gated_exchange.py").write_bytes(SOURCE.read_bytes())
    shell(f"{command} {SHORT} -o model.encoder.model_name=encoder", tmp_path)
    assert '"gated_exchange"' in (tmp_path / "runs/gated/config.json").read_text(encoding="utf-8")

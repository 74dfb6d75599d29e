"""The example of a plug-in is installed by pip, tested, configured, trained and used."""

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from jointre.formats import JsonlReader
from jointre.testing.tiny import tiny_encoder
from tests.markdown import ROOT, shell
from tests.tiny_runs import NEWSWIRE

PLUGIN = ROOT / "examples" / "plugin"
# In one process, for most of a command's time is the import of torch.
ALL = """
import json, shlex, sys
from typer.testing import CliRunner
from jointre.cli.main import app
run = lambda line: CliRunner().invoke(app, shlex.split(line), catch_exceptions=False).output
print(json.dumps({line: run(line) for line in sys.argv[1:]}))
"""
COMMANDS = {
    "list": "components list",
    "interaction": "components show interaction gated_exchange",
    "span_pooler": "components show span_pooler log_mean_exp",
    "reader": "components show reader tabbed",
    "check": "config check experiment.jsonnet",
    "train": "train experiment.jsonnet -s runs/tiny -o training.epochs=1 "
    "-o model.encoder.model_name=encoder -o training.accelerator=cpu",
    "evaluate": "evaluate runs/tiny data/dev.tabbed --output scores.json",
    "predict": "predict runs/tiny in.txt --output predicted.jsonl",
    "write": f"convert {NEWSWIRE / 'dev.jsonl'} dev.tabbed --from jsonl --to tabbed",
    "read": "convert dev.tabbed dev.jsonl --from tabbed --to jsonl",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the plug-in's folder, for a build leaves its marks; the package is in site/."""
    made = tmp_path_factory.mktemp("plugin") / "plugin"
    marks = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "runs")
    shutil.copytree(PLUGIN, made, ignore=marks)
    shell(
        f"{sys.executable} -m pip install -q --disable-pip-version-check --no-deps "
        f"--no-build-isolation --no-index --target site .",
        made,
    )
    words = (made / "data" / "train.tabbed").read_text(encoding="utf-8").split()
    tiny_encoder(made / "encoder", words)
    (made / "in.txt").write_text("Mina Orr runs Orr Foods.", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, str]:
    """What each command printed, with the package installed."""
    lines = " ".join(shlex.quote(line) for line in COMMANDS.values())
    printed = shell(f"PYTHONPATH=site {sys.executable} -c {shlex.quote(ALL)} {lines}", folder)
    answers = json.loads(printed.splitlines()[-1])
    return {name: answers[line] for name, line in COMMANDS.items()}


def test_its_own_tests_pass(folder: Path) -> None:
    tests = f"PYTHONPATH=site {sys.executable} -m pytest -p no:cacheprovider"
    found = re.search(r"(\d+) passed", shell(tests, folder))
    assert found is not None
    assert int(found[1]) > 60


def test_entry_points_name_its_components(told: dict[str, str]) -> None:
    assert re.findall("gated_exchange|log_mean_exp|tabbed", told["list"]) != []
    assert "a number, at least 0, below 1" in told["interaction"]
    assert "temperature" in told["span_pooler"]
    assert "types" in told["reader"]


def test_its_experiment_is_right(told: dict[str, str]) -> None:
    assert "no mistakes" in told["check"]


def test_it_trains_and_predicts(folder: Path, told: dict[str, str]) -> None:
    assert "run: runs/tiny" in told["train"]
    assert (folder / "runs/tiny/archive/model.safetensors").is_file()
    config = json.loads((folder / "runs/tiny/config.json").read_text(encoding="utf-8"))
    assert config["model"]["interaction"]["type"] == "gated_exchange"
    assert config["model"]["span_pooler"] == {"type": "log_mean_exp", "temperature": 0.5}
    assert json.loads((folder / "scores.json").read_text("utf-8"))["entity"]["support"] == 11
    (document,) = JsonlReader().read(folder / "predicted.jsonl")
    assert document.tokens == ("Mina", "Orr", "runs", "Orr", "Foods", ".")


def test_its_format_is_converted(folder: Path, told: dict[str, str]) -> None:
    before, after = (
        list(JsonlReader().read(path)) for path in (NEWSWIRE / "dev.jsonl", folder / "dev.jsonl")
    )
    assert len(before) == len(after) > 60
    for one, other in zip(before, after, strict=True):
        assert (one.id, one.tokens) == (other.id, other.tokens)
        assert (one.entities, one.relations) == (other.entities, other.relations)


def test_without_the_package_a_message_says_what_is_missing(
    folder: Path, told: dict[str, str]
) -> None:
    found = shell("jointre predict runs/tiny in.txt 2>&1 || true", folder)
    assert "no interaction is called 'gated_exchange'" in found
    assert "Traceback" not in found

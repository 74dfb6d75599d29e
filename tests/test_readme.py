"""What the README prints is what works."""

import configparser
import re
from pathlib import Path

import pytest

from tests.markdown import ROOT, marked, run_python, shell, shell_blocks

README = ROOT / "README.md"


def test_every_block_is_known() -> None:
    assert [mark for mark, _ in shell_blocks(README)] == [
        "run: train",
        "run: predict",
        "run: init",
        "run: ablation",
        "run: test",
    ]


@pytest.mark.parametrize("name", ["train", "test"])
def test_the_installation_names_what_is_there(name: str) -> None:
    install = re.fullmatch(
        r'pip install -c (\S+) -e "\.\[(\w+)\]" && .+', marked(README, name), re.DOTALL
    )
    assert install is not None
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert (ROOT / install[1]).is_file()
    assert install[2] in setup["options.extras_require"]


def test_the_test_command_runs_everything() -> None:
    assert marked(README, "test").endswith("&& pytest")


def test_the_commands_train_predict_and_evaluate(workspace: Path) -> None:
    # The training command has made it.
    assert (workspace / "runs/quickstart/archive/model.safetensors").is_file()
    shell(marked(README, "predict"), workspace)
    assert (workspace / "triples.jsonl").read_text(encoding="utf-8").count('"entities"') == 1
    assert '"protocol": "spert"' in (workspace / "scores.json").read_text(encoding="utf-8")
    assert "no mistakes" in shell(marked(README, "ablation"), workspace)
    started = shell(marked(README, "init"), workspace)
    assert "jointre train mine/experiment.jsonnet" in started
    assert "no mistakes" in shell("jointre config check mine/experiment.jsonnet", workspace)


def test_the_python_works(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    assert run_python(README) == 3


def test_the_component_can_be_trained_as_the_readme_says(workspace: Path) -> None:
    text = README.read_text(encoding="utf-8")
    (code,) = [
        block
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "register" in block
    ]
    assert sum(bool(line.strip()) for line in code.splitlines()) <= 15
    (workspace / "gate.py").write_text(code, encoding="utf-8")
    (command,) = re.findall(r"`(jointre train [^`]*gate[^`]*)`", text)
    checked = re.sub(r"train (\S+) -s \S+", r"config check \1", " ".join(command.split()))
    assert "no mistakes" in shell(f"PYTHONPATH=. {checked}", workspace)


def test_every_experiment_is_listed() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "experiments").glob("*.jsonnet")}
    listed = set(re.findall(r"\| `(experiments/\w+\.jsonnet)` \|", README.read_text("utf-8")))
    assert listed == files


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / Path(link)).exists()] == []

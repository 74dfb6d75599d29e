from pathlib import Path

import pytest

from jointre.config import load_config, load_study
from jointre.config.jsonnet.shipped import (
    PACKAGE,
    corpora_folder,
    find_experiment,
    shipped_experiments,
)
from jointre.errors import ConfigError

ROOT = Path(__file__).parents[3]
QUICKSTART = PACKAGE / "experiments" / "quickstart.jsonnet"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_experiment_is_listed_with_a_description() -> None:
    names = {path.stem for path in (ROOT / "experiments").glob("*.jsonnet")}
    experiments = shipped_experiments()
    assert experiments.keys() == names
    assert all(text.endswith(".") and len(text) > 20 for text in experiments.values())
    assert (
        experiments["sinet_scierc"] == "SciERC in SpERT's format, SciBERT: the published setting."
    )


@pytest.mark.parametrize(
    "given", ["quickstart", "quickstart.jsonnet", "experiments/quickstart.jsonnet"]
)
def test_an_installed_experiment_is_found_by_name(empty: Path, given: str) -> None:
    assert find_experiment(Path(given)) == QUICKSTART
    config = load_config(given).data
    for part in ("train", "dev", "test"):
        assert Path(config["data"][part]).is_file()
    assert Path(config["data"]["reader"]["types"]).is_file()


def test_an_installed_study_is_found_by_its_path(empty: Path) -> None:
    given = Path("experiments/studies/quick.jsonnet")
    assert find_experiment(given) == PACKAGE / given
    assert [variant["name"] for variant in load_study(given).data["variants"]] == [
        "endpoints",
        "max",
    ]


def test_a_folder_of_that_name_is_no_experiment(empty: Path) -> None:
    (empty / "quickstart").mkdir()
    assert load_config("quickstart").data["model"]["type"] == "span"


@pytest.mark.parametrize("name", ["quickstart", "quickstart.jsonnet"])
def test_a_file_comes_first(empty: Path, name: str) -> None:
    (empty / name).write_text("{ own: 1 }")
    assert load_config(name).data == {"own": 1}


@pytest.mark.parametrize("given", ["other/quickstart", "./a/quickstart.jsonnet", "quickstart.json"])
def test_paths_are_not_names(empty: Path, given: str) -> None:
    assert find_experiment(Path(given)) == Path(given)
    with pytest.raises(ConfigError, match="does not exist"):
        load_config(given)


def test_other_names_end_in_an_error(empty: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config("sinet_scirec")
    assert str(raised.value) == (
        "sinet_scirec does not exist; no installed experiment has this name (did you mean "
        "'sinet_scierc'?), jointre config list shows them all"
    )
    with pytest.raises(ConfigError, match="has this name, jointre config list"):
        load_config("zzz")


def test_a_clone_has_its_own_corpora(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert corpora_folder() == str(PACKAGE / "fixtures")
    monkeypatch.chdir(ROOT)
    assert corpora_folder() == "fixtures"
    assert load_config("quickstart").data["data"]["train"] == "fixtures/newswire/train.jsonl"
    given = load_config("quickstart", ext_vars={"fixtures": "here"}).data
    assert given["data"]["train"] == "here/newswire/train.jsonl"

import errno
import fcntl
import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from jointre import atomic
from jointre.atomic import delete
from jointre.config import resolve
from jointre.errors import RunError
from jointre.training.experiment import Experiment
from jointre.training.run_dir import RunDirectory, differences, replace_text, replaced, write_json
from jointre.training.started import Started
from tests.tiny_runs import experiment

CONFIG: dict[str, Any] = {"seed": 1, "model": {"type": "span", "max_width": 8}}
STARTED = Started({"train.jsonl": "0a"}, {"entity": ["Org", "Peop"]})


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "runs" / "one")


def enter(run: RunDirectory, config: Any = CONFIG, started: Started = STARTED, **options: Any):
    with run.opened(config, started, **{"force": False, "recover": False, **options}):
        return sorted(path.name for path in run.path.iterdir())


def test_makes_the_directory(run: RunDirectory) -> None:
    assert enter(run) == [".lock", "checkpoints", "config.json", "run.json"]
    assert json.loads(run.config.read_text()) == CONFIG
    assert not run.lock.exists()
    assert not run.finished


def test_enters_an_empty_directory(run: RunDirectory) -> None:
    run.path.mkdir(parents=True)
    enter(run)
    assert run.config.exists()


def test_refuses_what_is_not_empty(run: RunDirectory) -> None:
    run.path.mkdir(parents=True)
    (run.path / "notes.txt").write_text("mine")
    with pytest.raises(RunError) as caught:
        enter(run)
    assert str(caught.value) == (
        f"{run.path} is not empty; choose another directory with -s, empty it with --force, or "
        "go on with the run in it with --recover"
    )
    assert [path.name for path in run.path.iterdir()] == ["notes.txt"]


def test_refuses_a_file(run: RunDirectory) -> None:
    run.path.parent.mkdir()
    run.path.write_text("")
    with pytest.raises(RunError, match=r"one is a file; choose a directory with -s"):
        enter(run)


def test_force_empties_a_run(run: RunDirectory) -> None:
    enter(run)
    run.checkpoint.write_text("old")
    assert "checkpoints" in enter(run, CONFIG | {"seed": 2}, force=True)
    assert not run.checkpoint.exists()
    assert json.loads(run.config.read_text())["seed"] == 2


def refused(run: RunDirectory, **options: Any) -> str:
    """The message, after a check that nothing has changed."""
    before = {path: path.is_file() and path.read_bytes() for path in run.path.rglob("*")}
    with pytest.raises(RunError) as caught:
        enter(run, force=True, **options)
    after = {path: path.is_file() and path.read_bytes() for path in run.path.rglob("*")}
    assert after == before
    return str(caught.value)


@pytest.mark.parametrize(
    "names",
    [
        ("config.json", "model.safetensors", "tokenizer.json", "vocab.txt"),
        (".git/HEAD", "config.json", "train.py"),
        ("config.json", "train.jsonl"),
        ("config.json",),
        ("thesis.tex",),
        ("checkpoints/last.ckpt",),
    ],
)
def test_force_leaves_what_is_not_a_run(run: RunDirectory, names: tuple[str, ...]) -> None:
    for name in names:
        (run.path / name).parent.mkdir(parents=True, exist_ok=True)
        (run.path / name).write_text(json.dumps({"model": {}, "data": {}}))
    message = refused(run)
    assert message.startswith(
        f"{run.path} is not a run of jointre (there is no run.json in it), so --force does not "
        f"delete what it holds ({names[0].partition('/')[0]}"
    )
    assert message.endswith("; choose another directory with -s")


@pytest.mark.parametrize(
    "name",
    [
        *("notes.txt", ".git/HEAD", "data/train.jsonl", "checkpoints/mine.pt", "archive/README.md"),
        *("checkpoints/epoch-2/mine", "tensorboard/mine", "model.safetensors", ".notes.tmp"),
    ],
)
def test_force_leaves_a_run_with_other_files(run: RunDirectory, name: str) -> None:
    enter(run)
    (run.path / name).parent.mkdir(parents=True, exist_ok=True)
    (run.path / name).write_text("mine")
    shown = name if name.startswith(("checkpoints", "archive", "tens")) else name.split("/")[0]
    assert refused(run) == (
        f"{run.path} holds files that are not part of a run ({shown}), so --force deletes nothing; "
        "move them, or choose another directory with -s"
    )


def test_force_names_the_first_of_many_files(run: RunDirectory) -> None:
    enter(run)
    for number in range(5):
        (run.path / f"mine-{number}").write_text("")
    assert "(mine-0, mine-1, mine-2 and 2 more)" in refused(run)


@pytest.mark.parametrize("name", ["config.json", "link", "archive", "checkpoints"])
def test_force_leaves_a_run_with_links(run: RunDirectory, tmp_path: Path, name: str) -> None:
    enter(run)
    for folder in (run.path / "checkpoints", tmp_path / "outside"):
        folder.mkdir(exist_ok=True)
    (tmp_path / "outside" / "kept").write_text("")
    delete(run.path / name)
    (run.path / name).symlink_to(tmp_path / "outside")
    assert f"({name})" in refused(run)


def test_force_empties_a_run_of_an_earlier_version(run: RunDirectory) -> None:
    enter(run)
    run.marker.unlink()
    resolved = {"data": {}, "model": {}, "training": {}, "seed": 1}
    write_json(run.config, resolved)
    (run.path / "tensorboard" / "version_0").mkdir(parents=True)
    (run.path / "tensorboard" / "version_0" / "events.out.tfevents.1.host.2.0").write_text("")
    enter(run, force=True)
    assert run.marker.exists()
    assert not (run.path / "tensorboard").exists()


def test_force_leaves_a_run_around_the_experiment_file(run: RunDirectory, tmp_path: Path) -> None:
    enter(run)
    (tmp_path / "alias").symlink_to(run.path)
    for source in (run.config, tmp_path / "alias" / "config.json"):
        assert refused(run, sources=[tmp_path / "elsewhere", source]) == (
            f"{run.path} contains {source}, which this training needs, so --force does not delete "
            "the run in it; choose another directory with -s"
        )


def test_force_leaves_a_run_around_its_data_or_weights(
    run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(run)
    run.history.write_text("")
    for config in (
        {"data": {"reader": {"type": "brat", "types": str(run.history)}}},
        {"training": {"initial_weights": str(run.path)}},
        {"model": {"encoder": {"type": "x", "model_name": str(run.path / "checkpoints")}}},
    ):
        assert "which this training needs" in refused(run, config=config)
    monkeypatch.chdir(run.path.parent)
    here = RunDirectory(Path(run.path.name))
    assert "which this training needs" in refused(
        here, config={"training": {"initial_weights": run.path.name}}
    )
    enter(here, {"model": {"type": "one", "agent": run.path.name}}, force=True)  # only a word


@pytest.mark.parametrize("place", ["", "checkpoints"])
def test_force_leaves_a_run_around_the_current_directory(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    enter(run)
    monkeypatch.chdir(run.path / place)
    assert f"contains {Path.cwd()}, which" in refused(run)


def test_recover_compares_data_and_labels(run: RunDirectory) -> None:
    enter(run)
    enter(run, recover=True)
    other = Started({"train.jsonl": "1b"}, {"entity": ["Peop", "Org"]})
    with pytest.raises(RunError) as caught:
        enter(run, started=other, recover=True)
    assert str(caught.value) == (
        f"{run.path} cannot be recovered, because its data changed since it was started:\n"
        "  train.jsonl: the content is different\n"
        "  entity labels: Org, Peop at the start, Peop, Org now\n"
        "Restore the files, or train in another directory."
    )
    assert json.loads(run.marker.read_text()) == STARTED.to_dict()


def test_recover_of_an_earlier_version_has_nothing_to_compare(run: RunDirectory) -> None:
    enter(run)
    run.marker.unlink()
    enter(run, recover=True)
    assert json.loads(run.marker.read_text()) == STARTED.to_dict()


def test_delete_checkpoints_leaves_other_files(run: RunDirectory) -> None:
    enter(run)
    run.checkpoint.write_text("")
    (run.checkpoint.parent / "mine.pt").write_text("")
    (run.path / "predictions.jsonl").write_text("")
    run.delete_checkpoints()
    assert run.checkpoint.exists()
    (run.checkpoint.parent / "mine.pt").unlink()
    run.delete_checkpoints()
    assert not run.checkpoint.parent.exists()


def test_recover_keeps_files_and_clears_drafts(run: RunDirectory) -> None:
    enter(run)
    run.checkpoint.write_text("kept")
    run.checkpoint.with_name(".last.ckpt.tmp").write_text("half")
    (run.path / ".metrics.csv.tmp").write_text("half")
    run.checkpoint.with_name(".archive-y2").mkdir()
    (run.checkpoint.with_name(".archive-y2") / ".tmpAb12").write_text("half")
    (run.path / ".archive-x1").mkdir()
    (run.path / ".archive-x1" / "model.safetensors").write_text("half")
    assert enter(run, recover=True) == [".lock", "checkpoints", "config.json", "run.json"]
    assert [path.name for path in run.checkpoint.parent.iterdir()] == ["last.ckpt"]


def test_recover_begins_where_nothing_is(run: RunDirectory) -> None:
    enter(run, recover=True)
    assert run.config.exists()


def test_recover_of_another_config_lists_the_differences(run: RunDirectory) -> None:
    enter(run)
    other = {"seed": 2, "model": {"type": "span", "max_width": 10, "width_dim": 25}}
    before = run.config.read_text()
    with pytest.raises(RunError) as caught:
        enter(run, other, recover=True)
    assert str(caught.value) == (
        f"{run.path} was started with another config, so it cannot be recovered:\n"
        "  model.max_width: 8 there, 10 now\n"
        "  model.width_dim: null there, 25 now\n"
        "  seed: 1 there, 2 now\n"
        "Use the same config, or another directory."
    )
    assert run.config.read_text() == before


def test_recover_may_keep_checkpoints_or_not(run: RunDirectory) -> None:
    enter(run, {"training": {"epochs": 3}})
    enter(run, {"training": {"epochs": 3, "keep_checkpoints": True}}, recover=True)


def test_recover_of_a_run_of_a_version_with_fewer_options(
    run: RunDirectory, tmp_path: Path
) -> None:
    """An option that the stored config lacks had what is its default now."""
    now = resolve(Experiment, experiment(tmp_path))
    earlier = deepcopy(now)
    for section, key in (
        (earlier["data"]["reader"], "on_error"),
        (earlier["training"], "initial_weights"),
        (earlier["training"], "keep_checkpoints"),
    ):
        section.pop(key, None)
    assert earlier != now
    enter(run, earlier)
    other = resolve(Experiment, experiment(tmp_path, {"data.reader.on_error": "skip"}))
    with pytest.raises(RunError, match=r'\n  data\.reader\.on_error: "stop" there, "skip" now'):
        enter(run, other, recover=True)
    enter(run, now, recover=True)
    assert json.loads(run.config.read_text()) == now


@pytest.mark.parametrize("content", [None, "{"])
def test_recover_of_no_run(run: RunDirectory, content: str | None) -> None:
    run.path.mkdir(parents=True)
    (run.path / "x").write_text("")
    if content:
        run.config.write_text(content)
    expected = r"config\.json is not JSON" if content else r"holds no run to recover \(no config"
    with pytest.raises(RunError, match=expected):
        enter(run, recover=True)


@pytest.mark.parametrize("options", [{"recover": True}, {"force": True}])
def test_only_one_training_at_a_time(run: RunDirectory, options: dict[str, bool]) -> None:
    with run.opened(CONFIG, STARTED, force=False, recover=False):
        run.checkpoint.write_text("the first one's")
        with pytest.raises(RunError) as caught:
            enter(run, **options)
        assert run.lock.exists()
        assert run.checkpoint.exists()
    assert str(caught.value) == (
        f"{run.path} is in use by another training; wait until it ends, or choose another "
        "directory with -s"
    )
    enter(run, **options)


def test_a_stale_lock_is_free(run: RunDirectory) -> None:
    run.path.mkdir(parents=True)
    run.lock.write_text("")
    enter(run)
    assert run.config.exists()


@pytest.mark.parametrize("place", ["/proc/nowhere/run", "FILE/run"])
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    run = RunDirectory(Path(place.replace("FILE", str(tmp_path / "file"))))
    with pytest.raises(RunError, match=r"cannot be used as a run directory: .+; choose another"):
        enter(run)


def test_a_full_disk_at_the_beginning_leaves_nothing(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RunError, match=r"run\.json cannot be written \(No space left"):
        enter(run)
    assert not run.path.exists()


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_replaced_keeps_the_old_file_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    write_json(path, {"ä": 1})
    assert path.read_text() == '{\n  "ä": 1\n}\n'

    def write() -> None:
        with replaced(path) as work:
            work.write_text("half")
            full()

    with pytest.raises(RunError) as caught:
        write()
    assert str(caught.value) == (
        f"{path} cannot be written (No space left on device); what was there before is kept. "
        "Make room, then go on with --recover"
    )
    assert [item.name for item in tmp_path.iterdir()] == ["file.json"]
    assert path.read_text() == '{\n  "ä": 1\n}\n'


def test_replace_text_on_a_device_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "_new_file", lambda draft: draft.symlink_to("/dev/full"))
    with pytest.raises(RunError, match=r"log cannot be written \(No space left on device\)"):
        replace_text(tmp_path / "log", "text")


def test_differences() -> None:
    assert differences(CONFIG, CONFIG) == []
    assert differences({"a": [1]}, {"a": [2]}) == ["a: [1] there, [2] now"]
    assert differences({"a": None}, {"a": {"b": 1}}) == ['a: null there, {"b": 1} now']


def test_the_lock_is_the_systems(run: RunDirectory) -> None:
    """Freed when its holder dies: no process needs to clean up."""
    run.path.mkdir(parents=True)
    with run.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunError, match="in use by another training"):
            enter(run)
    enter(run)

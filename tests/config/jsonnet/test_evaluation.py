"""Limits of jsonnet's evaluation."""

import os
import queue
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from jointre.config import check, load_config
from jointre.config.jsonnet import evaluation
from jointre.config.jsonnet.evaluation import Evaluator
from jointre.errors import ConfigError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def evaluate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Evaluator]:
    monkeypatch.setattr(evaluation, "SECONDS", 2.0)
    monkeypatch.setattr(evaluation, "MEMORY", 2**28)
    evaluator = Evaluator()
    yield evaluator
    evaluator.close()


def no_import(folder: str, name: str) -> tuple[str, bytes]:
    raise ConfigError(f"{name} is not there")


def run(evaluate: Evaluator, text: str) -> str:
    return evaluate("text", text, no_import, {"a": "b"})


def test_an_evaluation(evaluate: Evaluator) -> None:
    assert run(evaluate, "{x: std.extVar('a')}") == '{\n   "x": "b"\n}\n'
    with pytest.raises(RuntimeError, match="RUNTIME ERROR: no"):
        run(evaluate, "error 'no'")
    with pytest.raises(RuntimeError, match="b is not there"):
        run(evaluate, "import 'b'")
    assert run(evaluate, "1") == "1\n"


def test_imports_are_answered_and_long_texts_pass(evaluate: Evaluator) -> None:
    text = "'" + "ä\\n" * 300_000 + "'"

    def files(folder: str, name: str) -> tuple[str, bytes]:
        return f"{folder}{name}", text.encode()

    expected = '"' + "ä\\n" * 300_000 + '"\n'
    assert evaluate("folder/text", "import 'a'", files, {}) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("local f(n) = f(n + 1) tailstrict; f(0)", "takes longer than 2 seconds"),
        ("std.range(1, 1000000000)", "needs more than 0 GiB of memory|takes longer than"),
        ("local d(s, n) = if n == 0 then s else d(s + s, n - 1); d('a', 40)", "GiB of memory"),
        ("+".join(["1"] * 200_000), "its text is nested too deeply"),
    ],
    ids=["recursion", "list", "string", "sum"],
)
def test_an_evaluation_that_does_not_end(evaluate: Evaluator, text: str, message: str) -> None:
    start = time.monotonic()
    with pytest.raises(ConfigError, match=message):
        run(evaluate, text)
    assert time.monotonic() - start < 20
    assert run(evaluate, "1") == "1\n"  # a new process


def test_a_process_that_cannot_limit_its_memory(
    evaluate: Evaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "SECONDS", 20.0)
    monkeypatch.setattr(evaluation, "MEMORY", 2**40)
    assert run(evaluate, "1") == "1\n"  # the process starts with a limit that it does not reach
    monkeypatch.setattr(evaluation, "MEMORY", 2**28)
    with pytest.raises(ConfigError, match="this config needs more than 0 GiB of memory"):
        run(evaluate, "local f(n) = [n] + f(n + 1); std.length(std.range(1, 100000000))")
    assert run(evaluate, "1") == "1\n"


def test_lines_of_a_pipe() -> None:
    content = b"ab\ncd\n\n" + b"e" * 2**17 + b"\n"
    reading, writing = os.pipe()
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    with os.fdopen(reading, "rb") as stream:
        listener = threading.Thread(target=evaluation._read_lines, args=(stream, lines))
        listener.start()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
        listener.join(timeout=10)
    assert [lines.get_nowait() for _ in range(5)] == [b"ab", b"cd", b"", b"e" * 2**17, None]


def test_a_forked_process_has_an_evaluator_of_its_own(evaluate: Evaluator) -> None:
    assert run(evaluate, "1") == "1\n"
    child = os.fork()
    if child == 0:
        os._exit(0 if run(evaluate, "2") == "2\n" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert run(evaluate, "3") == "3\n"


@pytest.mark.parametrize("keys", [16, 40])
def test_an_override_of_many_keys_is_read_at_once(keys: int) -> None:
    path = ".".join(f"k{number}" for number in range(keys))
    start = time.monotonic()
    config: Any = load_config({"other": 1}, [f"{path}=7"]).data
    assert time.monotonic() - start < 5
    for number in range(keys):
        config = config[f"k{number}"]
    assert config == 7


def test_a_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "a.jsonnet").symlink_to("b.jsonnet")
    (tmp_path / "b.jsonnet").symlink_to("a.jsonnet")
    (tmp_path / "main.jsonnet").write_text("import 'a.jsonnet'")
    message = r"a\.jsonnet is a symbolic link that leads back to itself"
    for name in ("a.jsonnet", "main.jsonnet"):
        with pytest.raises(ConfigError, match=message):
            load_config(tmp_path / name)


@pytest.mark.parametrize("depth", [400, 5_000, 100_000])
def test_deep_configs_are_errors(depth: int, tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text('{"a": ' * depth + "1" + "}" * depth)
    message = r"deep\.json.*(nested too deeply|stack|parse depth)"
    with pytest.raises(ConfigError, match=message):
        load_config(tmp_path / "deep.json")


def test_a_config_as_deep_as_jsonnet_allows_is_checked() -> None:
    config: dict[str, Any] = {"a": 1}
    for _ in range(290):
        config = {"model": config}
    assert check(Small, load_config(config).data) == []
    (problem,) = check(Small, load_config({**config, "size": 1}).data)
    assert problem.path == "size"


class Small:
    """A class of one option, to check a config against."""

    def __init__(self, model: Any) -> None:
        self.model = model


INSTALLED = [name for name in evaluation.LIBRARIES if find_spec(name) is not None]


@pytest.mark.parametrize("library", INSTALLED)
def test_either_library_gives_the_same(
    library: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = load_config(ROOT / "experiments" / "sinet_scierc.jsonnet").data
    monkeypatch.setattr(evaluation, "LIBRARIES", (library,))
    evaluation.evaluate.close()
    assert load_config(ROOT / "experiments" / "sinet_scierc.jsonnet").data == expected
    (tmp_path / "a.jsonnet").write_text("local f = std.thisFile; { f: f, b: import 'b.json' }")
    (tmp_path / "b.json").write_text('{"x": 1e-5}')
    config = load_config(tmp_path / "a.jsonnet", ["b.y=2"]).data
    assert config == {"f": str(tmp_path / "a.jsonnet"), "b": {"x": 1e-5, "y": 2}}
    (tmp_path / "c.jsonnet").write_text("{\n a: std.extVar('fold') }")
    with pytest.raises(
        ConfigError, match=r"c.jsonnet:2: the external variable 'fold' has no value"
    ):
        load_config(tmp_path / "c.jsonnet")
    evaluation.evaluate.close()


def test_there_is_a_library() -> None:
    assert "_jsonnet" in INSTALLED
    found = evaluation.find_library()
    assert found is not None
    assert found[0] == "_jsonnet"

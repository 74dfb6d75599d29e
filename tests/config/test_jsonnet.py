from pathlib import Path

import pytest

from jointre.config import LoadedConfig, Problem, check, load_config
from jointre.errors import ConfigError
from tests.config.toys import Experiment

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


def load(*overrides: str) -> dict[str, object]:
    return load_config("ex/m.jsonnet", overrides).data


def test_a_file_with_its_imports(folder: Path) -> None:
    loaded = load_config(Path("ex/m.jsonnet"))
    assert loaded.data["name"] == "m"
    assert loaded.data["model"]["refiners"] == [{"type": "flow", "k": 1}, "read"]
    assert loaded.files == (folder / "ex/m.jsonnet", folder / "ex/lib/base.libsonnet")


def test_plain_json(folder: Path) -> None:
    Path("c.json").write_text('{"seed": 3.0, "rate": 1e-5}')
    assert load_config("c.json").data == {"seed": 3, "rate": 1e-5}


def test_a_path_override_merges_and_keeps_late_binding(folder: Path) -> None:
    data = load("seed=4", "model.encoder.name=x", "model.encoder.stride=2")
    assert data["seed"] == 4
    assert data["double"] == 8
    assert data["model"]["encoder"] == {"name": "x", "stride": 2}  # type: ignore[index]
    assert data["model"]["type"] == "span"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("1e-3", 1e-3),
        ("true", True),
        ("null", None),
        ("max", "max"),
        ('"4"', "4"),
        ("a b=c", "a b=c"),
        ("", ""),
        ('{"type": "ctam"}', {"type": "ctam"}),
        ("{type: 'ctam', heads: 1 + 1}", {"type": "ctam", "heads": 2}),
        ("['entity']", ["entity"]),
    ],
)
def test_values_of_path_overrides(folder: Path, text: str, value: object) -> None:
    assert load(f"name={text}")["name"] == value


def test_a_path_override_enters_lists_by_number(folder: Path) -> None:
    model = load("model.refiners.0.k=5", "model.refiners.1=write")["model"]
    assert model["refiners"] == [{"type": "flow", "k": 5}, "write"]  # type: ignore[index]


def test_jsonnet_overrides(folder: Path) -> None:
    assert load("{ model: 'none' }")["model"] == "none"
    assert load("local s = 7; { seed: s }")["double"] == 14
    data = load("seed=2", "{ seed: super.seed + 1 }", "{ seed: super.seed * 10 }")
    assert data["seed"] == 30


@pytest.mark.parametrize("name", ["ex/ablations/a.libsonnet", "ablations/a.libsonnet"])
def test_an_override_imports_from_here_or_from_beside_the_file(folder: Path, name: str) -> None:
    assert load(f"(import '{name}').wide")["model"]["width"] == 20  # type: ignore[index]


def test_an_override_imports_from_above_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    loaded = load_config(folder / "ex/m.jsonnet", ["(import 'ex/ablations/a.libsonnet').wide"])
    assert loaded.data["model"]["width"] == 20


def test_external_variables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("v.jsonnet").write_text("{ d: std.extVar('data'), n: std.extVar('n') }")
    assert load_config("v.jsonnet", ext_vars={"n": "1"}).data == {"d": "data", "n": "1"}
    monkeypatch.setenv("JOINTRE_DATA", "/corpora")
    assert load_config("v.jsonnet", ext_vars={"n": "1"}).data["d"] == "/corpora"
    assert load_config("v.jsonnet", ext_vars={"n": "1", "data": "x"}).data["d"] == "x"
    message = r"^v\.jsonnet:1: the external variable 'n' has no value; give --ext-var n=VALUE$"
    with pytest.raises(ConfigError, match=message):
        load_config("v.jsonnet")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "model.interaction.heads=2",
            "override 'model.interaction.heads=2': model.interaction is \"none\", which has no key "
            "'heads'; write the whole object, model.interaction={type: …, heads: …}",
        ),
        (
            "model.refiners.1.k=5",
            "override 'model.refiners.1.k=5': model.refiners.1 is \"read\", wh",
        ),
        (
            "model.refiners.7.k=5",
            "override 'model.refiners.7.k=5': model.refiners has no item 7; it",
        ),
        (
            "model.refiners.k=5",
            "model.refiners is a list; name an item by its number, as in model.r",
        ),
        (
            "model.word_pooler.k=1",
            "model.word_pooler is null, so model.word_pooler.k cannot be set",
        ),
        ("seed.x=1", "override 'seed.x=1': seed is not an object but 0"),
        ("seed.0=1", "override 'seed.0=1': seed is not a list but 0"),
        ("new.0=1", "override 'new.0=1': new is not in the config, so it has no item 0"),
        ("{a: }", "override '{a: }': unexpected: \"}\" while parsing terminal"),
        ("{a: self.q}", "override '{a: self.q}': field does not exist: q"),
        (
            "hello",
            "override 'hello': neither path.to.key=VALUE nor jsonnet text, which starts with",
        ),
        ("model.x={a", "override 'model.x={a': the value is not JSON: "),
        ("0.a=1", "override '0.a=1': neither path.to.key=VALUE nor jsonnet text"),
        ("import 'no.libsonnet'", "an override imports 'no.libsonnet', which is neither in "),
    ],
)
def test_what_is_wrong_with_an_override(folder: Path, override: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load("name=other", override)
    assert str(caught.value).startswith(message) or f": {message}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{\n  a: 1,, }", 'bad.jsonnet:2: unexpected: "," while parsing field definition'),
        ("{\n  a:: 1,\n  b: error 'set b\nand c' }", "bad.jsonnet:3: set b\nand c"),
        ("{ a: self.b }", "bad.jsonnet:1: field does not exist: b"),
        ("{ a: std.extVar('dta') }", "bad.jsonnet:1: the external variable 'dta' has no value; "
         "give --ext-var dta=VALUE; did you mean 'data'?"),
        ("\n(import 'ex/lib/bse.libsonnet')", "bad.jsonnet:2: ex/lib/bse.libsonnet does not exist; "
         "did you mean ex/lib/base.libsonnet?"),
        ("[1, 2]", "bad.jsonnet: a config is an object, but this is [1, 2]"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(folder: Path, text: str, message: str) -> None:
    Path("bad.jsonnet").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config("bad.jsonnet")
    assert str(caught.value) == message


def test_what_is_no_config_file(folder: Path) -> None:
    Path("bin.jsonnet").write_bytes(b"{}\xff")
    Path("nul.jsonnet").write_bytes(b"{\0}")
    for name, message in {
        "ex": r"^ex is a folder; give a \.jsonnet or \.json file in it$",
        "ex/n.jsonnet": r"^ex/n\.jsonnet does not exist; did you mean ex/m\.jsonnet\?$",
        "ex/q/r/n.jsonnet": r"^ex/q/r/n\.jsonnet does not exist: there is no folder ex/q$",
        "bin.jsonnet": r"^bin\.jsonnet is not UTF-8 text \(byte 2\); a config is a \.jsonnet or",
        "nul.jsonnet": r"^nul\.jsonnet is a binary file; a config is \.jsonnet or \.json$",
    }.items():
        with pytest.raises(ConfigError, match=message):
            load_config(name)


def test_an_override_may_fill_what_the_file_demands(folder: Path) -> None:
    Path("r.jsonnet").write_text("{ data: { train: error 'set data.train', dev: 'd' } }")
    loaded = load_config("r.jsonnet", ["data.train=t"])
    assert loaded.data == {"data": {"train": "t", "dev": "d"}}


def line_of(loaded: LoadedConfig, path: str, value: str = "1") -> str | None:
    return loaded.line_of(Problem(path, value, "wrong"))


def test_lines_are_those_of_keys_that_occur_once(folder: Path) -> None:
    loaded = load_config("ex/m.jsonnet", ["model.deep.width=3"])
    assert line_of(loaded, "seed") == "ex/lib/base.libsonnet:3"
    assert line_of(loaded, "name") == "ex/m.jsonnet:2"
    assert line_of(loaded, "model.refiners.0") == "ex/lib/base.libsonnet:7"
    assert line_of(loaded, "model.interaction.heads") is None  # only in a comment
    assert line_of(loaded, "model.deep.width") == "-o model.deep.width=3"
    assert line_of(loaded, "model.max_width", "") == "ex/lib/base.libsonnet:5"  # missing
    assert line_of(loaded, "") is None
    twice = load_config("ex/m.jsonnet", ["{ seed: 3 }"])
    assert line_of(twice, "seed") is None


def test_problems_come_in_the_order_of_the_file(folder: Path) -> None:
    Path("c.jsonnet").write_text(
        "{\n  training: { epochs: 'x' },\n  model: {\n    max_width: 0,\n    type: 'span',\n"
        "    interaction: 'nine',\n  },\n  sed: 1,\n}"
    )
    problems = [str(each) for each in check(Experiment, load_config("c.jsonnet"))]
    assert problems == [
        'training.epochs: "x" is not accepted: an integer, at least 1 (c.jsonnet:2)',
        "model.max_width: 0 is not accepted: an integer, at least 1 (c.jsonnet:4)",
        "model.interaction: no toy interaction is called 'nine'; did you mean 'none'? Choices: "
        "conv, ctam, none (c.jsonnet:6)",
        "sed: Experiment takes no 'sed'; did you mean 'seed'? It takes model, seed, training "
        "(c.jsonnet:8)",
    ]

from pathlib import Path

import pytest

from jointre.config import load_config, load_study
from jointre.errors import ConfigError


def test_a_file_with_its_imports(folder: Path) -> None:
    loaded = load_config(Path("ex/m.jsonnet"))
    assert loaded.data["name"] == "m"
    assert loaded.data["model"]["refiners"] == [{"type": "flow", "k": 1}, "read"]
    assert loaded.files == (folder / "ex/m.jsonnet", folder / "ex/lib/base.libsonnet")


def test_a_study(folder: Path) -> None:
    """Changes are added to the experiment, then the overrides; the rest is as it is."""
    Path("s.jsonnet").write_text(
        """{
          experiment: { lr: 2, deep: { x: 1, y: 2 }, name: error 'every variant has one' },
          variants: [
            { name: 'a', change: { name: 'A' } },
            { name: 'b', change: { name: 'B', lr: 3 * super.lr, deep+: { x: 5 } }, group: 'g' },
          ],
          seeds: [1],
        }"""
    )
    loaded = load_study("s.jsonnet", ["deep.y=7", "{ lr: super.lr + 1 }"])
    assert loaded.data["variants"] == [
        {"name": "a", "experiment": {"lr": 3, "deep": {"x": 1, "y": 7}, "name": "A"}},
        {
            "name": "b",
            "group": "g",
            "experiment": {"lr": 7, "deep": {"x": 5, "y": 7}, "name": "B"},
        },
    ]
    assert loaded.data["seeds"] == [1]
    assert loaded.files == (folder / "s.jsonnet",)
    with pytest.raises(ConfigError, match=r"override 'deep\.y': neither"):
        load_study("s.jsonnet", ["deep.y"])


def test_plain_json(folder: Path) -> None:
    Path("c.json").write_text('{"seed": 3.0, "rate": 1e-5}')
    assert load_config("c.json").data == {"seed": 3, "rate": 1e-5}


@pytest.mark.parametrize("name", ["ex/ablations/a.libsonnet", "ablations/a.libsonnet"])
def test_an_override_imports_from_here_or_from_beside_the_file(folder: Path, name: str) -> None:
    loaded = load_config("ex/m.jsonnet", [f"(import '{name}').wide"])
    assert loaded.data["model"]["width"] == 20


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
    ("text", "message"),
    [
        ("{\n  a: 1,, }", 'bad.jsonnet:2: unexpected: "," while parsing field definition'),
        ("{\n  a:: 1,\n  b: error 'set b\nand c' }", "bad.jsonnet:3: set b\nand c"),
        ("{ a: self.b }", "bad.jsonnet:1: field does not exist: b"),
        ("{ a: std.extVar('dta') }", "bad.jsonnet:1: the external variable 'dta' has no value; "
         "give --ext-var dta=VALUE; did you mean 'data'?"),
        ("\n(import 'ex/lib/bse.libsonnet')", "bad.jsonnet:2: ex/lib/bse.libsonnet does not exist "
         "(did you mean ex/lib/base.libsonnet?); an import is relative to the file that has it, "
         "here to the working directory"),
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
        "ex/n.jsonnet": r"^ex/n\.jsonnet does not exist \(did you mean ex/m\.jsonnet\?\)$",
        "ex/q/r/n.jsonnet": r"^ex/q/r/n\.jsonnet does not exist: there is no folder ex/q$",
        "bin.jsonnet": r"^bin\.jsonnet is not UTF-8 text \(byte 2\); a config is a \.jsonnet or",
        "nul.jsonnet": r"^nul\.jsonnet is a binary file; a config is \.jsonnet or \.json$",
    }.items():
        with pytest.raises(ConfigError, match=message):
            load_config(name)


def test_an_experiment_in_memory() -> None:
    config = {"a": {"b": 1, "c": [None, "x"]}}
    loaded = load_config(config, ["a.b=2", "{ d: self.a.b + 1 }"])
    assert loaded.data == {"a": {"b": 2, "c": [None, "x"]}, "d": 3}
    assert config == {"a": {"b": 1, "c": [None, "x"]}}
    assert loaded.files == ()


@pytest.mark.parametrize("value", [{1}, float("nan"), object()])
def test_an_experiment_in_memory_is_plain_data(value: object) -> None:
    with pytest.raises(ConfigError, match="experiment: a config is plain data, as in JSON"):
        load_config({"a": value})

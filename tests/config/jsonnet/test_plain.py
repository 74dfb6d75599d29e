import copy
import json
from pathlib import Path
from typing import Any

import pytest

from jointre.config import load_config
from jointre.config.jsonnet import evaluation
from jointre.config.jsonnet.plain import with_override
from jointre.errors import ConfigError

CONFIG: dict[str, Any] = {"a": {"b": 1, "items": [{"x": 1}, 2]}, "none": None, "name": "linear"}


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(evaluation, "LIBRARIES", ())
    monkeypatch.chdir(tmp_path)
    return tmp_path


OVERRIDES = [
    "a.b=2",
    "a.c.d=[1, 2]",
    "new=text",
    "a={}",
    "a.items.0.x=null",
    "a.items.1=3",
    'name="a b"',
    "a.b=1e-5",
]


@pytest.mark.parametrize("override", OVERRIDES)
def test_an_override_does_what_jsonnet_does(override: str) -> None:
    before = copy.deepcopy(CONFIG)
    assert with_override(CONFIG, override, "") == load_config(CONFIG, [override]).data
    assert before == CONFIG


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "name.x=1",
            "override 'name.x=1': name is \"linear\", which has no key 'x'; set name to an object",
        ),
        (
            "none.x=1",
            "override 'none.x=1': none is null, which has no key 'x'; set none to an object",
        ),
        ("a.items.x=1", "a.items is a list; name an item by its number, as in a.items.0"),
        ("a.items.5=1", "a.items has no item 5; it has 2"),
        ("a.c.0=1", "a.c is not in the config, so it has no item 0"),
        ("{a: 1}", "override '{a: 1}': jsonnet is evaluated by"),
        ("a={type: 'x'}", "the value is not JSON; jsonnet is evaluated by"),
        ("nothing", "override 'nothing': jsonnet is evaluated by"),
    ],
)
def test_overrides_that_do_not_fit(no_library: Path, override: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(CONFIG, [override])
    assert message in str(raised.value)


def test_json_needs_no_jsonnet(no_library: Path) -> None:
    Path("config.json").write_text(json.dumps(CONFIG))
    loaded = load_config("config.json", ["a.b=7", "a.items.1=[]"])
    assert loaded.data["a"] == {"b": 7, "items": [{"x": 1}, []]}
    assert loaded.files == (no_library / "config.json",)
    assert load_config(CONFIG).data == CONFIG


def test_jsonnet_needs_one_of_two_packages(no_library: Path) -> None:
    Path("config.jsonnet").write_text("{}")
    message = (
        r"^config.jsonnet: jsonnet is evaluated by the package jsonnet or by rjsonnet, and neither"
    )
    with pytest.raises(ConfigError, match=message):
        load_config("config.jsonnet")
    Path("config.json").write_text("{ a: 1 }")
    with pytest.raises(ConfigError, match=r"config.json is not JSON .*pip install rjsonnet"):
        load_config("config.json")
    Path("list.json").write_text("[1]")
    with pytest.raises(ConfigError, match="a config is an object"):
        load_config("list.json", ["a=1"])
    Path("deep.json").write_text("[" * 200_000)
    with pytest.raises(ConfigError, match="nested too deeply"):
        load_config("deep.json")

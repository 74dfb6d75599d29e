"""A misspelt mix-in lists those that there are."""

from pathlib import Path

import pytest

from jointre.config import load_config, mixins
from jointre.errors import ConfigError

FILE = "ex/ablations/a.libsonnet"
TEXT = "{ wide:: { model+: { width: 20 } }, narrow: { model+: { width: 2 } } }"


@pytest.mark.parametrize("name", [FILE, "ablations/a.libsonnet"])
def test_misspelt_in_an_override(folder: Path, name: str) -> None:
    Path(FILE).write_text(TEXT)
    for text, hint in (("wyde", "; did you mean 'wide'?"), ("other_thing", ".")):
        override = f"(import '{name}').{text}"
        with pytest.raises(ConfigError) as caught:
            load_config("ex/m.jsonnet", [override])
        assert str(caught.value) == (
            f"override {override!r}: {name} has no mix-in '{text}'{hint} It has: narrow, wide"
        )


def test_misspelt_in_a_file(folder: Path) -> None:
    Path(FILE).write_text(TEXT)
    Path("ex/own.jsonnet").write_text('(import "m.jsonnet") + (import "ablations/a.libsonnet").wid')
    with pytest.raises(
        ConfigError, match=r"^ex/own\.jsonnet: ablations/a\.libsonnet has no mix-in"
    ):
        load_config("ex/own.jsonnet")


@pytest.mark.parametrize(
    "text",
    [
        "local a = import 'ablations/a.libsonnet'; (import 'm.jsonnet') + a.wid",
        "local m = import 'm.jsonnet', a = (import \"ablations/a.libsonnet\");\nm + a['wid']",
        "(import 'm.jsonnet') + (import 'ablations/a.libsonnet')[ \"wid\" ]",
    ],
)
def test_other_ways_to_select_one(folder: Path, text: str) -> None:
    Path(FILE).write_text(TEXT)
    Path("ex/own.jsonnet").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config("ex/own.jsonnet")
    assert str(caught.value) == (
        "ex/own.jsonnet: ablations/a.libsonnet has no mix-in 'wid'; did you mean 'wide'? It has: "
        "narrow, wide"
    )


def test_a_file_that_comes_with_jointre(folder: Path) -> None:
    text = "(import 'm.jsonnet') + (import 'experiments/ablations/care.libsonnet').kernel_11"
    Path("ex/own.jsonnet").write_text(text)
    with pytest.raises(ConfigError, match=r"has no mix-in 'kernel_11'; did you mean 'kernel_1'\?"):
        load_config("ex/own.jsonnet")


def test_another_missing_field_is_not_a_mixin(folder: Path) -> None:
    Path(FILE).write_text("{ wide: { a: self.wyde } }")
    with pytest.raises(ConfigError, match="field does not exist: wyde"):
        load_config("ex/m.jsonnet", [f"(import '{FILE}').wide"])


def test_the_names_of_a_file(folder: Path) -> None:
    Path(FILE).write_text(TEXT)
    assert mixins(Path(FILE)) == ["narrow", "wide"]
    Path("list.libsonnet").write_text("[1]")
    with pytest.raises(ConfigError, match=r"list\.libsonnet: mix-ins are the fields of an object"):
        mixins(Path("list.libsonnet"))
    with pytest.raises(ConfigError, match="does not exist"):
        mixins(Path("none.libsonnet"))

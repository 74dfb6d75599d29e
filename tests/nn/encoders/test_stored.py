"""What an archive's encoder files may say."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from jointre.errors import ConfigError
from jointre.nn.encoders import sources, stored
from jointre.testing.tiny import tiny_encoder, tiny_words

SIZES: dict[str, Any] = {
    "vocab_size": 50,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tiny_encoder(tmp_path, tiny_words())
    return tmp_path


def edit(folder: Path, name: str, **values: Any) -> None:
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize("model_type", stored.MODEL_TYPES)
def test_every_accepted_type_can_be_built(model_type: str, tmp_path: Path) -> None:
    config = transformers.CONFIG_MAPPING[model_type]()
    names = {name: name for name in SIZES} | {
        ours: theirs for ours, theirs in type(config).attribute_map.items() if ours in SIZES
    }
    own = {names[name]: value for name, value in SIZES.items()}
    content = {"model_type": model_type, "embedding_size": 32, "pad_token_id": 0, **own}
    (tmp_path / "config.json").write_text(json.dumps(content))
    with torch.device("meta"):
        model = sources.build(stored.config(tmp_path))
    assert model.config.model_type == model_type
    assert {parameter.device.type for parameter in model.parameters()} == {"meta"}


def test_the_configuration_and_tokenizer_of_a_folder(folder: Path) -> None:
    edit(folder, "config.json", auto_map={}, _private="someone/repo", chunk_size_feed_forward=3)
    config = stored.config(folder)
    expected = transformers.AutoConfig.from_pretrained(folder).to_dict()
    ignored = {"_name_or_path", "_private", "auto_map", "chunk_size_feed_forward"}
    assert {k: v for k, v in config.to_dict().items() if k not in ignored} == {
        k: v for k, v in expected.items() if k not in ignored
    }
    assert config.chunk_size_feed_forward == 0
    assert not hasattr(config, "_private")
    assert stored.tokenizer(folder).get_vocab() == (
        transformers.AutoTokenizer.from_pretrained(folder).get_vocab()
    )


def test_a_session_is_offline_and_loads_a_tokenizer_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with stored.session():
        with stored.session():
            assert constants.HF_HUB_OFFLINE
        assert constants.HF_HUB_OFFLINE
        assert stored.tokenizer(folder) is stored.tokenizer(folder)
    assert not constants.HF_HUB_OFFLINE
    assert stored.tokenizer(folder) is not stored.tokenizer(folder)


def test_saved_files_ask_for_nothing(folder: Path) -> None:
    before = stored.config(folder).to_dict()
    edit(folder, "config.json", auto_map={"AutoModel": "m.M"}, attn_implementation="a/b")
    edit(folder, "tokenizer_config.json", auto_map={"AutoTokenizer": "t.T"}, vocab_file="a")
    with pytest.raises(ConfigError, match="asks for code or files from elsewhere"):
        stored.config(folder)
    stored.clean(folder)
    assert stored.config(folder).to_dict() == before
    stored.tokenizer(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not readable JSON"),
        (b"\xff", "is not readable JSON"),
        (b"[]", "must hold an object"),
        (b"[" * 100_000, "is nested too deeply"),
        (None, "is not readable JSON: .*No such file"),
    ],
)
def test_files_that_are_damaged(
    folder: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ConfigError, match=rf"the encoder's {name} {message}"):
        stored.tokenizer(folder)


def test_an_encoder_that_no_archive_could_load_is_not_trained() -> None:
    config = transformers.GPT2Config(n_layer=1, n_embd=8, n_head=1, vocab_size=9)
    with pytest.raises(ConfigError, match=r"model_type 'gpt2' is not an encoder of text"):
        sources.build(config)
    config = transformers.BertConfig(attn_implementation="someone/repo")
    with pytest.raises(ConfigError, match="attn_implementation='someone/repo'; accepted: eager"):
        sources.build(config)


def test_a_tokenizer_with_more_pieces_than_the_encoder(folder: Path) -> None:
    config, tokenizer = stored.config(folder), stored.tokenizer(folder)
    stored.check_sizes(tokenizer, config)
    config.vocab_size -= 1
    with pytest.raises(ConfigError, match=rf"piece number {config.vocab_size}, but the encoder"):
        stored.check_sizes(tokenizer, config)

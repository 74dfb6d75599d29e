"""Encoders from the folder of an archive, which may come from an untrusted source.

transformers fetches and runs code where a configuration asks for it: attention kernels from the
hub, backbones, classes of ``auto_map``, compilers. Here a folder's files are checked first. Only
model types and tokenizer classes of a list are accepted, options that ask for other code or files
are refused, and nothing is looked up by name.
"""

import json
import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from jointre.errors import ConfigError, abbreviated

PREFIX = "archive:"
_CONFIG = "the encoder's config.json"
_TOKENIZER = "the encoder's tokenizer_config.json"
_ELSEWHERE = "asks for code or files from elsewhere; an archive never runs or fetches them"
# Encoders of text. Each is part of transformers, reads no other model and compiles nothing.
MODEL_TYPES = (
    "albert",
    "bert",
    "big_bird",
    "camembert",
    "convbert",
    "data2vec-text",
    "deberta",
    "deberta-v2",
    "distilbert",
    "electra",
    "ernie",
    "longformer",
    "megatron-bert",
    "mobilebert",
    "modernbert",
    "mpnet",
    "mt5",
    "rembert",
    "roberta",
    "roberta-prelayernorm",
    "roformer",
    "squeezebert",
    "t5",
    "umt5",
    "xlm-roberta",
    "xlm-roberta-xl",
    "xmod",
)
ATTENTION = ("eager", "sdpa")
_ATTENTION_KEYS = ("attn_implementation", "_attn_implementation", "_attn_implementation_internal")
DTYPES = ("float32", "float16", "bfloat16", "float64")
# Options by which a configuration asks for other files or other code.
FOREIGN = (
    "auto_map",
    "backbone",
    "backbone_config",
    "custom_pipelines",
    "experts_implementation",
    "kernel_config",
    "quantization_config",
    "trust_remote_code",
    "use_kernels",
    "use_timm_backbone",
)
# Options that are not passed on: they change how states are computed, not what they are.
_IGNORED = {
    "_name_or_path",
    "chunk_size_feed_forward",
    "model_type",
    "reference_compile",
    "transformers_version",
}
TOKENIZERS = (
    "AlbertTokenizer",
    "BertTokenizer",
    "BigBirdTokenizer",
    "CamembertTokenizer",
    "ConvBertTokenizer",
    "DebertaTokenizer",
    "DebertaV2Tokenizer",
    "DistilBertTokenizer",
    "ElectraTokenizer",
    "GPT2Tokenizer",
    "LongformerTokenizer",
    "MPNetTokenizer",
    "MobileBertTokenizer",
    "PreTrainedTokenizer",
    "RemBertTokenizer",
    "RoFormerTokenizer",
    "RobertaTokenizer",
    "SqueezeBertTokenizer",
    "T5Tokenizer",
    "TokenizersBackend",
    "XLMRobertaTokenizer",
)
MAX_NUMBER = 10**7  # of any option
MAX_LAYERS = 1000

_lock = threading.Lock()
_sessions: list[dict[str, Any]] = []
_was_offline: list[bool] = []


@contextmanager
def session() -> Iterator[None]:
    """Forbid the hub's client any request, and load each folder's tokenizer once only."""
    constants: Any = import_module("huggingface_hub.constants")
    with _lock:
        if not _sessions:
            _was_offline[:] = [constants.HF_HUB_OFFLINE]
        _sessions.append({})
        constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        with _lock:
            _sessions.pop()
            if not _sessions:
                constants.HF_HUB_OFFLINE = _was_offline[0]


def config(folder: Path) -> Any:
    """The encoder's configuration.

    Args:
        folder: The archive's folder ``encoder``.

    Raises:
        ConfigError: The file is damaged, or its values are unknown, unsafe or absurd.
    """
    content = _read(folder / "config.json")
    check_config(content)
    transformers = import_module("transformers")
    kind: Any = transformers.CONFIG_MAPPING[content["model_type"]]
    declared = kind().to_dict().keys()
    # Models read options that their class does not declare, but none of those is an object.
    plain = {
        key: value
        for key, value in content.items()
        if key in declared or not (key.startswith("_") or isinstance(value, dict))
    }
    return kind(**{key: value for key, value in plain.items() if key not in _IGNORED})


def check_config(content: Mapping[str, Any]) -> None:
    """Refuse a configuration that asks for other code, or whose values no encoder can have.

    Args:
        content: The configuration as plain data.

    Raises:
        ConfigError: Names the option, its value and what is accepted.
    """
    model_type = content.get("model_type")
    if model_type not in MODEL_TYPES:
        raise ConfigError(
            f"{_CONFIG}: model_type {abbreviated(model_type)} is not an encoder of text "
            f"that jointre loads; accepted: {', '.join(MODEL_TYPES)}"
        )
    for key, value in _options(content):
        if key in FOREIGN and value:
            raise ConfigError(f"{_CONFIG}: {key}={abbreviated(value)} {_ELSEWHERE}")
        if key in _ATTENTION_KEYS and value not in (None, *ATTENTION):
            raise ConfigError(
                f"{_CONFIG}: {key}={abbreviated(value)}; accepted: {', '.join(ATTENTION)}"
            )
        if key in ("dtype", "torch_dtype") and value not in (None, *DTYPES):
            raise ConfigError(
                f"{_CONFIG}: {key}={abbreviated(value)}; accepted: {', '.join(DTYPES)}"
            )
        _check_number(key, value)


def check_kind(model_config: Any) -> None:
    """Refuse an encoder that an archive could not be loaded with again.

    Args:
        model_config: A configuration of transformers, of any origin.

    Raises:
        ConfigError: Its model type or its kind of attention is not one of those accepted.
    """
    kinds = {key: getattr(model_config, key, None) for key in _ATTENTION_KEYS}
    check_config({"model_type": model_config.model_type, **kinds})


def _options(content: Any) -> Iterator[tuple[str, Any]]:
    """All keys with their values, those of objects within objects and lists too."""
    values = content.items() if isinstance(content, Mapping) else (("", item) for item in content)
    for key, value in values:
        yield str(key), value
        if isinstance(value, Mapping | list) and key not in ("id2label", "label2id"):
            yield from _options(value)


def _check_number(key: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if not math.isfinite(value) or abs(value) > MAX_NUMBER:
        raise ConfigError(
            f"{_CONFIG}: {key}={abbreviated(value)}; accepted: at most {MAX_NUMBER:,}"
        )
    if key.endswith(("_eps", "_epsilon")) and not 0 < value < 1:
        raise ConfigError(f"{_CONFIG}: {key}={value}; accepted: above 0, below 1")
    count = "layers" in key or key in ("n_layer", "num_hidden_groups", "inner_group_num")
    if count and not 1 <= value <= MAX_LAYERS:
        raise ConfigError(f"{_CONFIG}: {key}={value}; accepted: 1 to {MAX_LAYERS}")


def tokenizer(folder: Path) -> Any:
    """The encoder's tokenizer.

    Args:
        folder: The archive's folder ``encoder``.

    Raises:
        ConfigError: The files are damaged, or their values unknown or unsafe.
    """
    loaded = _sessions[-1] if _sessions else {}
    key = str(folder)
    if key not in loaded:
        check_tokenizer(_read(folder / "tokenizer_config.json"))
        _read(folder / "tokenizer.json")
        loaded[key] = import_module("transformers").AutoTokenizer.from_pretrained(
            key, config=config(folder), local_files_only=True, trust_remote_code=False
        )
    return loaded[key]


def check_tokenizer(content: Mapping[str, Any]) -> None:
    """Refuse a tokenizer that asks for other code or reads other files.

    Args:
        content: The content of ``tokenizer_config.json``.

    Raises:
        ConfigError: Names the option, its value and what is accepted.
    """
    name = content.get("tokenizer_class")
    if name is not None and (
        not isinstance(name, str) or name.removesuffix("Fast") not in TOKENIZERS
    ):
        raise ConfigError(
            f"{_TOKENIZER}: tokenizer_class {abbreviated(name)} is not a tokenizer that "
            f"jointre loads; accepted: {', '.join(TOKENIZERS)}"
        )
    for key, value in _options(content):
        if value and (key in FOREIGN or key.endswith(("_file", "_files"))):
            raise ConfigError(f"{_TOKENIZER}: {key}={abbreviated(value)} {_ELSEWHERE}")
        if key == "backend" and value not in (None, "tokenizers"):
            raise ConfigError(f"{_TOKENIZER}: backend={abbreviated(value)}; accepted: tokenizers")


def check_sizes(tokenizer: Any, model_config: Any) -> None:
    """Refuse a tokenizer with pieces for which the encoder has no embedding.

    Args:
        tokenizer: An encoder's tokenizer.
        model_config: The encoder's configuration.

    Raises:
        ConfigError: There is such a piece.
    """
    largest = max(tokenizer.get_vocab().values(), default=-1)
    if largest >= model_config.vocab_size:
        raise ConfigError(
            f"the encoder's tokenizer.json has a piece number {largest}, but the encoder has "
            f"embeddings for {model_config.vocab_size} pieces, counted from 0"
        )


def clean(folder: Path) -> None:
    """Remove from saved files the options by which they asked for other code or files.

    Nothing in a model that was trained here depends on them, and :func:`config` refuses them.

    Args:
        folder: A folder that transformers wrote, with the encoder's configuration and tokenizer.
    """
    for name in ("config.json", "tokenizer_config.json"):
        content = _read(folder / name)
        foreign_keys = [
            key
            for key in content
            if key in (*FOREIGN, *_ATTENTION_KEYS) or key.endswith(("_file", "_files"))
        ]
        if foreign_keys:
            cleaned = {key: value for key, value in content.items() if key not in foreign_keys}
            text = json.dumps(cleaned, indent=2, sort_keys=True, ensure_ascii=False)
            (folder / name).write_text(f"{text}\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ConfigError(f"the encoder's {path.name} is nested too deeply") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"the encoder's {path.name} is not readable JSON: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"the encoder's {path.name} must hold an object")
    return content

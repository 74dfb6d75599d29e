"""Builds a model from the files of an archive, which may come from an untrusted source.

The config is compared with the shapes in the header of the weights before any memory is
allocated: the model is first built on torch's meta device, whose tensors have shapes only.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from jointre.config import Factory, construct, include_hint
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ArchiveError, ConfigError, JointreError, abbreviated
from jointre.models.archive_files import WEIGHTS
from jointre.models.model import Model
from jointre.nn.encoders import Encoder, stored
from jointre.nn.losses import Loss, SingleLabelLoss
from jointre.nn.zero_init import ZeroInit

ENCODER = "encoder"
MAX_NUMBER = 10**7  # of an option, unless a tensor of the weights is larger


def build(
    config: Mapping[str, Any], vocabulary: Mapping[str, Any], folder: Path, source: Path
) -> Model:
    """The model of an archive, in evaluation mode.

    Args:
        config: The resolved ``model`` section.
        vocabulary: The labels, as :meth:`Vocabulary.to_dict` writes them.
        folder: The archive's folder; its files were verified.
        source: Path of the archive, for messages.

    Raises:
        ArchiveError: The config, the vocabulary or the encoder's files have values that are
            unknown, unsafe or absurd, or that do not fit the weights.
    """
    with _refusing(source, "the model cannot be built"):
        labels = Vocabulary.from_dict(vocabulary)
    with _refusing(source, f"{WEIGHTS} is not readable"):
        shapes = _header(folder / WEIGHTS)
    with stored.session():
        with _refusing(source, "the model cannot be built"):
            factory = _factory(config, folder)
        _compare(factory, labels, shapes, source)
        with _refusing(source, "the model cannot be built"), ZeroInit():
            model: Model = factory(vocabulary=labels)
    with _refusing(source, f"{WEIGHTS} does not fit the config"):
        model.load_state_dict(load_file(folder / WEIGHTS))
    model.eval()
    with _refusing(source, "the encoder does not work"):
        _try(model)
    return model


@contextmanager
def _refusing(source: Path, what: str) -> Iterator[None]:
    """Turn any error into one of ours.

    Values from an archive reach constructors of transformers, tokenizers and torch, which raise
    many kinds of error, and a value that they do not accept is a fault of the archive.
    """
    try:
        yield
    except RecursionError as error:
        raise ArchiveError(f"{source}: {what}: a value is nested too deeply") from error
    except JointreError as error:
        raise ArchiveError(f"{source}: {what}: {error}") from error
    except Exception as error:
        plain = isinstance(error, SafetensorError) or type(error) is Exception
        kind = "" if plain else f"{type(error).__name__}: "
        reason = " ".join(str(error)[:1000].split())[:300]
        raise ArchiveError(f"{source}: {what}: {kind}{reason}") from error


def _header(weights: Path) -> dict[str, tuple[list[int], str]]:
    """The shape and the type of every tensor; no tensor is read."""
    with safe_open(weights, framework="pt") as file:
        names: list[str] = file.keys()
        parts = {name: file.get_slice(name) for name in names}
        return {name: (part.get_shape(), part.get_dtype()) for name, part in parts.items()}


def _offline(config: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The model section with the encoder rebuilt from the archive's own files."""
    encoder = config.get("encoder")
    if not isinstance(encoder, dict) or not isinstance(encoder.get("type"), str):
        raise ArchiveError("config.json: model.encoder needs an object with a 'type'")
    _check_numbers(config, "model")
    config = _with_decoder(config)
    kind = Encoder.by_name(encoder["type"])
    options = {key: value for key, value in encoder.items() if key != "type"}
    return {**config, "encoder": {"type": encoder["type"], **kind.restored(options, folder)}}


def _with_decoder(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The model section with the behaviour of an earlier version's decoder as today's options.

    A decoder without a ``type`` used no threshold where labels exclude one another.
    """
    decoder, loss = config.get("decoder"), config.get("relation_loss")
    if not isinstance(decoder, dict) or "type" in decoder or not isinstance(loss, dict):
        return config
    if not issubclass(Loss.by_name(str(loss.get("type"))), SingleLabelLoss):
        return config
    return {**config, "decoder": {**decoder, "relation_threshold": None}}


def _check_numbers(value: Any, path: str) -> None:
    """Refuse numbers beyond any model, wherever they are in the config."""
    if isinstance(value, Mapping | list):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            _check_numbers(item, f"{path}.{key}")
    elif isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:  # NaN too
        raise ArchiveError(
            f"config.json: {path}={abbreviated(value)}; accepted: at most {MAX_NUMBER:,}"
        )


def _factory(config: Mapping[str, Any], folder: Path) -> Factory[Model]:
    """The model's class with its options; its encoder is in the archive's folder."""
    try:
        made: Factory[Model] = construct(
            Factory[Model], _offline(config, folder / ENCODER), path="model", warn=False
        )
    except ConfigError as error:
        raise ConfigError(f"{error}{include_hint(config)}") from error
    return made


def _compare(
    factory: Factory[Model],
    labels: Vocabulary,
    shapes: Mapping[str, tuple[list[int], str]],
    source: Path,
) -> None:
    """Refuse a config that does not fit the shapes of the weights."""
    try:
        with _refusing(source, "the model cannot be built"), torch.device("meta"):
            expected = factory(vocabulary=labels).state_dict()
    except ArchiveError as error:
        if isinstance(error.__cause__, NotImplementedError | RuntimeError) and "meta" in str(error):
            return  # a component reads values while it is built, so it has none to compare yet
        raise
    problems = [
        *(f"no {name}" for name in expected.keys() - shapes.keys()),
        *(f"{name} is not part of the model" for name in shapes.keys() - expected.keys()),
        *_differences(expected, shapes),
    ]
    if problems:
        more = f"; {len(problems) - 3} more" if len(problems) > 3 else ""
        raise ArchiveError(
            f"{source}: {WEIGHTS} does not fit the config: {'; '.join(sorted(problems)[:3])}{more}"
        )


def _differences(
    expected: Mapping[str, Tensor], shapes: Mapping[str, tuple[list[int], str]]
) -> Iterator[str]:
    for name, tensor in expected.items():
        shape, dtype = shapes.get(name, (list(tensor.shape), "F32"))
        if shape != list(tensor.shape):
            yield f"{name} has the shape {shape}, the config makes it {list(tensor.shape)}"
        elif tensor.is_floating_point() and not dtype.startswith(("F", "BF")):
            yield f"{name} has the type {dtype}, not that of decimal numbers"


def _try(model: Model) -> None:
    """Run the encoder on one word, because some wrong values fail only then."""
    encoder = model.encoder
    batch = model.piece_maker().batch([model.piece_maker()(["a"])])
    with torch.inference_mode():
        encoder(batch.ids, batch.mask, batch.window_index, batch.positions)

"""Converts checkpoints of the published SINET code to jointre's parameter names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from jaxtyping import Shaped
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from jointre.config import Factory, construct
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ArchiveError
from jointre.models import archive
from jointre.models.model import Model

AnyTensor = Shaped[Tensor, "..."]
ENCODER = ("bert.", "backbone.encoder.model.")
UNUSED = ("bert.pooler.", "bert.embeddings.position_ids")
GAMMA_BETA = ("cross_attention.addnorm.ln.weight", "cross_attention.addnorm.ln.bias")
_CTAM = "backbone.interaction.stacks.0.0"
NAMES = {
    "linear_s.weight": "backbone.projection.tasks.0.weight",
    "linear_r.weight": "backbone.projection.tasks.1.weight",
    "cross_attention.wq.weight": f"{_CTAM}.query.weight",
    "cross_attention.wk.weight": f"{_CTAM}.key.weight",
    "cross_attention.wv.weight": f"{_CTAM}.value.weight",
    "cross_attention.proj.weight": f"{_CTAM}.output.0.weight",
    "cross_attention.proj.bias": f"{_CTAM}.output.0.bias",
    "cross_attention.addnorm.ln.weight": f"{_CTAM}.norm.weight",
    "cross_attention.addnorm.ln.bias": f"{_CTAM}.norm.bias",
    "entity_classifier.weight": "entity_classifier.linear.weight",
    "entity_classifier.bias": "entity_classifier.linear.bias",
    "rel_classifier.weight": "relation_classifier.linear.weight",
    "rel_classifier.bias": "relation_classifier.linear.bias",
    "size_embeddings.weight": "widths.weight",
}


@dataclass(frozen=True, slots=True)
class Converted:
    """Published parameters under jointre's names.

    Args:
        state: State dict for the model, in float32.
        dropped: Published names of parameters that no jointre model uses.
    """

    state: dict[str, AnyTensor]
    dropped: tuple[str, ...]


def convert_state(
    published: Mapping[str, AnyTensor], model: Mapping[str, AnyTensor], source: str = "checkpoint"
) -> Converted:
    """Rename the parameters of a published SINET checkpoint.

    Both implementations have the same column order in the classifiers and the same layout of
    attention heads. Only CTAM's LayerNorm changes its shape: the published one is ``[1, d]``.

    Args:
        published: State dict of the checkpoint (SINET §3.9).
        model: State dict of a span model built from the same settings, whose names and shapes
            the result must have.
        source: Name of the checkpoint in messages.

    Raises:
        ArchiveError: Names are missing or unexpected, or shapes differ; all are listed.
    """
    dropped = tuple(name for name in published if name.startswith(UNUSED))
    state: dict[str, AnyTensor] = {}
    origin: dict[str, str] = {}
    unexpected = []
    for name, tensor in published.items():
        if name in dropped:
            continue
        new_name = _renamed(name)
        if new_name not in model:
            unexpected.append(name)
            continue
        flat = name in GAMMA_BETA and tensor.ndim == 2 and len(tensor) == 1
        state[new_name] = (tensor[0] if flat else tensor).detach().to(torch.float32).contiguous()
        origin[new_name] = name
    missing = [_published_name(name) for name in model if name not in state]
    misshaped = [
        f"{origin[name]} {list(published[origin[name]].shape)}, the config makes it "
        f"{list(model[name].shape)}"
        for name in state
        if state[name].shape != model[name].shape
    ]
    _refuse(source, missing, unexpected, misshaped)
    return Converted(state, dropped)


def convert_checkpoint(
    checkpoint: Path, config: Mapping[str, Any], vocabulary: Vocabulary, folder: Path
) -> tuple[str, ...]:
    """Write a published SINET checkpoint as an archive.

    Args:
        checkpoint: A ``.safetensors`` file, or a PyTorch file of tensors.
        config: The resolved ``model`` section; only the configuration and the tokenizer of its
            encoder are read, not the weights.
        vocabulary: Labels in the order of the checkpoint's classes, without "none".
        folder: Folder of the new archive, which must not exist or must be empty.

    Returns:
        The names of parameters that were skipped because nothing reads them.

    Raises:
        ArchiveError: The folder is not empty, the checkpoint cannot be read, or it does
            not fit the config.
        ConfigError: The model cannot be built.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise ArchiveError(f"{folder} exists and is not an empty folder; name another one")
    published = read_state(checkpoint)
    untrained = {**config, "encoder": {**config["encoder"], "pretrained": False}}
    factory: Factory[Model] = construct(Factory[Model], untrained, path="model")
    model = factory(vocabulary=vocabulary)
    converted = convert_state(published, model.state_dict(), str(checkpoint))
    model.load_state_dict(converted.state)
    archive.save(model, config, folder, {"converted_from": checkpoint.name})
    return converted.dropped


def read_state(path: Path) -> dict[str, AnyTensor]:
    """The tensors of a checkpoint file; code in it is never run.

    Raises:
        ArchiveError: The file is missing, damaged, or holds anything but named tensors.
    """
    if not path.is_file():
        raise ArchiveError(f"{path}: no such file; give a .safetensors or a PyTorch file")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise ArchiveError(
            f"{path}: not a readable file of tensors, and nothing else is loaded from it "
            f"({_first_line(error)}); save the model's state_dict() with safetensors"
        ) from error
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in content.items()
    ):
        raise ArchiveError(f"{path}: holds no state dict (an object of named tensors)")
    return content


def _renamed(name: str) -> str:
    """The name of a published parameter in jointre; "" if it has none."""
    theirs, ours = ENCODER
    if name.startswith(theirs):
        return ours + name.removeprefix(theirs)
    return NAMES.get(name, "")


def _published_name(name: str) -> str:
    """The published name of a jointre parameter, or a note if it has none."""
    theirs, ours = ENCODER
    if name.startswith(ours):
        return theirs + name.removeprefix(ours)
    back = {new: old for old, new in NAMES.items()}
    return back.get(name, f"{name} (our name; the published code has no such parameter)")


def _refuse(source: str, missing: list[str], unexpected: list[str], misshaped: list[str]) -> None:
    listed = {"missing": missing, "unexpected": unexpected, "of another shape": misshaped}
    lines = [f"  {kind}: {'; '.join(names)}" for kind, names in listed.items() if names]
    if lines:
        raise ArchiveError(
            f"{source} does not fit the config and its labels:\n" + "\n".join(lines) + "\n"
            "Take an experiment of SINET with the checkpoint's encoder, width_dim and labels."
        )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]

"""Position embeddings: the number of pieces an encoder can read, and how to extend it."""

import copy
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from jointre.errors import ConfigError
from jointre.nn.encoders import sources

Extension = Literal["normal_1", "normal_0.02", "tile"]
TABLE = "embeddings.position_embeddings.weight"


def count(model: Any) -> int:
    """Number of pieces that an encoder has positions for."""
    return sources.positions(model.config) - _offset(model)


def extended(model: Any, length: int, how: Extension) -> Any:
    """An encoder with positions for ``length`` pieces; the same one if it has exactly as many.

    The configuration of the new encoder states the new number of positions, so that an encoder
    built from it fits the weights.

    Args:
        model: Encoder of transformers.
        length: Number of positions, in pieces.
        how: Origin of the new rows: drawn from N(0, 1) or N(0, 0.02²), or the old ones repeated.

    Raises:
        ConfigError: The encoder has no learnt table of absolute positions, or a longer one.
    """
    table, positions = _table(model), count(model)
    if table is None:
        raise ConfigError(
            "long_inputs='extend' needs an encoder with a learnt row for each position (BERT, "
            "RoBERTa, ALBERT, ELECTRA, DistilBERT); one of type "
            f"{model.config.model_type!r} has none; take 'windows'"
        )
    if length < positions:
        raise ConfigError(
            f"long_inputs='extend' with max_length={length}, but the encoder has {positions} "
            "positions already; take a larger max_length, or 'windows'"
        )
    if length == positions:
        return model
    state = model.state_dict()
    state[TABLE] = torch.cat([table, _rows(table[_offset(model) :], length - positions, how)])
    config = copy.deepcopy(model.config)
    config.max_position_embeddings = len(state[TABLE])
    longer = sources.build(config)
    try:
        longer.load_state_dict(state)
    except RuntimeError as error:
        raise ConfigError(
            f"long_inputs='extend': an encoder of type {config.model_type!r} has more that "
            "depends on the number of positions than one table; take 'windows'"
        ) from error
    return longer


def _table(model: Any) -> Float[Tensor, "n d"] | None:
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    return table.weight.detach() if isinstance(table, nn.Embedding) else None


def _offset(model: Any) -> int:
    """Rows before that of the first piece: RoBERTa numbers positions from padding + 1."""
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    return 0 if padding is None else int(padding) + 1


def _rows(old: Float[Tensor, "n d"], more: int, how: Extension) -> Float[Tensor, "m d"]:
    """Rows for the positions after the old ones."""
    if how == "tile":
        return old[torch.arange(len(old), len(old) + more) % len(old)]
    std = 1.0 if how == "normal_1" else 0.02
    return std * torch.randn(more, old.shape[1])

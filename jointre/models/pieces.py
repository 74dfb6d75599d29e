"""Counts the pieces of a text for an encoder, without building the encoder."""

from collections.abc import Callable, Sequence

from jointre.data.pieces import PieceMaker
from jointre.nn.encoders import sources


def piece_counter(model_name: str) -> tuple[Callable[[Sequence[str]], int], int]:
    """A function that counts the pieces of words, and the encoder's limit.

    Args:
        model_name: Name or folder of the encoder, as in ``model.encoder.model_name``.

    Raises:
        ConfigError: The encoder's files cannot be loaded.
    """
    tokenizer = sources.load_tokenizer(model_name)
    limit = sources.positions(sources.load_config(model_name))
    make = PieceMaker(tokenizer, True, limit, 0, "windows")
    return lambda tokens: len(make(tokens).ids), limit

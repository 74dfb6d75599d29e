"""Taking the words of each unit apart."""

from torch import Tensor

from jointre.nn.streams import Stream


def words_of(stream: Stream, lengths: Tensor) -> list[Tensor]:
    """The states of every unit's words."""
    return [stream.states[unit, :count] for unit, count in enumerate(lengths.tolist())]

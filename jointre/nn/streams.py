"""Stream and Streams: the states that flow from the encoder to the classifiers."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from jointre.nn.masking import masked_max, masked_mean
from jointre.positions import Positions, Role


@dataclass(frozen=True, slots=True)
class Stream:
    """States of the positions, a summary of each unit, and the positions' roles and words.

    Shapes:
        states ``"b t d"``, summary ``"b d"``: b units, t positions, d width.
    """

    states: Float[Tensor, "b t d"]
    summary: Float[Tensor, "b d"]
    positions: Positions

    @classmethod
    def of(cls, states: Float[Tensor, "b t d"], positions: Positions) -> "Stream":
        """A stream whose summary is [CLS], or the mean over the words if there is no [CLS]."""
        first = positions.roles[:, 0] == Role.SUMMARY
        if bool(first.all()):
            return cls(states, states[:, 0], positions)
        mean = masked_mean(states, positions.is_word)
        return cls(states, torch.where(first[:, None], states[:, 0], mean), positions)

    def of_parts(self) -> "Stream":
        """The stream of units that are parts of what the encoder has read.

        All parts of a document share its [CLS]. Therefore the element-wise maximum over the unit's
        words is added to [CLS], and the sum becomes both the unit's summary and the state of its
        first position. Without [CLS], the summary is already the mean over the unit's words.
        """
        first = self.positions.roles[:, :1] == Role.SUMMARY
        top = masked_max(self.states, self.positions.is_word).masked_fill(~first, 0.0)
        states = torch.cat([self.states[:, :1] + top[:, None], self.states[:, 1:]], 1)
        return self.updated(states)

    def updated(self, states: Float[Tensor, "b t d"]) -> "Stream":
        """The stream with new states; its summary is the new state of [CLS], if there is one."""
        first = self.positions.roles[:, :1] == Role.SUMMARY
        summary = torch.where(first, states[:, 0], self.summary)
        return type(self)(states, summary, self.positions)

    def __getitem__(self, units: slice) -> "Stream":
        """The stream of a range of units."""
        return type(self)(self.states[units], self.summary[units], self.positions[units])


@dataclass(frozen=True, slots=True)
class Streams:
    """The shared stream, one stream for each task, and a map over pairs of positions.

    Shapes:
        pair ``"b t t z"``; z is 0 where no component makes a pair map.
    """

    shared: Stream
    entity: Stream
    relation: Stream
    pair: Float[Tensor, "b t t z"]

    @classmethod
    def without_pairs(cls, shared: Stream, entity: Stream, relation: Stream) -> "Streams":
        """Streams whose pair map has width 0."""
        units, positions = shared.positions.roles.shape
        return cls(
            shared, entity, relation, shared.states.new_zeros(units, positions, positions, 0)
        )

    def task(self, name: str) -> Stream:
        """The stream of a task, ``"entity"`` or ``"relation"``."""
        return self.entity if name == "entity" else self.relation

    def replacing(self, **streams: Stream | Tensor) -> "Streams":
        """The same streams with some of them replaced."""
        return replace(self, **streams)  # type: ignore[arg-type]

"""The suite of coreference scorers finds seeded faults."""

import pytest
from torch import Tensor, nn

from jointre.nn.coreference import CoreferenceScorer
from jointre.nn.take import take
from jointre.positions import MentionPairs
from jointre.testing.contracts import CoreferenceContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(CoreferenceScorer):
    """A Linear of the mentions' product."""

    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.output = nn.Linear(input_dim, 1)

    def forward(self, mentions: Tensor, pairs: MentionPairs) -> Tensor:
        return self.output(take(mentions, pairs.rows[:, 0]) * take(mentions, pairs.rows[:, 1]))[
            :, 0
        ]


class TwoColumns(Sound):
    def forward(self, mentions: Tensor, pairs: MentionPairs) -> Tensor:
        return self.output(take(mentions, pairs.rows[:, 0]) * take(mentions, pairs.rows[:, 1]))


class DividesByTheDistance(Sound):
    def forward(self, mentions: Tensor, pairs: MentionPairs) -> Tensor:
        return super().forward(mentions, pairs) / (pairs.edit_distances < 1000)


class Normalises(Sound):
    def forward(self, mentions: Tensor, pairs: MentionPairs) -> Tensor:
        logits = super().forward(mentions, pairs)
        return logits - logits.mean()


class IgnoresMentions(Sound):
    def forward(self, mentions: Tensor, pairs: MentionPairs) -> Tensor:
        return super().forward(mentions.detach(), pairs)


def test_sound_scorer() -> None:
    passes(suite(CoreferenceContract, Sound))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (TwoColumns, "test_one_logit_per_pair", r"gives one logit per pair: shape \(\d+, 1\)"),
        (DividesByTheDistance, "test_one_logit_per_pair", "a distance of 100000 must have a logit"),
        (Normalises, "test_a_pair_does_not_see_other_pairs", "depends on the other pairs"),
        (Normalises, "test_unit_alone_equals_unit_in_a_batch", "longer units in its batch"),
        (IgnoresMentions, "test_every_parameter_learns", "no gradient reaches the input states"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(CoreferenceContract, component), check, message)


def test_a_scorer_must_accept_no_mention() -> None:
    class Needs(Sound):
        def forward(self, mentions: Tensor, pairs: MentionPairs) -> Tensor:
            return super().forward(mentions, pairs) + 0 * mentions.max()

    with pytest.raises((RuntimeError, IndexError), match=r"numel\(\) == 0"):
        suite(CoreferenceContract, Needs).test_one_logit_per_pair()

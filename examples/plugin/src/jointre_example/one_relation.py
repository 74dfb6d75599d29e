"""A decoder that predicts at most one relation per pair."""

from jointre.decoding import Decoder, Relations, SpanDecoder
from jointre.nn.losses import LabelScores


@Decoder.register("one_relation")
class OneRelationDecoder(SpanDecoder):
    """The decoder of the span model, with at most one relation per pair, the most probable one.

    Source: example
    """

    def find_relations(self, scores: LabelScores) -> Relations:
        """The relations that reach their threshold and are the most probable of their pair."""
        found = super().find_relations(scores)
        best = scores.labels.argmax(1)[found.rows] == found.labels
        return Relations(found.rows[best], found.labels[best], found.probabilities[best])

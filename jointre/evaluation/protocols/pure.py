"""PureMetric: lists of ordered span pairs, strict when both arguments are right entities."""

from collections import Counter
from typing import ClassVar, final

from jointre.data.schema import Document
from jointre.evaluation.matching import Key, Triple, count, match_lists, mentions, triples
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Tally


@final
@Metric.register("pure")
class PureMetric(Metric):
    """The evaluation of PURE: a list match of ordered spans and label.

    Blocks: ``entity`` compares (span, type); ``relation_boundary`` compares both ordered spans
    and the label. For ``relation_strict`` a relation must be correct in ``relation_boundary``, and
    the spans of both arguments must be predicted as entities of the right type; the numbers of
    predicted and gold relations are the same as in ``relation_boundary``. Symmetric relations are
    treated like all others: the direction must be as annotated.

    Lists keep their duplicates: a gold item that is annotated twice counts twice and must be
    predicted twice. If a gold item is predicted twice, one prediction is correct and one is wrong.

    Paper: Zhong and Chen 2021, https://arxiv.org/abs/2010.12812.

    Differences: In the released code every repetition of a correct prediction is correct, so
    recall could exceed 1. Its own predictions have no repetitions, so its published scores are the
    same.

    Args:
        symmetric: Argument of all protocols, which this one does not use.
    """

    blocks: ClassVar[tuple[str, ...]] = ("entity", "relation_boundary", "relation_strict")

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        wanted = [triple for triple, _ in triples(gold, self.registered_name)]
        given = [triple for triple, _ in triples(predicted, self.registered_name)]
        gold_mentions = [mention for mention, _ in mentions(gold)]
        predicted_mentions = [mention for mention, _ in mentions(predicted)]
        right = {mention.span for mention in set(gold_mentions) & set(predicted_mentions)}
        matched = Counter(map(_key, wanted)) & Counter(map(_key, given))
        strict = [key for key in matched.elements() if key[0] in right and key[1] in right]
        return {
            "entity": match_lists(gold_mentions, predicted_mentions),
            "relation_boundary": match_lists(map(_key, wanted), map(_key, given)),
            "relation_strict": count(strict, map(_key, given), map(_key, wanted)),
        }


def _key(triple: Triple) -> Key:
    return triple.boundary

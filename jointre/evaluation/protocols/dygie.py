"""DygieMetric: gold wider than the model's spans is ignored; one label per ordered pair."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, final

from pydantic import Field

from jointre.data.schema import Document
from jointre.evaluation.matching import Key, Triple, by_score, match_sets, mentions, triples
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Tally


@final
@Metric.register("dygie")
class DygieMetric(Metric):
    """The evaluation of DyGIE and DyGIE++.

    Blocks: ``entity`` compares (span, type) and ignores gold entities wider than ``max_width``;
    ``relation_boundary`` compares both ordered spans and the label, even if the arguments were
    not predicted as entities. There is no ``relation_strict``, because this convention does not
    define it. Symmetric relations are treated like all others.

    An ordered pair of spans has one label. If several are predicted, the one with the highest
    score counts (without scores, the first). If several are gold, the last one counts, as in the
    released code, which reads files in this way. Gold relations count for arguments of any width.

    Paper: Wadden et al. 2019, https://arxiv.org/abs/1909.03546.

    Args:
        symmetric: Argument of all protocols, which this one does not use.
        max_width: Maximum width of gold entities that count, in tokens; null: all count.
    """

    blocks: ClassVar[tuple[str, ...]] = ("entity", "relation_boundary")
    monitored: ClassVar[tuple[str, ...]] = ("entity_f1", "relation_boundary_f1")

    def __init__(
        self,
        symmetric: frozenset[str],
        max_width: Annotated[int, Field(ge=1, le=1_000_000)] | None = None,
    ) -> None:
        super().__init__(symmetric)
        self.max_width = max_width

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        entities = {mention for mention, _ in mentions(gold)}
        if self.max_width is not None:
            entities = {entity for entity in entities if entity.span.width <= self.max_width}
        gold_triples = [triple for triple, _ in triples(gold, self.registered_name)]
        predicted_triples = by_score(triples(predicted, self.registered_name))
        return {
            "entity": match_sets(entities, (mention for mention, _ in mentions(predicted))),
            "relation_boundary": match_sets(
                one_label(reversed(gold_triples)),
                one_label(predicted_triples),
            ),
        }


def one_label(triples: Iterable[Triple]) -> list[Key]:
    """The boundary key of the first triple of each ordered pair of spans."""
    keys: dict[Key, Key] = {}
    for triple in triples:
        keys.setdefault((triple.head.span, triple.tail.span), triple.boundary)
    return list(keys.values())

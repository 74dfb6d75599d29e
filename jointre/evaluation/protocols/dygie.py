"""DygieMetric: gold wider than the model's spans dropped, one label for each ordered pair."""

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

    Blocks: ``entity`` compares (span, type), leaving out gold wider than ``max_width``;
    ``relation_boundary`` both ordered spans and the label, whether or not the arguments
    were predicted as entities. There is no ``relation_strict``: this convention does not
    define one. Symmetric relations get no treatment.

    An ordered pair of spans has one label: of several predicted ones that with the
    highest score (without scores the first); of several gold ones the last, as their
    files are read there. Gold relations are kept whatever the width of their arguments.

    Paper: Wadden et al. 2019, https://arxiv.org/abs/1909.03546.

    Args:
        symmetric: given to every protocol; not used by this one.
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
            entities = {one for one in entities if one.span.width <= self.max_width}
        wanted = [triple for triple, _ in triples(gold, self.registered_name)]
        given = by_score(triples(predicted, self.registered_name))
        return {
            "entity": match_sets(entities, (mention for mention, _ in mentions(predicted))),
            "relation_boundary": match_sets(
                one_label(reversed(wanted)),
                one_label(given),
            ),
        }


def one_label(found: Iterable[Triple]) -> list[Key]:
    """The boundary key of the first triple of each ordered pair of spans."""
    chosen: dict[Key, Key] = {}
    for triple in found:
        chosen.setdefault((triple.head.span, triple.tail.span), triple.boundary)
    return list(chosen.values())

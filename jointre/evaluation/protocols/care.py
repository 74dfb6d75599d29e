"""CareMetric: relations as cells of a table of words, found by where their arguments start."""

from collections.abc import Container
from typing import ClassVar, NamedTuple, final

from jointre.data.schema import Document
from jointre.evaluation.matching import count, match_sets, mentions, triples
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Tally


class Cell(NamedTuple):
    """One entry of the relation table: the starts of head and tail, in tokens, and the label."""

    head: int
    tail: int
    label: str

    def within(self, starts: Container[int]) -> bool:
        """Whether both positions are among ``starts``."""
        return self.head in starts and self.tail in starts


@final
@Metric.register("care")
class CareMetric(Metric):
    """The evaluation of CARE and PFN: cells of tables instead of spans and triples.

    Blocks: ``entity`` compares (span, type); ``relation_cell`` compares (start of the head,
    start of the tail, label). Both compare sets, so duplicates collapse, and so do relations
    whose arguments differ only in where they end.

    A predicted cell counts when some predicted entity starts at each of its positions. It is
    right when the cell is gold and some right entity (span and type) starts at each position,
    whichever entities the relation itself names: where several start at one token, any right
    one serves. Arguments without an entity type (as in files that list relations between
    spans that are no entities) start no entity: predicted cells that have only those are left
    out, gold ones stay and count as missed.

    Symmetric relations get no treatment: the annotated direction must be met. The published
    scoring has none.

    Corpora that keep one token of each entity (NYT*, WebNLG*) are scored the same way.

    Paper: Kong and Xia 2024, https://arxiv.org/abs/2308.12531.

    Differences: gold of sentences that were cut for the encoder is missed here, and dropped
    there; macro F1 is over the labels in gold or predictions, there over all labels.

    Args:
        symmetric: given to every protocol; not used by this one.
    """

    blocks: ClassVar[tuple[str, ...]] = ("entity", "relation_cell")
    monitored: ClassVar[tuple[str, ...]] = ("entity_f1", "relation_cell_f1")

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        wanted, given = (
            {mention for mention, _ in mentions(document)} for document in (gold, predicted)
        )
        starts = {mention.start for mention in given}
        right = {mention.start for mention in wanted & given}
        gold_cells = self._cells(gold)
        cells = {cell for cell in self._cells(predicted) if cell.within(starts)}
        hits = [cell for cell in cells & gold_cells if cell.within(right)]
        return {
            "entity": match_sets(wanted, given),
            "relation_cell": count(hits, cells, gold_cells),
        }

    def _cells(self, document: Document) -> set[Cell]:
        return {
            Cell(triple.head.start, triple.tail.start, triple.label)
            for triple, _ in triples(document, self.registered_name)
        }

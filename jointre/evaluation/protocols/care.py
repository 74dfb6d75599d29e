"""CareMetric: relations as cells of a table of words, at the first words of their arguments."""

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
    start of the tail, label). Both compare sets, so duplicates count once, and so do relations
    whose arguments start at the same tokens and end at different ones.

    A predicted cell counts if a predicted entity starts at each of its two positions. It is
    correct if the cell is gold and a correct entity (span and type) starts at each position. This
    need not be the entity that the relation names, if several entities start at the same token.
    In some files, relations connect spans that are not entities and have no type. No entity
    starts at such a span: predicted cells of such relations do not count, and gold cells count as
    missed.

    Symmetric relations are treated like all others, as in the published scoring: the direction
    must be as annotated.

    Corpora that keep one token of each entity (NYT*, WebNLG*) are scored in the same way.

    Paper: Kong and Xia 2024, https://arxiv.org/abs/2308.12531.

    Differences: If a sentence was cut for the encoder, the gold that was cut off counts as missed;
    the released code drops it. Macro F1 is computed over the labels that occur in gold or
    predictions; in the released code, over all labels.

    Args:
        symmetric: Argument of all protocols, which this one does not use.
    """

    blocks: ClassVar[tuple[str, ...]] = ("entity", "relation_cell")
    monitored: ClassVar[tuple[str, ...]] = ("entity_f1", "relation_cell_f1")

    def tally(self, gold: Document, predicted: Document) -> dict[str, Tally]:
        """The counts of one document by block and label."""
        gold_mentions, predicted_mentions = (
            {mention for mention, _ in mentions(document)} for document in (gold, predicted)
        )
        starts = {mention.start for mention in predicted_mentions}
        correct_starts = {mention.start for mention in gold_mentions & predicted_mentions}
        gold_cells = self._cells(gold)
        cells = {cell for cell in self._cells(predicted) if cell.within(starts)}
        hits = [cell for cell in cells & gold_cells if cell.within(correct_starts)]
        return {
            "entity": match_sets(gold_mentions, predicted_mentions),
            "relation_cell": count(hits, cells, gold_cells),
        }

    def _cells(self, document: Document) -> set[Cell]:
        return {
            Cell(triple.head.start, triple.tail.start, triple.label)
            for triple, _ in triples(document, self.registered_name)
        }

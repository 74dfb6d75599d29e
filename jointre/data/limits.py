"""Limits: which gold annotations a model cannot predict, whatever it is trained on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from jointre.data.schema import Document, Entity, Span
from jointre.data.sentences import sentence_numbers, sentence_of, sentences_of
from jointre.data.skipped import SkippedData
from jointre.data.symmetric import left_to_right
from jointre.plurals import counted
from jointre.span_enumerators import SpanEnumerator


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of what a model can predict.

    The defaults describe a model without limits.

    Args:
        span_enumerator: Proposes the spans that can be mentions; None if all spans can.
        one_label: Whether a span has only one label.
        one_entity: Whether a span is a mention of only one entity.
        one_relation: Whether an ordered pair of entities has only one relation label.
        inside_sentences: Whether a mention lies within one sentence.
        flat: Whether no mentions overlap; of overlapping ones the first of the document is learnt.
        distinct_arguments: Whether head and tail of a relation are different spans.
        distinct_starts: Whether the mentions of a relation are identified by their first words.
        clusters: Whether groups of entities that corefer are learnt.
        reach: Maximum number of sentences from the head to the tail of a relation; None: any
            number.
    """

    span_enumerator: SpanEnumerator | None = None
    one_label: bool = False
    one_entity: bool = False
    one_relation: bool = False
    inside_sentences: bool = False
    flat: bool = False
    distinct_arguments: bool = False
    distinct_starts: bool = False
    clusters: bool = True
    reach: int | None = None

    def count(self, document: Document, symmetric: frozenset[str], skipped: SkippedData) -> None:
        """Count the annotations of a unit that are beyond the limits.

        Args:
            document: Unit with its gold annotations.
            symmetric: Relation labels that hold in both directions.
            skipped: Counts what is beyond the limits, with an example of each kind.
        """
        self._count_mentions(document, skipped)
        self._count_spans(document, skipped)
        self._count_relations(document, symmetric, skipped)
        if document.clusters and not self.clusters:
            skipped.add(
                "coreference clusters that group entities, which are not learnt (only the mentions "
                "of one entity are)",
                f"document {document.id!r}",
                len(document.clusters),
            )

    def _unreachable(self, document: Document, mention: Span) -> str | None:
        """Why the model cannot predict a mention."""
        if self.span_enumerator is not None:
            reason = self.span_enumerator.reason_missed(document.tokens, *mention)
            if reason is not None:
                return reason
        if self.inside_sentences and sentence_of(mention, sentences_of(document)) is None:
            return "that cross a sentence boundary"
        return None

    def _count_mentions(self, document: Document, skipped: SkippedData) -> None:
        unreachable_entities = set()
        taken_words = [False] * len(document.tokens)
        for index, entity in enumerate(document.entities):
            reasons = [self._unreachable(document, mention) for mention in entity.mentions]
            if self.flat:
                reasons = [
                    reason or self._overlapping(mention, taken_words)
                    for mention, reason in zip(entity.mentions, reasons, strict=True)
                ]
            for mention, reason in zip(entity.mentions, reasons, strict=True):
                if reason is not None:
                    example = f"{_shown(document, mention)} ({mention.width} words)"
                    skipped.add(f"mentions {reason}, which cannot be predicted", example)
            if all(reasons):
                unreachable_entities.add(index)
        for relation in document.relations:
            if {relation.head, relation.tail} & unreachable_entities:
                skipped.add(
                    "relations of mentions that cannot be predicted",
                    _arguments(document, relation.label, relation.head, relation.tail),
                )

    @staticmethod
    def _overlapping(mention: Span, taken_words: list[bool]) -> str | None:
        """Why a mention cannot be predicted beside those before it, whose words are taken."""
        words = slice(mention.start, mention.end)
        if any(taken_words[words]):
            return "that overlap another one"
        taken_words[words] = [True] * mention.width
        return None

    def _too_far(self, document: Document, head: Entity, tail: Entity) -> bool:
        """Whether no mentions of two entities are within reach of each other."""
        if self.reach is None:
            return False
        numbers = sentence_numbers(document)
        distances = np.subtract.outer(
            numbers[[span.start for span in head.mentions]],
            numbers[[span.start for span in tail.mentions]],
        )
        return bool(np.abs(distances).min() > self.reach)

    def _count_spans(self, document: Document, skipped: SkippedData) -> None:
        labels: dict[Span, dict[str | None, None]] = {}
        entity_counts: Counter[Span] = Counter()
        for entity in document.entities:
            for mention in dict.fromkeys(entity.mentions):
                labels.setdefault(mention, {})[entity.label] = None
                entity_counts[mention] += 1
        for span, names in labels.items():
            if self.one_label and len(names) > 1:
                listed = ", ".join(str(name) for name in names)
                skipped.add(
                    "further labels of a span, of which the model predicts one",
                    f"{_shown(document, span)}: {listed}",
                    len(names) - 1,
                )
            if self.one_entity and entity_counts[span] > 1:
                skipped.add(
                    "spans that several entities share, which the model gives to one",
                    _shown(document, span),
                )

    def _count_relations(
        self, document: Document, symmetric: frozenset[str], skipped: SkippedData
    ) -> None:
        entities = document.entities
        spans = {mention for entity in entities for mention in entity.mentions}
        starts = Counter(span.start for span in spans)
        labels: dict[tuple[int, int], list[str]] = {}
        for relation in left_to_right(document, symmetric).relations:
            head, tail = entities[relation.head], entities[relation.tail]
            shown = _arguments(document, relation.label, relation.head, relation.tail)
            labels.setdefault((relation.head, relation.tail), []).append(relation.label)
            if self.distinct_arguments and head.mentions == tail.mentions:
                skipped.add("relations of a mention with itself, which are not learnt", shown)
            elif self.distinct_starts and max(starts[e.span.start] for e in (head, tail)) > 1:
                skipped.add(
                    "relations of mentions that start at the same word as another mention, which "
                    "the table of relations does not tell apart",
                    shown,
                )
            elif self._too_far(document, head, tail):
                skipped.add(
                    "relations of mentions that are more than "
                    f"{counted(self.reach or 0, 'sentences')} apart, which are not learnt",
                    shown,
                )
        for (head_index, tail_index), names in labels.items():
            if self.one_relation and len(names) > 1:
                skipped.add(
                    "further labels of a pair, of which the model predicts one",
                    _arguments(document, ", ".join(names), head_index, tail_index),
                    len(names) - 1,
                )


def beyond(units: Iterable[Document], limits: Limits, symmetric: frozenset[str]) -> SkippedData:
    """Counts of all annotations of the units that are beyond a model's limits."""
    skipped = SkippedData()
    for unit in units:
        limits.count(unit, symmetric, skipped)
    return skipped


def _shown(document: Document, mention: Span) -> str:
    words = " ".join(document.tokens[mention.start : mention.end])
    return f"document {document.id!r}, {words[:80]!r}"


def _arguments(document: Document, label: str, head: int, tail: int) -> str:
    texts = [
        " ".join(document.tokens[span.start : span.end])[:40]
        for span in (document.entities[head].span, document.entities[tail].span)
    ]
    return f"document {document.id!r}, {label} of {texts[0]!r} and {texts[1]!r}"

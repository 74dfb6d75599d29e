"""The suite of samplers of documents."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from jointre.data.names import NameRelation
from jointre.data.schema import Document
from jointre.data.sentences import sentences_of
from jointre.span_enumerators import AllSpans
from jointre.testing.contracts.sampler import MAX_WIDTH, SamplerContract
from jointre.testing.tiny import tiny_texts, tiny_vocabulary

Pairs = set[tuple[Any, Any]]


class DocumentSamplerContract(SamplerContract):
    """The suite of :class:`~jointre.data.samplers.Sampler`, for models of documents.

    The component should draw few negatives, so that the draws can differ.
    """

    owner: ClassVar[dict[str, Any]] = {
        "vocabulary": tiny_vocabulary(),
        "span_enumerator": AllSpans(MAX_WIDTH),
    }

    def documents(self) -> Sequence[Document]:
        """Documents whose entities have several mentions."""
        return tiny_texts()

    def test_shapes(self) -> None:
        """All fields have the right shapes and types, and indices are in range."""
        for document, candidates in self.drawn(self.build()):
            at = f"document {document.id!r}:"
            spans, mention_rows, mention_entity = (
                len(candidates.spans),
                len(candidates.mention_rows),
                len(candidates.mention_entity),
            )
            entities, pairs = len(candidates.entity_targets), len(candidates.pairs)
            linked, relations = (
                len(candidates.edit_distances),
                len(self.vocabulary().relation_labels),
            )
            for name, shape, limit in (
                ("spans", (spans, 2), len(document.tokens) + 1),
                ("mention_rows", (mention_rows,), spans),
                ("entity_targets", (entities,), len(self.vocabulary().entity_labels)),
                ("pairs", (pairs, 2), entities),
                ("coreference_pairs", (linked, 2), mention_rows),
                ("edit_distances", (linked,), 10_000),
                ("name_relations", (linked,), len(NameRelation)),
                ("mention_entity", (mention_entity, 2), max(mention_rows, entities)),
            ):
                rows = getattr(candidates, name)
                assert rows.shape == shape, f"{at} {name} has shape {rows.shape}, not {shape}"
                assert rows.dtype == np.int64, f"{at} {name} is {rows.dtype}, not int64"
                inside = bool(((rows >= 0) & (rows < max(1, limit))).all())
                assert inside, f"{at} {name} must lie in 0..{limit - 1}"
            for name, shape in (
                ("relation_targets", (pairs, relations)),
                ("mention_targets", (spans,)),
                ("coreference_targets", (linked,)),
            ):
                rows = getattr(candidates, name)
                assert rows.shape == shape, f"{at} {name} has shape {rows.shape}, not {shape}"
                assert rows.dtype == np.float32, f"{at} {name} is {rows.dtype}, not float32"

    def test_spans_lie_in_the_document(self) -> None:
        """Negative spans lie in a sentence, are not gold spans, and are drawn once."""
        for document, candidates in self.drawn(self.build()):
            at = f"document {document.id!r}:"
            gold = {tuple(span) for entity in document.entities for span in entity.mentions}
            possible = {
                tuple(row)
                for row in AllSpans(MAX_WIDTH)
                .spans(document.tokens, sentences_of(document))
                .tolist()
            }
            rows = [
                tuple(row) for row in candidates.spans[candidates.mention_targets == 0].tolist()
            ]
            assert len(set(rows)) == len(rows), f"{at} a negative span is drawn twice"
            wrong = [row for row in rows if row not in possible - gold]
            assert not wrong, (
                f"{at} the negative span {wrong[0]} is a gold span, wider than {MAX_WIDTH} words, "
                "or not inside a sentence"
            )

    def test_gold_is_all_there(self) -> None:
        """The positive candidates are exactly the gold mentions, pairs, entities and relations."""
        labels = self.vocabulary()
        for document, candidates in self.drawn(self.build()):
            at = f"document {document.id!r}:"
            clusters = [set(entity.mentions) for entity in document.entities]
            gold = set[tuple[int, int]]().union(*clusters)
            positive = {
                tuple(span) for span in candidates.spans[candidates.mention_targets == 1].tolist()
            }
            assert positive == gold, f"{at} the positive spans are not the gold mentions"
            mention_rows = [
                tuple(span) for span in candidates.spans[candidates.mention_rows].tolist()
            ]
            assert sorted(mention_rows) == sorted(gold), (
                f"{at} mention_rows are not each gold mention once"
            )
            order = candidates.mention_entity[:, 1]
            assert (np.diff(order) >= 0).all(), f"{at} mention_entity must be ordered by entity"
            mentions = [
                [mention_rows[row] for row in candidates.mention_entity[order == e, 0]]
                for e in range(len(clusters))
            ]
            unique = all(len(spans) == len(set(spans)) for spans in mentions)
            assert unique, f"{at} an entity lists a mention twice"
            assert [set(spans) for spans in mentions] == clusters, (
                f"{at} mention_entity is not the gold's"
            )
            names = [labels.entity_labels[label] for label in candidates.entity_targets]
            assert names == [entity.label for entity in document.entities], f"{at} labels"
            self._check_links(candidates, mention_rows, clusters, at)
            self._check_relations(candidates, document, at)

    def _check_links(
        self, candidates: Any, mention_rows: list[Any], clusters: list[set[Any]], at: str
    ) -> None:
        linked = candidates.coreference_targets == 1
        positive, negative = (
            {(mention_rows[i], mention_rows[j]) for i, j in candidates.coreference_pairs[rows]}
            for rows in (linked, ~linked)
        )
        coreferent = {(a, b) for spans in clusters for a in spans for b in spans if a != b}
        assert positive == coreferent, (
            f"{at} the positive mention pairs are not those of one entity"
        )
        for a, b in negative:
            in_two_clusters = any(
                a in first and b in second
                for first in clusters
                for second in clusters
                if first is not second
            )
            different = in_two_clusters and a != b
            assert different, f"{at} {a} and {b} are not mentions of different entities"

    def _check_relations(self, candidates: Any, document: Document, at: str) -> None:
        names = self.vocabulary().relation_labels
        pairs = [(int(head), int(tail)) for head, tail in candidates.pairs]
        assert len(set(pairs)) == len(pairs), f"{at} a pair of entities is drawn twice"
        assert all(head != tail for head, tail in pairs), f"{at} an entity is paired with itself"
        relations = {
            (*pair, names[column])
            for pair, row in zip(pairs, candidates.relation_targets, strict=True)
            for column in np.flatnonzero(row)
        }
        gold = {(r.head, r.tail, r.label) for r in document.relations}
        assert relations == gold, f"{at} the positive pairs are not the gold relations"

    def rows(self, candidates: Any) -> list[Any]:
        """The randomly drawn candidates, as lists."""
        return [
            _list(candidates.spans),
            _list(candidates.coreference_pairs),
            _list(candidates.pairs),
        ]


def _list(rows: Any) -> list[Any]:
    """Rows, which may be absent, as a list."""
    return [] if rows is None else list(rows.tolist())

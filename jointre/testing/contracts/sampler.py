"""The suite of samplers."""

import pickle
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch

from jointre.data.samplers import Sampler
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.span_enumerators import AllSpans
from jointre.testing.contracts.contract import Contract
from jointre.testing.tiny import tiny_documents, tiny_vocabulary

MAX_WIDTH = 4


class SamplerContract(Contract):
    """The suite of :class:`~jointre.data.samplers.Sampler`, for models of sentences.

    The component should draw few negatives, so that the draws can differ.
    """

    interface = Sampler
    owner: ClassVar[dict[str, Any]] = {
        "vocabulary": tiny_vocabulary(),
        "span_enumerator": AllSpans(MAX_WIDTH),
        "reach": None,
    }

    def build(self) -> Any:
        """The sampler."""
        return self.factory()(**self.owner)

    def vocabulary(self) -> Vocabulary:
        """The labels."""
        labels: Vocabulary = self.owner["vocabulary"]
        return labels

    def documents(self) -> Sequence[Document]:
        """Documents from which candidates are drawn."""
        return tiny_documents()

    def drawn(self, sampler: Any, seed: int = 0) -> list[tuple[Document, Any]]:
        """The candidates of every document."""
        return [
            (document, sampler(sampler.index(document), np.random.default_rng(seed)))
            for document in self.documents()
        ]

    def test_shapes(self) -> None:
        """All fields have the right shapes and types, and indices are in range."""
        relations = len(self.vocabulary().relation_labels)
        for document, candidates in self.drawn(self.build()):
            at = f"document {document.id!r}:"
            targets, mention_rows, pairs = (
                candidates.entity_targets,
                candidates.mention_rows,
                candidates.pairs,
            )
            labels = candidates.relation_targets
            spans, count = candidates.spans, len(candidates.spans)
            assert spans.shape == (count, 2), f"{at} spans"
            assert spans.dtype == np.int64, f"{at} spans"
            assert targets.shape == (count,), f"{at} one entity target a span"
            assert mention_rows.ndim == 1, f"{at} mention_rows has one axis"
            assert (mention_rows < count).all(), f"{at} mention_rows are rows of spans"
            assert pairs.shape == (len(pairs), 2), f"{at} a pair is (head, tail)"
            assert (pairs < max(1, len(mention_rows))).all(), f"{at} pairs are rows of mention_rows"
            assert labels.shape == (len(pairs), relations), f"{at} one column a relation label"
            assert labels.dtype == np.float32, f"{at} relation targets are float32"

    def test_spans_lie_in_the_document(self) -> None:
        """Drawn spans are proposed ones or gold; none is drawn twice."""
        for document, candidates in self.drawn(self.build()):
            at = f"document {document.id!r}:"
            start, end = candidates.spans.T
            inside = (start >= 0) & (start < end) & (end <= len(document.tokens))
            assert inside.all(), f"{at} a span lies outside the {len(document.tokens)} words"
            rows = [tuple(span) for span in candidates.spans.tolist()]
            assert len(set(rows)) == len(rows), f"{at} a span is drawn twice"
            gold = {tuple(entity.span) for entity in document.entities}
            wide = [row for row in rows if row[1] - row[0] > MAX_WIDTH and row not in gold]
            assert not wide, f"{at} {wide[0]} is wider than {MAX_WIDTH} words and no gold span"

    def test_gold_is_all_there(self) -> None:
        """The positive candidates are exactly the gold entities and relations."""
        labels = self.vocabulary()
        for document, candidates in self.drawn(self.build()):
            at = f"document {document.id!r}:"
            targets, mention_rows, pairs = (
                candidates.entity_targets,
                candidates.mention_rows,
                candidates.pairs,
            )
            hot = candidates.relation_targets
            entities = {
                (tuple(span), labels.entity_labels[target - 1])
                for span, target in zip(candidates.spans.tolist(), targets, strict=True)
                if target
            }
            gold = {(tuple(entity.span), entity.label) for entity in document.entities}
            assert entities == gold, f"{at} the positive spans are not the gold entities"
            spans = candidates.spans[mention_rows].tolist()
            relations = {
                (tuple(spans[head]), tuple(spans[tail]), labels.relation_labels[column])
                for (head, tail), row in zip(pairs, hot, strict=True)
                for column in np.flatnonzero(row)
            }
            gold_relations = {
                (document.entities[r.head].span, document.entities[r.tail].span, r.label)
                for r in document.relations
            }
            assert relations == gold_relations, (
                f"{at} the positive pairs are not the gold relations"
            )

    def test_generator_decides(self) -> None:
        """Candidates depend on the state of the given generator, and no other one is used."""
        sampler = self.build()
        numpy_state, torch_state = repr(np.random.get_state()), torch.get_rng_state()
        draws = [self._rows(sampler, seed) for seed in (0, 0, *range(1, 9))]
        assert draws[0] == draws[1], "the same generator gives other candidates"
        assert len({str(draw) for draw in draws}) > 1, "the generator changes nothing"
        untouched = repr(np.random.get_state()) == numpy_state
        assert untouched, "numpy's global generator is used; use the one that is given"
        assert torch.equal(torch.get_rng_state(), torch_state), "torch's global generator is used"

    def test_index_serves_every_epoch(self) -> None:
        """Drawing does not change the index, and a pickled index gives the same candidates."""
        sampler = self.build()
        for document in self.documents():
            indexed = sampler.index(document)
            copy = pickle.loads(pickle.dumps(indexed))
            draws = [
                self.rows(sampler(index, np.random.default_rng(0)))
                for index in (indexed, copy, indexed)
            ]
            assert draws[0] == draws[2], f"document {document.id!r}: drawing changes the index"
            assert draws[0] == draws[1], f"document {document.id!r}: a pickled index differs"

    def test_travels_to_workers(self) -> None:
        """A pickled sampler draws the same."""
        sampler = self.build()
        copy = pickle.loads(pickle.dumps(sampler))
        assert self._rows(copy, 0) == self._rows(sampler, 0), "a pickled sampler draws differently"

    def _rows(self, sampler: Any, seed: int) -> list[list[Any]]:
        return [self.rows(candidates) for _, candidates in self.drawn(sampler, seed)]

    def rows(self, candidates: Any) -> list[Any]:
        """The randomly drawn candidates, as lists."""
        return [candidates.spans.tolist(), candidates.pairs.tolist()]

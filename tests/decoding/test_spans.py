"""Spans and pairs → documents (SINET §3.8)."""

import re
from collections.abc import Sequence

import pytest
import torch

from jointre.config import Factory, construct
from jointre.data.batch import GivenMentions
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import SpanDecoder
from jointre.errors import ConfigError
from jointre.nn.losses import LabelScores
from jointre.positions import Spans
from tests.data.documents import document

VOCABULARY = Vocabulary(("Loc", "Peop"), ("Live_In", "Spouse"), frozenset({"Spouse"}))
UNITS = [document("Ada met Bob in Rome .", id="a"), document("Carol left .", id="b")]
Row = tuple[int, int, int]


def decode(
    rows: list[Row],
    probabilities: list[list[float]],
    pairs: Sequence[tuple[int, int]] = (),
    related: Sequence[list[float]] = (),
    labels: list[int] | None = None,
    threshold: float = 0.5,
    units: list[Document] = UNITS,
) -> list[Document]:
    unit, start, end = torch.tensor(rows, dtype=torch.long).reshape(-1, 3).T
    decoder = SpanDecoder(VOCABULARY, relation_threshold=threshold)
    scores = LabelScores(torch.tensor(probabilities).reshape(-1, 2), None, exclusive=True)
    given = None if labels is None else torch.tensor(labels)
    mentions = decoder.given_mentions(GivenMentions(torch.arange(len(rows)), given), scores)
    pair_scores = LabelScores(torch.tensor(related).reshape(-1, 2), None, exclusive=False)
    return decoder.documents(
        units,
        Spans(unit, start, end),
        mentions,
        torch.tensor(pairs, dtype=torch.long).reshape(-1, 2),
        decoder.find_relations(pair_scores),
    )


def triples(found: Document) -> list[tuple[str, int, int]]:
    return [(relation.label, relation.head, relation.tail) for relation in found.relations]


TWO = [(0, 0, 1), (0, 2, 3)], [[0.1, 0.8], [0.1, 0.7]]


def test_entities_of_each_unit() -> None:
    rows = [(0, 0, 1), (0, 2, 5), (0, 4, 5), (1, 0, 1)]
    scores = [[0.2, 0.7], [0.6, 0.3], [0.9, 0.1], [0.2, 0.6]]
    first, second = decode(rows, scores)
    found = [(e.label, tuple(e.span)) for e in first.entities]
    assert found == [("Peop", (0, 1)), ("Loc", (2, 5)), ("Loc", (4, 5))]  # nested ones stay
    assert [e.score for e in first.entities] == pytest.approx([0.7, 0.6, 0.9])
    assert [(e.label, tuple(e.span)) for e in second.entities] == [("Peop", (0, 1))]
    assert (first.tokens, first.id) == (UNITS[0].tokens, "a")


def test_threshold_is_inclusive() -> None:
    (found, _) = decode(*TWO, [(0, 1), (1, 0)], [[0.5, 0.1], [0.4999, 0.1]])
    assert triples(found) == [("Live_In", 0, 1)]
    assert found.relations[0].score == 0.5


@pytest.mark.parametrize(("threshold", "count"), [(0.0, 4), (0.3, 2), (1.0, 1)])
def test_threshold_is_a_key(threshold: float, count: int) -> None:
    scores = [[1.0, 0.0], [0.3, 0.2]]
    (found, _) = decode(*TWO, [(0, 1), (1, 0)], scores, threshold=threshold)
    # At 0 both directions of the symmetric label are found, and are one.
    assert len(found.relations) == (count - 1 if threshold == 0.0 else count)


def test_a_pair_may_carry_several_relations() -> None:
    (found, _) = decode(*TWO, [(0, 1)], [[0.9, 0.8]])
    assert triples(found) == [("Live_In", 0, 1), ("Spouse", 0, 1)]


def test_symmetric_relations_point_right() -> None:
    (found, _) = decode(*TWO, [(1, 0)], [[0.9, 0.8]])
    assert triples(found) == [("Live_In", 1, 0), ("Spouse", 0, 1)]


def test_the_first_of_duplicates_stays_with_its_score() -> None:
    """Not the better one (SINET §3.8 step 4)."""
    (found, _) = decode(*TWO, [(0, 1), (1, 0)], [[0.0, 0.6], [0.0, 0.9]])
    assert triples(found) == [("Spouse", 0, 1)]
    assert found.relations[0].score == pytest.approx(0.6)


def test_equal_starts_keep_both_directions() -> None:
    nested = [(0, 0, 1), (0, 0, 3)]
    (found, _) = decode(nested, TWO[1], [(0, 1), (1, 0)], [[0.0, 0.6], [0.0, 0.9]])
    assert triples(found) == [("Spouse", 0, 1), ("Spouse", 1, 0)]


def test_rows_of_later_units() -> None:
    rows = [(0, 0, 1), (1, 0, 1), (1, 1, 2)]
    scores = [[0.2, 0.7]] * 3
    first, second = decode(rows, scores, [(1, 2), (2, 1)], [[0.9, 0.0], [0.0, 0.7]])
    assert triples(first) == []
    assert triples(second) == [("Live_In", 0, 1), ("Spouse", 0, 1)]


def test_given_labels() -> None:
    """-1 leaves the label to the model."""
    scores = [[0.2, 0.7], [0.15, 0.05]]
    (found, _) = decode([(0, 0, 1), (0, 2, 3)], scores, labels=[0, -1])
    assert [e.label for e in found.entities] == ["Loc", "Loc"]
    assert [e.score for e in found.entities] == pytest.approx([0.2, 0.15])


def test_nothing_found() -> None:
    first, second = decode([], [])
    assert first.entities == second.entities == ()
    assert first.relations == ()


def test_gold_does_not_stay_and_the_text_does() -> None:
    gold = document("Ada left", (("Peop", 0, 1),), id="g", sentences=((0, 2),))
    gold = Document(
        gold.id,
        gold.tokens,
        "Ada left",
        ((0, 3), (4, 8)),
        gold.sentences,
        gold.entities,
        flags=("kept",),
        extra={"k": 1},
    )
    (found,) = decode([(0, 1, 2)], [[0.8, 0.1]], units=[gold])
    assert [(e.label, tuple(e.span)) for e in found.entities] == [("Loc", (1, 2))]
    assert (found.text, found.offsets, found.sentences) == (gold.text, gold.offsets, gold.sentences)
    assert (found.flags, found.extra) == (("kept",), {"k": 1})


def test_threshold_lies_in_0_to_1() -> None:
    with pytest.raises(ConfigError, match=re.escape("relation_threshold")):
        construct(Factory[SpanDecoder], {"relation_threshold": 1.5})

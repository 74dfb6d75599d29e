"""Cells of two tables → documents (CARE §5), by hand and there and back."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.config import Factory, construct
from jointre.data.schema import Document
from jointre.data.symmetric import left_to_right
from jointre.data.tables import entity_cells, relation_cells
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Mentions, TableDecoder
from jointre.errors import ConfigError
from jointre.nn.losses import LabelScores
from jointre.positions import Spans
from tests.data.documents import LABELS, TYPES_ARE_SAMPLED, document, plain_documents

VOCABULARY = Vocabulary(("Loc", "Peop"), ("Live_In", "Spouse"), frozenset({"Spouse"}))
UNITS = [document("Ada met Bob in Rome .", id="a"), document("Carol left .", id="b")]
Mention = tuple[int, int, int, str, float]  # unit, start, end, label, probability
Cell = tuple[int, int, int, float, float]  # unit, head's start, tail's start, probabilities


def decode(
    mentions: list[Mention],
    cells: Sequence[Cell] = (),
    all_spans: bool = False,
    threshold: float = 0.5,
    units: list[Document] = UNITS,
) -> list[Document]:
    unit, start, end = torch.tensor([m[:3] for m in mentions], dtype=torch.long).reshape(-1, 3).T
    labels = [VOCABULARY.entity_index(mention[3]) for mention in mentions]
    probabilities = torch.tensor([cell[3:] for cell in cells]).reshape(-1, 2)
    decoder = TableDecoder(VOCABULARY, relation_threshold=threshold, all_spans=all_spans)
    found = Mentions(
        torch.arange(len(mentions)),
        torch.tensor(labels, dtype=torch.long),
        torch.tensor([mention[4] for mention in mentions]).reshape(-1),
    )
    return decoder.documents(
        units,
        Spans(unit, start, end),
        found,
        torch.tensor([cell[:3] for cell in cells], dtype=torch.long).reshape(-1, 3),
        decoder.find_relations(LabelScores(probabilities, None, exclusive=False)),
    )


def triples(found: Document) -> list[tuple[str, int, int]]:
    return [(relation.label, relation.head, relation.tail) for relation in found.relations]


TWO: list[Mention] = [(0, 0, 1, "Peop", 0.8), (0, 4, 5, "Loc", 0.7)]
NESTED: list[Mention] = [  # the longer one at word 0 is the more probable, at word 4 the shorter
    (0, 0, 1, "Peop", 0.6),
    (0, 0, 3, "Peop", 0.9),
    (0, 4, 5, "Loc", 0.8),
    (0, 4, 6, "Loc", 0.7),
]


def test_entities_of_each_unit() -> None:
    first, second = decode([*TWO, (0, 4, 5, "Peop", 0.6), (1, 0, 2, "Peop", 0.9)])
    found = [(e.label, tuple(e.span)) for e in first.entities]
    assert found == [("Peop", (0, 1)), ("Loc", (4, 5)), ("Peop", (4, 5))]  # two labels of a cell
    assert [e.score for e in first.entities] == pytest.approx([0.8, 0.7, 0.6])
    assert [(e.label, tuple(e.span)) for e in second.entities] == [("Peop", (0, 2))]
    assert (first.tokens, first.id, first.relations) == (UNITS[0].tokens, "a", ())


def test_relation_threshold_is_inclusive() -> None:
    (found, _) = decode(TWO, [(0, 0, 4, 0.5, 0.0), (0, 4, 0, 0.4999, 0.0)])
    assert triples(found) == [("Live_In", 0, 1)]
    assert found.relations[0].score == 0.5


@pytest.mark.parametrize(("threshold", "count"), [(0.0, 3), (0.25, 2), (1.0, 1)])
def test_relation_threshold_is_a_key(threshold: float, count: int) -> None:
    """At 0 both directions of the symmetric label are found, and are one."""
    cells: list[Cell] = [(0, 0, 4, 1.0, 0.0), (0, 4, 0, 0.25, 0.125)]
    (found, _) = decode(TWO, cells, threshold=threshold)
    assert len(found.relations) == count


def test_a_cell_may_carry_several_relations() -> None:
    (found, _) = decode(TWO, [(0, 0, 4, 0.9, 0.8)])
    assert triples(found) == [("Live_In", 0, 1), ("Spouse", 0, 1)]


def test_the_most_probable_mentions_are_linked() -> None:
    (found, _) = decode(NESTED, [(0, 0, 4, 0.9, 0.0), (0, 4, 0, 0.8, 0.0)])
    assert triples(found) == [("Live_In", 1, 2), ("Live_In", 2, 1)]
    assert [r.score for r in found.relations] == pytest.approx([0.9, 0.8])


def test_all_spans_links_every_pair() -> None:
    (found, _) = decode(NESTED, [(0, 0, 4, 0.9, 0.0)], all_spans=True)
    pairs = {(0, 2), (0, 3), (1, 2), (1, 3)}
    assert set(triples(found)) == {("Live_In", head, tail) for head, tail in pairs}
    assert triples(found)[0] == ("Live_In", 1, 2)
    assert {r.score for r in found.relations} == {found.relations[0].score}


@pytest.mark.parametrize("all_spans", [True, False])
def test_one_mention_on_the_diagonal_is_linked_to_itself(all_spans: bool) -> None:
    (found, _) = decode(TWO, [(0, 4, 4, 0.9, 0.0)], all_spans)
    assert triples(found) == [("Live_In", 1, 1)]


def test_two_mentions_on_the_diagonal_are_linked_to_each_other() -> None:
    """The more probable one is the head; with all_spans both directions."""
    cell: Cell = (0, 0, 0, 0.9, 0.0)
    (found, _) = decode(NESTED, [cell])
    assert triples(found) == [("Live_In", 1, 0)]
    (found, _) = decode(NESTED, [cell], all_spans=True)
    assert triples(found) == [("Live_In", 1, 0), ("Live_In", 0, 1)]


def test_equal_probabilities_link_the_first() -> None:
    """The shorter of nested mentions, as cells are read row by row."""
    mentions: list[Mention] = [(0, 0, 1, "Loc", 0.5), (0, 0, 3, "Loc", 0.5), TWO[1]]
    (found, _) = decode(mentions, [(0, 0, 4, 0.9, 0.0)])
    assert triples(found) == [("Live_In", 0, 2)]


def test_symmetric_relations_point_right() -> None:
    (found, _) = decode(TWO, [(0, 4, 0, 0.9, 0.8)])
    assert triples(found) == [("Live_In", 1, 0), ("Spouse", 0, 1)]


def test_both_cells_of_a_symmetric_relation_are_one() -> None:
    """The first one's score stays, as in the span model."""
    (found, _) = decode(TWO, [(0, 0, 4, 0.0, 0.6), (0, 4, 0, 0.0, 0.9)])
    assert triples(found) == [("Spouse", 0, 1)]
    assert found.relations[0].score == pytest.approx(0.6)


def test_relations_of_later_units() -> None:
    mentions: list[Mention] = [*TWO, (1, 0, 1, "Peop", 0.9), (1, 1, 3, "Loc", 0.9)]
    cells: list[Cell] = [(0, 0, 4, 0.1, 0.1), (1, 0, 1, 0.9, 0.0), (1, 1, 0, 0.0, 0.7)]
    first, second = decode(mentions, cells)
    assert triples(first) == []
    assert triples(second) == [("Live_In", 0, 1), ("Spouse", 0, 1)]


def test_nothing_found() -> None:
    first, second = decode([])
    assert first.entities == second.entities == ()
    assert first.relations == second.relations == ()


def test_gold_does_not_stay_and_the_text_does() -> None:
    gold = document("Ada left", (("Peop", 0, 1),), (("Spouse", 0, 0),), "g", ((0, 2),), ((0,),))
    gold = replace(gold, text="Ada left", offsets=((0, 3), (4, 8)), flags=("kept",), extra={"k": 1})
    (found,) = decode([(0, 1, 2, "Loc", 0.9)], units=[gold])
    assert [(e.label, tuple(e.span)) for e in found.entities] == [("Loc", (1, 2))]
    assert (found.relations, found.clusters) == ((), ())
    assert (found.text, found.offsets, found.sentences) == (gold.text, gold.offsets, gold.sentences)
    assert (found.flags, found.extra) == (("kept",), {"k": 1})


@pytest.mark.parametrize("key", ["entity_threshold", "relation_threshold"])
def test_thresholds_lie_in_0_to_1(key: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(key)):
        construct(Factory[TableDecoder], {key: 1.5})


NAMES = ("Org", "Peop", "Ünit", "a b")
Named = tuple[str | None, int, int]  # an entity
Triple = tuple[str, Named, Named]


def there_and_back(
    units: list[Document], vocabulary: Vocabulary, all_spans: bool
) -> list[Document]:
    """Documents → gold cells → probabilities 0 and 1 → documents."""
    rows = [
        (unit, start, end)
        for unit, one in enumerate(units)
        for start in range(len(one.tokens))
        for end in range(start + 1, len(one.tokens) + 1)
    ]
    number = {row: index for index, row in enumerate(rows)}
    probabilities = torch.zeros(len(rows), len(NAMES))
    for unit, first, last, label in entity_cells(units, vocabulary).tolist():
        probabilities[number[unit, first, last + 1], label] = 1
    decoder = TableDecoder(vocabulary, all_spans=all_spans)
    spans = Spans(*torch.tensor(rows, dtype=torch.long).reshape(-1, 3).T)
    mentions = decoder.find_mentions(spans, LabelScores(probabilities, None, exclusive=False))
    unit, start = spans.unit[mentions.rows], spans.start[mentions.rows]
    starts = sorted(set(zip(unit.tolist(), start.tolist(), strict=True)))
    links = [(unit, i, j) for unit, i in starts for other, j in starts if other == unit]
    number = {link: index for index, link in enumerate(links)}
    related = torch.zeros(len(links), len(NAMES))
    for unit_, head, tail, label in relation_cells(units, vocabulary).tolist():
        related[number[unit_, head, tail], label] = 1
    cells = torch.tensor(links, dtype=torch.long).reshape(-1, 3)
    relations = decoder.find_relations(LabelScores(related, None, exclusive=False))
    return decoder.documents(units, spans, mentions, cells, relations)


def named(document: Document, index: int) -> Named:
    entity = document.entities[index]
    return entity.label, *entity.span


def content(document: Document) -> tuple[set[Named], set[Triple]]:
    """Entities and relations, whatever their order, each once."""
    entities = {named(document, index) for index in range(len(document.entities))}
    relations = {
        (r.label, named(document, r.head), named(document, r.tail)) for r in document.relations
    }
    return entities, relations


def cell(triple: Triple, symmetric: frozenset[str]) -> tuple[str, int, int]:
    """What the table knows of a relation."""
    label, (_, head, _), (_, tail, _) = triple
    return (label, *sorted((head, tail))) if label in symmetric else (label, head, tail)  # type: ignore[return-value]


@TYPES_ARE_SAMPLED
@settings(deadline=None)
@given(st.lists(plain_documents(), min_size=1, max_size=3), st.sets(LABELS), st.booleans())
def test_there_and_back(units: list[Document], names: set[str], all_spans: bool) -> None:
    """Entities and cells come back, nested, overlapping and equal ones too.

    So do relations, up to the two ceilings of a table (CARE §1): a cell does not say which
    of the mentions that start at its words is meant, nor, where several do, that one is
    meant twice.
    """
    symmetric = frozenset(names)
    units = [replace(unit, id=str(number)) for number, unit in enumerate(units)]
    vocabulary = Vocabulary(NAMES, NAMES, symmetric)
    found = there_and_back(units, vocabulary, all_spans)
    for unit, one in zip(units, found, strict=True):
        entities, relations = content(one)
        assert len(entities) == len(one.entities)
        assert len(relations) == len(one.relations)
        gold, wanted = content(left_to_right(unit, symmetric))
        assert entities == gold
        starting = [start for _, start, _ in gold]
        found_cells = sorted(cell(triple, symmetric) for triple in relations)
        cells = {cell(triple, symmetric) for triple in wanted}
        if not all_spans:
            assert found_cells == sorted(cells)  # one relation each
        assert set(found_cells) == cells
        clear = {
            triple
            for triple in wanted
            if starting.count(triple[1][1]) == starting.count(triple[2][1]) == 1
        }
        assert clear <= relations
        if all_spans:
            assert {t for t in wanted if t in clear or t[1] != t[2]} <= relations
        if len(clear) == len(wanted):
            assert relations == wanted


def test_the_ceilings_counted() -> None:
    """Of five gold relations one cell stands for two, and one self relation names two mentions."""
    unit = document(
        "a b c d",
        (("Org", 0, 1), ("Org", 0, 2), ("Peop", 2, 3), ("Peop", 3, 4)),
        (("Org", 0, 2), ("Org", 1, 2), ("Peop", 2, 3), ("a b", 1, 1), ("a b", 3, 3)),
    )
    vocabulary = Vocabulary(NAMES, NAMES)
    _, wanted = content(unit)
    assert len(wanted) == 5
    for all_spans, right, wrong in ((False, 3, 1), (True, 4, 2)):
        (found,) = there_and_back([unit], vocabulary, all_spans)
        entities, relations = content(found)
        assert entities == content(unit)[0]
        assert len(relations & wanted) == right
        assert len(relations - wanted) == wrong

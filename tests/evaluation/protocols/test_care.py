import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from jointre.evaluation import Metric, monitor_keys
from jointre.evaluation.errors_by_kind import errors_by_kind, outcomes
from jointre.evaluation.protocols.care import CareMetric, Cell
from jointre.evaluation.protocols.spert import SpertMetric
from jointre.evaluation.report import table
from tests.data.documents import TYPES_ARE_SAMPLED, plain_documents
from tests.evaluation.checks import compare_with_naive, counts_of, numbers
from tests.evaluation.documents import disturbed, random_sentence, sentence
from tests.naive import matching as naive

pytestmark = TYPES_ARE_SAMPLED

METRIC = CareMetric(frozenset({"s"}))
ENTITIES = [(0, 2, "A"), (3, 4, "B"), (5, 6, "A")]
GOLD = sentence(ENTITIES, [(0, 1, "r"), (2, 1, "s")])


def test_registered_with_its_blocks_and_monitor_keys() -> None:
    assert Metric.by_name("care") is CareMetric
    assert CareMetric.blocks == ("entity", "relation_cell")
    assert {"entity_f1", "relation_cell_f1"} <= set(monitor_keys(CareMetric))


def test_gold_scores_one_against_itself() -> None:
    report = METRIC.score([GOLD], [GOLD])
    assert numbers(report, "entity") == (1, 1, 1, 3)
    assert numbers(report, "relation_cell") == (1, 1, 1, 2)


def test_no_prediction_and_no_gold() -> None:
    assert numbers(METRIC.score([GOLD], [sentence()]), "relation_cell") == (0, 0, 0, 2)
    assert counts_of(METRIC, sentence(), GOLD) == {"entity": (0, 3, 0), "relation_cell": (0, 2, 0)}
    nothing = METRIC.score([sentence()], [sentence()])
    assert numbers(nothing, "relation_cell") == (0, 0, 0, 0)
    assert nothing.blocks["relation_cell"].per_type == {}


def test_duplicates_count_once() -> None:
    doubled = sentence([*ENTITIES, (0, 2, "A")], [(0, 1, "r"), (3, 1, "r"), (0, 1, "r")])
    assert counts_of(METRIC, GOLD, doubled) == {"entity": (3, 3, 3), "relation_cell": (1, 1, 2)}
    assert counts_of(METRIC, doubled, doubled)["relation_cell"] == (1, 1, 1)


def test_right_cell_with_a_wrong_entity_type_is_wrong() -> None:
    predicted = sentence([(0, 2, "B"), *ENTITIES[1:]], [(0, 1, "r"), (2, 1, "s")])
    assert counts_of(METRIC, GOLD, predicted) == {"entity": (2, 3, 3), "relation_cell": (1, 2, 2)}


@pytest.mark.parametrize("wrong", [0, 1])
def test_right_cell_whose_entity_ends_elsewhere_is_wrong(wrong: int) -> None:
    entities: list[Any] = list(ENTITIES)
    start, end, label = entities[wrong]
    entities[wrong] = (start, end + 1, label)
    predicted = sentence(entities, [(0, 1, "r")])
    assert counts_of(METRIC, GOLD, predicted) == {"entity": (2, 3, 3), "relation_cell": (0, 1, 2)}


def test_relations_of_entities_that_start_together_are_one_cell() -> None:
    entities = [(0, 1, "A"), (0, 3, "C"), (5, 6, "A")]
    gold = sentence(entities, [(0, 2, "r"), (1, 2, "r")])
    assert counts_of(METRIC, gold, gold)["relation_cell"] == (1, 1, 1)
    # One of the two that start there is right, and that is enough, whichever the relation names.
    for head in (0, 1):
        predicted = sentence([(0, 1, "B"), (0, 3, "C"), (5, 6, "A")], [(head, 2, "r")])
        found = counts_of(METRIC, gold, predicted)
        assert found == {"entity": (2, 3, 3), "relation_cell": (1, 1, 1)}
    predicted = sentence([(0, 1, "B"), (0, 2, "C"), (5, 6, "A")], [(0, 2, "r"), (1, 2, "r")])
    assert counts_of(METRIC, gold, predicted)["relation_cell"] == (0, 1, 1)


def test_relation_between_entities_that_start_together_lies_on_the_diagonal() -> None:
    gold = sentence([(0, 1, "A"), (0, 3, "B")], [(0, 1, "r")])
    turned = sentence([(0, 1, "A"), (0, 3, "B")], [(1, 0, "r")])
    assert counts_of(METRIC, gold, turned)["relation_cell"] == (1, 1, 1)


def test_label_and_direction_must_be_right_of_symmetric_relations_too() -> None:
    predicted = sentence(ENTITIES, [(0, 1, "t"), (1, 2, "s"), (2, 1, "s")])
    found = counts_of(METRIC, GOLD, predicted)
    assert found["relation_cell"] == (1, 3, 2)
    assert counts_of(CareMetric(frozenset()), GOLD, predicted) == found


def test_predicted_cell_counts_only_where_predicted_entities_start() -> None:
    # Files of other tools may relate spans that are no entities: those have no label.
    untyped = [(0, 2, None), (3, 4, "B"), (5, 6, "A")]
    predicted = sentence(untyped, [(0, 1, "r"), (1, 0, "t"), (2, 1, "s")])
    assert counts_of(METRIC, GOLD, predicted) == {"entity": (2, 2, 3), "relation_cell": (1, 1, 2)}
    # Another entity that starts there makes it count, and be right if that entity is.
    for end, right in ((1, 0), (2, 1)):
        predicted = sentence([*untyped, (0, end, "A")], [(0, 1, "r")])
        assert counts_of(METRIC, GOLD, predicted)["relation_cell"] == (right, 1, 2)


def test_gold_cell_without_entities_stays_and_is_missed() -> None:
    gold = sentence([(0, 2, None), (3, 4, "B")], [(0, 1, "r")])
    assert counts_of(METRIC, gold, gold) == {"entity": (1, 1, 1), "relation_cell": (0, 0, 1)}


def test_one_token_entities_of_one_type() -> None:
    words = [(1, 2, "None"), (4, 5, "None"), (7, 8, "None")]
    gold = sentence(words, [(0, 1, "r"), (1, 2, "r")])
    predicted = sentence([*words[:2], (8, 9, "None")], [(0, 1, "r"), (1, 2, "r"), (1, 0, "t")])
    report = METRIC.score([gold], [predicted])
    assert report.blocks["entity"].counts == (2, 3, 3)
    relation = report.blocks["relation_cell"]
    assert relation.counts == (1, 3, 2)
    assert {label: one.counts for label, one in relation.per_type.items()} == {
        "r": (1, 2, 2),
        "t": (0, 1, 0),
    }
    assert relation.macro_f1 == pytest.approx((0.5 + 0) / 2)


def test_cells_are_the_document_s_own() -> None:
    other = replace(GOLD, id="e")
    empty = replace(sentence(), id="e")
    assert METRIC.score([GOLD, other], [GOLD, empty]).blocks["relation_cell"].counts == (2, 2, 4)


def test_table_and_errors_by_kind_do_without_the_other_relation_blocks() -> None:
    predicted = sentence(ENTITIES, [(0, 1, "r")])
    rows = {(block, label): support for block, label, *_, support in table(_report(predicted))}
    assert rows["relation_cell", "micro"] == 2
    assert {block for block, _ in rows} == {"entity", "relation_cell"}
    assert errors_by_kind(outcomes([GOLD], [predicted], METRIC))["relation"]["missed"] == 1


def test_relations_between_multi_mention_entities_are_refused() -> None:
    entities = (Entity("A", (Span(0, 1), Span(4, 5))), Entity("B", (Span(2, 4),)))
    gold = Document("d", GOLD.tokens, entities=entities, relations=(Relation("r", 1, 0),))
    message = (
        "document 'd': relation 0 (r) links an entity of 2 mentions; protocol 'care' is for "
        "one-mention entities, choose a document protocol"
    )
    with pytest.raises(DataError, match=re.escape(message)):
        METRIC.score([gold], [gold])


def test_cell_within_needs_both_positions() -> None:
    cell = Cell(0, 3, "r")
    assert cell.within({0, 3, 5})
    assert not cell.within({0})
    assert not cell.within({3})


def test_equals_naive_loops() -> None:
    compare_with_naive(METRIC, naive.care)


def test_equals_strict_triples_while_no_two_entities_start_together() -> None:
    strict = SpertMetric(frozenset())
    compared = 0
    for seed in range(600):
        gold = random_sentence(seed)
        predicted = disturbed(gold, seed)
        if all(_starts_differ(one) for one in (gold, predicted)) and gold.relations:
            found = counts_of(METRIC, gold, predicted)["relation_cell"]
            assert found == counts_of(strict, gold, predicted)["relation_strict"], seed
            compared += 0 < found[0] < found[1]
    assert compared > 5


@given(plain_documents())
def test_gold_against_itself_has_nothing_wrong(document: Document) -> None:
    for right, predicted, gold in counts_of(METRIC, document, document).values():
        assert right == predicted == gold
    report = METRIC.score([document], [document])
    assert report.blocks["entity"].f1 == float(bool(document.entities))
    assert report.blocks["relation_cell"].f1 == float(bool(document.relations))


@given(st.integers(0, 999), st.data())
def test_order_does_not_matter(seed: int, data: st.DataObject) -> None:
    gold = random_sentence(seed)
    predicted = disturbed(gold, seed)
    again = counts_of(METRIC, _shuffled(gold, data), _shuffled(predicted, data))
    assert counts_of(METRIC, gold, predicted) == again


@given(plain_documents(), st.data())
def test_what_is_left_out_is_missed_and_nothing_is_wrong(
    document: Document, data: st.DataObject
) -> None:
    for right, predicted, gold in counts_of(METRIC, document, _thinned(document, data)).values():
        assert right == predicted <= gold


def _report(predicted: Document) -> Any:
    return METRIC.score([GOLD], [predicted])


def _starts_differ(document: Document) -> bool:
    entities = {(one.span, one.label) for one in document.entities}
    typed = all(one.label is not None for one in document.entities)
    return typed and len({span.start for span, _ in entities}) == len(entities)


def _thinned(document: Document, data: st.DataObject) -> Document:
    kept = data.draw(st.lists(st.booleans(), min_size=5, max_size=5))
    relations = tuple(one for one, keep in zip(document.relations, kept, strict=False) if keep)
    return replace(document, relations=relations)


def _shuffled(document: Document, data: st.DataObject) -> Document:
    order = data.draw(st.permutations(range(len(document.entities))))
    place = {old: new for new, old in enumerate(order)}
    relations = [
        Relation(one.label, place[one.head], place[one.tail]) for one in document.relations
    ]
    return replace(
        document,
        entities=tuple(document.entities[old] for old in order),
        relations=tuple(data.draw(st.permutations(relations))),
    )

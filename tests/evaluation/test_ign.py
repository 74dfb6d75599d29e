import re

import pytest

from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.evaluation.ign import check_labels, ignoring, known_relations
from jointre.evaluation.train_facts import Fact
from tests.evaluation.clustered import document

ENTITIES = [("A", (0, 1), (4, 6)), ("B", (2, 3)), ("B", (7, 8))]
GOLD = document(ENTITIES, [(0, 1, "r"), (0, 2, "r"), (1, 2, "s"), (2, 0, "s")])
PREDICTED = document(ENTITIES, [(0, 1, "r"), (0, 2, "r"), (1, 2, "s"), (1, 0, "r"), (2, 1, "r")])
INDICES = (range(3), range(3))


def known(*facts: tuple[str, str, str]) -> dict[str, int]:
    found = known_relations(GOLD, PREDICTED, INDICES, frozenset(Fact(*one) for one in facts))
    assert found[0] == {"r": (2, 4, 2), "s": (1, 1, 2)}
    return dict(found[1])


def test_any_name_of_head_and_tail_will_do() -> None:
    assert known(("a", "c", "r")) == {"r": 1}
    assert known(("ef", "c", "r"), ("a", "c", "r")) == {"r": 1}
    assert known(("ef", "h", "r"), ("c", "h", "s")) == {"r": 1, "s": 1}


def test_other_names_labels_and_directions_are_no_such_fact() -> None:
    assert known(("a", "c", "s"), ("c", "a", "r"), ("e", "c", "r"), ("c", "h", "r")) == {}


def test_wrong_and_missed_relations_are_not_known() -> None:
    assert known(("c", "a", "r"), ("h", "c", "r"), ("h", "a", "s")) == {}


def test_repeated_predictions_are_known_once() -> None:
    twice = document(ENTITIES, [(0, 1, "r"), (0, 1, "r")])
    facts = frozenset({Fact("a", "c", "r")})
    tally, found = known_relations(GOLD, twice, INDICES, facts)
    assert (tally["r"], dict(found)) == ((1, 1, 2), {"r": 1})


def test_precision_leaves_known_facts_out_and_recall_does_not() -> None:
    facts = frozenset({Fact("a", "c", "r")})
    scores = ignoring([known_relations(GOLD, PREDICTED, INDICES, facts)])
    # 5 predicted, 3 of them right, 1 of these known; 4 gold.
    assert (scores.precision, scores.recall) == (2 / 4, 3 / 4)
    assert scores.f1 == pytest.approx(3 / 5)
    assert scores.support == 4
    assert scores.counts is None
    assert (scores.per_type["r"].precision, scores.per_type["r"].recall) == (1 / 3, 1)
    assert (scores.per_type["s"].precision, scores.per_type["s"].recall) == (1, 1 / 2)
    assert scores.macro_f1 == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_all_known_or_nothing_at_all() -> None:
    facts = frozenset({Fact("a", "c", "r")})
    one = document(ENTITIES, [(0, 1, "r")])
    scores = ignoring([known_relations(one, one, INDICES, facts)])
    assert (scores.precision, scores.recall, scores.f1, scores.support) == (0, 1, 0, 1)
    scores = ignoring([])
    assert (scores.precision, scores.recall, scores.f1, scores.support) == (0, 0, 0, 0)
    assert scores.per_type == {}


def test_documents_add_up() -> None:
    facts = frozenset({Fact("a", "c", "r")})
    pair = known_relations(GOLD, PREDICTED, INDICES, facts)
    other = known_relations(document(), document(), ((), ()), facts)
    scores = ignoring([pair, other, pair])
    assert (scores.precision, scores.recall, scores.support) == (4 / 8, 6 / 8, 8)


def test_labels_spelled_otherwise_are_refused() -> None:
    facts = [Fact("a", "b", f"P{number}") for number in range(4)]
    message = (
        "train_facts: none of their relation labels ('P0', 'P1', 'P2', …) occurs in gold "
        "('r', 's'); read both with the same label names"
    )
    with pytest.raises(DataError, match=re.escape(message)):
        check_labels([GOLD], facts)


@pytest.mark.parametrize(
    ("gold", "labels"), [(GOLD, "rP"), (GOLD, "P"), (document(ENTITIES, [(0, 1, "r")]), "PQ")]
)
def test_single_labels_may_be_missing(gold: Document, labels: str) -> None:
    check_labels([gold], [Fact("a", "b", label) for label in labels])
    assert {relation.label for relation in gold.relations} <= {"r", "s"}

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from jointre.evaluation import errors_by_kind as errors
from jointre.evaluation.errors_by_kind import (
    ENTITY_KINDS,
    RELATION_KINDS,
    EntityItem,
    confusion,
    entity_outcomes,
    outcomes,
    relation_outcomes,
)
from jointre.evaluation.metric import Metric
from jointre.evaluation.protocols.jerex import JerexMetric
from jointre.evaluation.protocols.spert import SpertMetric
from tests.evaluation.documents import disturbed, random_sentence, sentence

ENTITIES = [(0, 2, "A"), (3, 4, "B"), (5, 8, "A"), (9, 10, "C")]


def errors_by_kind(
    gold: list[Document],
    predicted: list[Document],
    symmetric: frozenset[str] = frozenset(),
    protocol: type[Metric] = SpertMetric,
) -> dict[str, dict[str, int]]:
    return errors.errors_by_kind(outcomes(gold, predicted, protocol(symmetric)))


def kinds(counts: dict[str, int]) -> dict[str, int]:
    return {kind: count for kind, count in counts.items() if count}


def test_each_kind_of_entity() -> None:
    gold = sentence(ENTITIES)
    predicted = sentence([(0, 2, "A"), (3, 4, "A"), (6, 8, "A"), (11, 12, "B")])
    found = errors_by_kind([gold], [predicted])["entity"]
    assert tuple(found) == ENTITY_KINDS
    assert kinds(found) == {"correct": 1, "type": 1, "boundary": 1, "missed": 1, "spurious": 1}


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        ([(0, 1, "r")], {"correct": 1}),
        ([(1, 0, "r")], {"direction": 1}),
        ([(0, 1, "s")], {"label": 1}),
        ([(4, 1, "r")], {"boundary": 1}),
        ([(5, 1, "r")], {"type": 1}),
        ([(2, 3, "r")], {"missed": 1, "spurious": 1}),
        ([(0, 2, "r")], {"argument": 1}),
        ([(3, 1, "r")], {"argument": 1}),
        ([(4, 2, "r")], {"argument": 1}),
        ([(1, 0, "s")], {"missed": 1, "spurious": 1}),
        ([(4, 1, "s")], {"missed": 1, "spurious": 1}),
        ([], {"missed": 1}),
        ([(0, 1, "s"), (0, 1, "r")], {"correct": 1, "spurious": 1}),
        ([(0, 1, "r"), (0, 1, "r")], {"correct": 1}),
    ],
)
def test_each_kind_of_relation(relations, expected: dict[str, int]) -> None:
    gold = sentence(ENTITIES, [(0, 1, "r")])
    predicted = sentence([*ENTITIES, (0, 1, "A"), (0, 2, "C")], relations)
    found = errors_by_kind([gold], [predicted])["relation"]
    assert tuple(found) == RELATION_KINDS
    assert kinds(found) == expected


def test_symmetric_relations_have_no_direction() -> None:
    gold, predicted = sentence(ENTITIES, [(0, 1, "s")]), sentence(ENTITIES, [(1, 0, "s")])
    found = errors_by_kind([gold], [predicted], symmetric=frozenset({"s"}))
    assert kinds(found["relation"]) == {"correct": 1}


def test_outcomes_hold_both_sides() -> None:
    gold = sentence(ENTITIES[:2], [(0, 1, "r")])
    predicted = sentence([(0, 2, "A"), (3, 4, "C"), (7, 8, "A")], [(0, 1, "r")])
    a, b = EntityItem((Span(0, 2),), "A"), EntityItem((Span(3, 4),), "B")
    c, wrong = EntityItem((Span(3, 4),), "C"), EntityItem((Span(7, 8),), "A")
    found = entity_outcomes(gold, predicted)
    assert [(one.kind, one.gold, one.predicted) for one in found] == [
        ("correct", a, a),
        ("type", b, c),
        ("spurious", None, wrong),
    ]
    (relation,) = relation_outcomes(gold, predicted)
    assert (relation.kind, relation.gold, relation.predicted) == ("type", (a, b, "r"), (a, c, "r"))
    assert confusion(found) == {("A", "A"): 1, ("B", "C"): 1, (None, "A"): 1}
    assert confusion(relation_outcomes(gold, predicted)) == {("r", "r"): 1}


def test_a_gold_entity_explains_one_prediction() -> None:
    gold = sentence([(0, 4, "A")])
    predicted = sentence([(0, 2, "A"), (2, 4, "A")])
    found = errors_by_kind([gold], [predicted])["entity"]
    assert kinds(found) == {"boundary": 1, "spurious": 1}


def test_kinds_add_up_to_the_counts_of_the_default_protocol() -> None:
    symmetric = frozenset({"s"})
    gold = [random_sentence(seed) for seed in range(150)]
    predicted = [disturbed(one, seed) for seed, one in enumerate(gold)]
    found = errors_by_kind(gold, predicted, symmetric)
    counts = SpertMetric(symmetric).counts(gold, predicted)
    for name, block in (("entity", "entity"), ("relation", "relation_strict")):
        assert min(found[name].values()) > 0
        right, given, wanted = counts[block].sum(0)
        everything = sum(found[name].values())
        assert found[name]["correct"] == right
        assert everything - found[name]["missed"] == given
        assert everything - found[name]["spurious"] == wanted


def clustered(
    entities: list[tuple[list[tuple[int, int]], str]], *relations: tuple[int, int, str]
) -> Document:
    """A document of ten words whose entities have several mentions."""
    return Document(
        "d",
        tuple("abcdefghij"),
        entities=tuple(Entity(label, tuple(Span(*s) for s in spans)) for spans, label in entities),
        relations=tuple(Relation(label, head, tail) for head, tail, label in relations),
    )


def test_clusters_of_mentions() -> None:
    """An entity is correct if all its mentions are; one that shares some is a boundary error."""
    a, b, c = ([(0, 1), (4, 5)], "A"), ([(2, 3)], "B"), ([(6, 7), (8, 9)], "A")
    gold = [clustered([a, b, c], (0, 1, "r"), (2, 1, "r"), (0, 2, "s"))]
    part = ([(0, 1)], "A")
    predicted = [clustered([part, b, (c[0], "B")], (0, 1, "r"), (1, 2, "r"), (1, 0, "s"))]
    found = errors_by_kind(gold, predicted, protocol=JerexMetric)
    assert kinds(found["entity"]) == {"correct": 1, "boundary": 1, "type": 1}
    assert kinds(found["relation"]) == {"direction": 1, "boundary": 1, "missed": 1, "spurious": 1}
    counts = JerexMetric(frozenset()).counts(gold, predicted)
    assert counts["entity"].sum(0).tolist() == [1, 3, 3]


def test_documents_must_belong_together() -> None:
    with pytest.raises(DataError, match="document 0: gold is 'a', predicted is 'b'"):
        errors_by_kind([sentence(id="a")], [sentence(id="b")])

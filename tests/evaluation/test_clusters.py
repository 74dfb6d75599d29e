from jointre.data.schema import Span
from jointre.evaluation.clusters import (
    cluster_keys,
    cluster_tallies,
    clusters_of,
    entity_keys,
    mention_keys,
    relation_keys,
    typed,
)
from tests.evaluation.clustered import document

DOCUMENT = document(
    [("A", (0, 1), (4, 6), (0, 1)), (None, (2, 3)), ("B", (4, 6), (0, 1))],
    [(0, 1, "r"), (2, 1, "r"), (0, 1, "r"), (1, 1, "s")],
)
FIRST, SECOND = frozenset({Span(0, 1), Span(4, 6)}), frozenset({Span(2, 3)})


def test_a_cluster_is_the_set_of_an_entity_s_mentions() -> None:
    assert clusters_of(DOCUMENT) == [FIRST, SECOND, FIRST]
    assert clusters_of(document()) == []


def test_grouped_entities_are_one_cluster() -> None:
    entities = [("A", (0, 1)), ("A", (2, 3)), (None, (4, 5)), ("B", (6, 7)), ("B", (8, 9))]
    first = {(0, 1), (2, 3), (4, 5)}
    found = clusters_of(document(entities, clusters=((0, 2), (2, 1), (3,))))
    assert found == [first, first, first, {(6, 7)}, {(8, 9)}]
    # A group that joins two earlier ones.
    found = clusters_of(document(entities, clusters=((0, 1), (3, 4), (1, 4))))
    joined = {(0, 1), (2, 3), (6, 7), (8, 9)}
    assert found == [joined, joined, {(4, 5)}, joined, joined]


def test_the_keys_of_a_document() -> None:
    clusters = clusters_of(DOCUMENT)
    assert mention_keys(clusters) == {
        ((0, 1), "mention"),
        ((4, 6), "mention"),
        ((2, 3), "mention"),
    }
    assert cluster_keys(clusters) == {(FIRST, "cluster"), (SECOND, "cluster")}
    assert entity_keys(DOCUMENT, clusters) == {(FIRST, "A"), (FIRST, "B")}
    assert relation_keys(DOCUMENT, clusters) == {(FIRST, SECOND, "r"), (SECOND, SECOND, "s")}
    assert relation_keys(DOCUMENT, range(3)) == {(0, 1, "r"), (2, 1, "r"), (1, 1, "s")}
    assert typed(DOCUMENT, range(3)) == [(0, "A"), (1, None), (2, "B")]


def test_the_counts_of_a_document() -> None:
    predicted = document([("A", (4, 6), (0, 1)), ("A", (2, 3))], [(0, 1, "r"), (1, 0, "r")])
    assert cluster_tallies(DOCUMENT, predicted) == {
        "mention": {"mention": (3, 3, 3)},
        "cluster": {"cluster": (2, 2, 2)},
        "entity": {"A": (1, 2, 1), "B": (0, 0, 1)},
        "relation_boundary": {"r": (1, 2, 1), "s": (0, 0, 1)},
        "relation_strict": {"r": (0, 2, 2), "s": (0, 0, 1)},
    }
    by_index = cluster_tallies(DOCUMENT, predicted, (range(3), range(2)))
    assert by_index["relation_boundary"] == {"r": (1, 2, 2), "s": (0, 0, 1)}

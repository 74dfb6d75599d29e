from typing import Any

import pytest

from jointre.data.schema import Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.dygie.record import DygieAnnotation, record_of
from tests.data.documents import document

BORDERS = [Span(0, 3), Span(3, 5)]


def annotate(
    ner: Any, relations: Any = (), clusters: Any = ()
) -> tuple[DygieAnnotation, SkippedData]:
    skipped = SkippedData()
    found = DygieAnnotation(BORDERS, "f:1", skipped)
    found.read_ner(ner)
    found.read_relations(list(relations), capitalize=False)
    found.read_clusters(list(clusters))
    return found, skipped


def test_an_entity_listed_twice_is_kept_once() -> None:
    found, skipped = annotate([[[0, 1, "X"], [0, 1, "X"]], []])
    assert found.entities == [Entity("X", (Span(0, 2),))]
    assert skipped.lines() == ["1 entity listed twice kept once; first: f:1, ner[0][1]"]


def test_relations_and_clusters_take_the_last_of_two_labels() -> None:
    found, skipped = annotate(
        [[[0, 0, "X"], [0, 0, "Y"], [1, 1, "X"]], []],
        [[[0, 0, 1, 1, "r"]], []],
        [[[0, 0], [1, 1]]],
    )
    assert [entity.label for entity in found.entities] == ["X", "Y", "X"]
    assert found.relations == [Relation("r", 1, 2)]
    assert found.clusters == [(1, 2)]
    assert not skipped


def test_spans_outside_the_document_are_counted() -> None:
    found, skipped = annotate(
        [[[0, 0, "X"]], [[4, 5, "X"], [-1, 0, "X"]]], [[[0, 0, 5, 5, "r"]], []], [[[9, 9], [0, 0]]]
    )
    assert (len(found.entities), found.relations, found.clusters) == (1, [], [(0,)])
    assert skipped.lines() == [
        "2 ner with spans outside the document skipped; first: f:1, ner[1][0]",
        "1 relation with spans outside the document skipped; first: f:1, relations[0][0]",
        "1 cluster with spans outside the document skipped; first: f:1, clusters[0][0]",
    ]


def test_spans_outside_their_sentence_are_kept_and_counted() -> None:
    found, skipped = annotate([[[2, 3, "X"], [3, 3, "X"]], []])
    assert [entity.span for entity in found.entities] == [Span(2, 4), Span(3, 4)]
    assert skipped["entities outside the sentence that lists them, kept"] == 2


def test_arguments_and_mentions_that_are_no_entity_are_counted() -> None:
    found, skipped = annotate(
        [[[0, 0, "X"]], []],
        [[[0, 0, 1, 1, "r"], [1, 1, 0, 0, "r"]], []],
        [[[1, 1], [0, 0]], [[2, 2]]],
    )
    assert (found.relations, found.clusters) == ([], [(0,)])
    assert skipped.lines() == [
        "2 relations skipped, because their head or tail is not an entity; first: f:1, "
        "relations[0][0]",
        "2 cluster mentions that are not entities skipped; first: f:1, clusters[0][0]",
    ]


def test_scores_behind_the_label_are_counted() -> None:
    found, skipped = annotate([[[0, 0, "X", 3.1, 0.9]], []])
    assert len(found.entities) == 1
    assert skipped["further values of annotations skipped"] == 2


@pytest.mark.parametrize(
    ("ner", "message"),
    [
        ([[]], "f:1: ner has 1 list for 2 sentences; there must be one per sentence"),
        ([[[0, 0]], []], r"f:1: ner\[0\]\[0\] needs 3 values, not \[0, 0\]"),
        ([[[1, 0, "X"]], []], r"f:1: ner\[0\]\[0\] ends at 0, before its start 1"),
        ([[[0, True, "X"]], []], r"f:1: ner\[0\]\[0\]\[1\] must be an integer, not True"),
        ([[[0, 0, None]], []], r"f:1: ner\[0\]\[0\]\[2\] must be a string, not None"),
        ([3, []], r"f:1: ner\[0\] must be a list, not 3"),
        ({}, r"f:1: ner must be a list, not {}"),
    ],
)
def test_what_cannot_be_an_entity_is_refused(ner: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        annotate(ner)


def test_what_cannot_be_a_relation_or_cluster_is_refused() -> None:
    with pytest.raises(DataError, match=r"relations\[1\]\[0\]\[4\] must be a string, not 5"):
        annotate([], [[], [[0, 0, 1, 1, 5]]])
    with pytest.raises(DataError, match=r"clusters\[0\]\[0\] needs 2 values, not \[0\]"):
        annotate([], [], [[[0]]])


def test_what_moves_to_the_last_label_is_counted_when_written() -> None:
    skipped = SkippedData()
    record = record_of(
        document(
            "a b", (("X", 0, 1), ("Y", 0, 1)), (("r", 0, 1), ("r", 1, 1)), "d", (), ((0,), (1,))
        ),
        skipped,
    )
    assert record["ner"] == [[[0, 0, "X"], [0, 0, "Y"]]]
    assert record["relations"] == [[[0, 0, 0, 0, "r"]] * 2]
    assert skipped.lines() == [
        "1 relation of a span with two labels moved to the last; first: document 'd', r",
        "1 cluster mention of a span with two labels moved to the last; first: document 'd'",
    ]


def test_annotations_are_written_where_they_begin() -> None:
    whole = document(
        "a b c d",
        (("X", 2, 3), ("X", 0, 3)),
        (("r", 0, 1), ("r", 1, 0)),
        sentences=((0, 2), (2, 2), (2, 4)),
    )
    record = record_of(whole, SkippedData())
    assert record["sentences"] == [["a", "b"], [], ["c", "d"]]
    assert record["ner"] == [[[0, 2, "X"]], [], [[2, 2, "X"]]]
    assert record["relations"] == [[[0, 2, 2, 2, "r"]], [], [[2, 2, 0, 2, "r"]]]


def test_sentences_that_leave_a_gap_cannot_be_written() -> None:
    with pytest.raises(DataError, match=r"sentence 1 is \[3, 4\), but must begin at 2"):
        record_of(document("a b c d", sentences=((0, 2), (3, 4))), SkippedData())

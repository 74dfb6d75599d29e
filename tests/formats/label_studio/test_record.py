from typing import Any

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.label_studio.record import TaskRecord, document_of

TEXT = "😀 Ada met Bob."


def region(id: str, start: int, end: int, *labels: str, **fields: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": list(labels)}
    return {"id": id, "type": "labels", "to_name": "text", "value": value} | fields


def relation(head: str, tail: str, *labels: str, **fields: Any) -> dict[str, Any]:
    ends = {"from_id": head, "to_id": tail}
    return {**ends, "type": "relation", "direction": "right", "labels": list(labels)} | fields


ADA, BOB = region("a", 2, 5, "Per"), region("b", 10, 13, "Per")


def read(*result: Any, text: str = TEXT, label: str | None = None) -> tuple[Document, list[str]]:
    skipped = SkippedData()
    record = TaskRecord("d", text, "text", list(result))
    return document_of(record, label, "t", skipped), skipped.lines()


def test_regions_and_relations() -> None:
    found, lost = read(relation("b", "a", "knows"), ADA, BOB)
    assert found.tokens == ("😀", "Ada", "met", "Bob", ".")
    assert found.entities == (Entity("Per", (Span(1, 2),)), Entity("Per", (Span(3, 4),)))
    assert found.relations == (Relation("knows", 1, 0),)
    assert lost == []


def test_directions() -> None:
    left, lost = read(ADA, BOB, relation("a", "b", "knows", direction="left"))
    assert (left.relations, lost) == ((Relation("knows", 1, 0),), [])
    both, lost = read(ADA, BOB, relation("a", "b", "knows", direction="bi"))
    assert both.relations == (Relation("knows", 0, 1), Relation("knows", 1, 0))
    assert lost == ["1 relation in both directions read as two; first: t, result[2]"]
    none, _ = read(ADA, BOB, relation("a", "b", "knows", direction=None))
    assert none.relations == (Relation("knows", 0, 1),)
    with pytest.raises(
        DataError, match=r"t, result\[0\]: the direction .* right, left, bi, not 'up'"
    ):
        read(relation("a", "b", direction="up"))
    with pytest.raises(DataError, match="is one of right, left, bi, not"):
        read(relation("a", "b", direction=["left"]))


def test_several_labels_and_none() -> None:
    two, lost = read(region("a", 2, 5, "Per", "Poet"), BOB, relation("a", "b", "knows", "likes"))
    assert [item.label for item in two.entities] == ["Per", "Poet", "Per"]
    assert two.relations == (Relation("knows", 0, 2), Relation("likes", 0, 2))
    assert lost == [
        "1 region with several labels read as one entity per label, relations joining the first; "
        "first: t, result[0]"
    ]
    none, lost = read(region("a", 2, 5), BOB, relation("a", "b", "knows"), relation("b", "b"))
    assert (len(none.entities), none.relations) == (1, ())
    assert lost == [
        "1 region without a label skipped; first: t, result[0]",
        "1 relation skipped, because one of its regions is missing or skipped; first: t, result[2]",
        "1 relation without a label skipped; first: t, result[3]",
    ]
    named, lost = read(BOB, relation("b", "b"), label="related")
    assert (named.relations, lost) == ((Relation("related", 0, 0),), [])


def test_results_that_are_no_text_are_counted() -> None:
    html = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "hypertextlabels": ["Per"]}
    found, lost = read(
        {"id": "c", "type": "choices", "value": {"choices": ["good"]}},
        {"id": "h", "type": "hypertextlabels", "value": html},
        region("s", 2, 5, "Noise", value={"start": 1.5, "end": 2.0, "labels": ["Noise"]}),
        {"id": "x"},
        BOB,
    )
    assert len(found.entities) == 1
    assert lost == [
        "3 results other than labels and relations skipped; "
        "first: t, result[0] of the type 'choices'",
        "1 region of other things than plain text skipped; first: t, result[2]",
    ]


def test_a_region_is_where_its_text_is_or_left_out() -> None:
    wrong = region("w", 3, 6, "Per") | {
        "value": {"start": 3, "end": 6, "text": "Ada", "labels": ["X"]}
    }
    outside = region("o", 10, 99, "Per")
    found, lost = read(ADA, wrong, outside, relation("a", "w", "knows"))
    assert [item.label for item in found.entities] == ["Per"]
    assert lost == [
        "2 regions skipped, because their text is not at their offsets; first: t, result[1]",
        "1 relation skipped, because one of its regions is missing or skipped; first: t, result[3]",
    ]
    blank, lost = read(region("a", 1, 2, "Per"))
    assert (blank.entities, lost) == (
        (),
        ["1 mention without a word skipped; first: t, result[0]"],
    )


def test_offsets_of_older_versions_are_corrected() -> None:
    old = region("a", 3, 6, "Per") | {
        "value": {"start": 3, "end": 6, "text": "Ada", "labels": ["P"]}
    }
    found, lost = read(old)
    assert found.tokens[slice(*found.entities[0].span)] == ("Ada",)
    assert lost == ["1 text in which offsets count UTF-16 units, corrected; first: t"]
    value = {"start": 4, "end": 7, "text": "Bob", "labels": ["P"]}
    found, lost = read({"type": "labels", "id": "b", "value": value}, text="Ada\r\nBob")
    assert found.tokens[slice(*found.entities[0].span)] == ("Bob",)
    kind = "text in which offsets count code points, line ends as one, corrected"
    assert lost == [f"1 {kind}; first: t"]


def test_regions_of_another_text_are_left_out() -> None:
    found, lost = read(ADA, region("q", 2, 5, "Per", to_name="question"), BOB)
    assert len(found.entities) == 2
    assert lost == ["1 region of other texts skipped; first: t, result[1]"]
    same, lost = read(region("q", 2, 5, "Per", to_name="question"))
    assert (len(same.entities), lost) == (1, [])


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (3, r"t, result\[0\]: a result must be an object, not 3"),
        ({"type": "labels"}, r"t, result\[0\]: value must be an object, not None"),
        (region("a", 2, 5, "Per") | {"id": 3}, r"t, result\[0\]: id must be a string, not 3"),
        (region("a", 2, 5, "Per", to_name=3), "to_name must be a string, not 3"),
        ({"type": "relation", "to_id": "a"}, "from_id must be a string, not None"),
        (relation("a", "b", labels="x"), "labels must be a list, not 'x'"),
    ],
)
def test_malformed_results_are_named(item: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(item)


def test_half_a_character_is_named_with_its_place() -> None:
    with pytest.raises(DataError, match=r"^t: character 1 of the text is half of a surrogate pair"):
        read(text="a\ud800")

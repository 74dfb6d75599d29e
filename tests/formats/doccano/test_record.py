from dataclasses import replace
from typing import Any

import pytest

from jointre.data.char_spans import ENGLISH
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.doccano.offsets import CountedIn
from jointre.formats.doccano.record import DoccanoLine
from tests.data.documents import chars


def read(
    record: Any, counted_in: CountedIn = "utf16", skipped: SkippedData | None = None
) -> Document:
    found = SkippedData() if skipped is None else skipped
    return DoccanoLine(counted_in, ENGLISH).read(record, "f:2", "f.jsonl:2", found)


def test_what_is_lost_is_counted() -> None:
    record = {
        "text": "Ada  met",
        "entities": [
            {"id": 1, "label": "P", "start_offset": 0, "end_offset": 4},
            {"id": 2, "label": "P", "start_offset": 3, "end_offset": 5},
            {"id": 3, "label": "P", "start_offset": 5, "end_offset": 7},
        ],
        "relations": [
            {"id": 1, "from_id": 1, "to_id": 9, "type": "r"},
            {"id": 2, "from_id": 1, "to_id": 2, "type": "r"},
            {"id": 3, "from_id": 3, "to_id": 1, "type": "r"},
        ],
    }
    skipped = SkippedData()
    found = read(record, skipped=skipped)
    assert found.tokens == ("Ada", "me", "t")
    assert [(item.head, item.tail) for item in found.relations] == [(1, 0)]
    assert [line.partition(";")[0] for line in skipped.lines()] == [
        "1 word split where a mention begins or ends",
        "1 mention with outer spaces narrowed to its words",
        "1 mention without a word skipped",
        "1 relation skipped, because no entity of the line has its id",
        "1 relation of entities without a mention skipped",
    ]


SPAN = {"id": 1, "label": "P", "start_offset": 0, "end_offset": 3}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (3, "a document must be an object, not 3"),
        ({"text": "Ada"}, r"needs one of the keys entities, .*; found \['text'\]"),
        ({"label": []}, "needs one of the keys text, data; found"),
        ({"text": 1, "label": []}, "text must be a string, not 1"),
        ({"text": "Ada", "label": ["P"]}, r"label\[0\] must be \[start, end, label\]"),
        ({"text": "Ada", "label": [[0, "3", "P"]]}, "1 must be an integer, not '3'"),
        ({"text": "Ada", "entities": [SPAN | {"label": None}]}, "needs a label"),
        ({"text": "Ada", "entities": [SPAN, SPAN]}, r"\[1\]: the id 1 occurs twice in this line"),
        ({"text": "Ada", "entities": [SPAN], "relations": [{"id": 1}]}, "type must be a string"),
        (
            {"text": "Ada", "entities": [SPAN], "relations": [{"type": "r"}]},
            "from_id must be the id",
        ),
        ({"text": "Ada", "entities": [SPAN], "relations": [[1, 1]]}, "a relation must be an obj"),
    ],
)
def test_a_bad_line_is_named(record: Any, message: str) -> None:
    with pytest.raises(DataError, match=rf"f\.jsonl:2.*{message}"):
        read(record)


@pytest.mark.parametrize(
    ("text", "ends", "shown"),
    [
        ("Ada", [0, 4], "[0, 4] in a text of 3 UTF-16 units"),
        ("Ada", [2, 1], "[2, 1] in a text of 3 UTF-16 units"),
        ("🎉 Ada", [1, 3], "[1, 3] in a text of 6 UTF-16 units"),
    ],
)
def test_mentions_outside_the_text_are_counted(text: str, ends: list[int], shown: str) -> None:
    skipped = SkippedData()
    rows = [SPAN | {"start_offset": 0, "end_offset": 2}]
    rows.append({"id": "x", "label": "P", "start_offset": ends[0], "end_offset": ends[1]})
    links = [{"id": 1, "from_id": 1, "to_id": "x", "type": "r"}]
    found = read({"text": text, "entities": rows, "relations": links}, skipped=skipped)
    assert (len(found.entities), found.relations) == (1, ())
    kind = (
        "mentions outside their text skipped; if the file counts otherwise, set "
        "offsets to code_points, utf16 or graphemes"
    )
    assert skipped.to_dict()[kind] == {"count": 1, "first": f"f.jsonl:2: entities[1], {shown}"}
    assert skipped["relations of entities without a mention skipped"] == 1


def test_ids_may_be_strings() -> None:
    rows = [SPAN | {"id": "e1"}, SPAN | {"id": 2, "label": "Q"}]
    links = [{"from_id": "e1", "to_id": "2", "type": "r"}]
    found = read({"id": "d1", "text": "Ada", "entities": rows, "relations": links})
    assert (found.id, found.relations) == ("d1", (Relation("r", 0, 1),))


def test_labels_beside_empty_entities_are_read() -> None:
    skipped = SkippedData()
    line = {"text": "Ada met", "entities": [], "label": [[0, 3, "P"]], "relations": []}
    found = read(line, skipped=skipped)
    assert [chars(found, entity) for entity in found.entities] == [("P", "Ada")]
    assert set(found.extra) == {"doccano"}
    assert not skipped
    both = {"text": "Ada met", "entities": [SPAN], "label": [[0, 3, "P"], [4, 7, "V"]]}
    assert len(read(both, skipped=skipped).entities) == 1
    assert skipped.lines() == [
        "1 annotation under 'label' beside 'entities' skipped; first: f.jsonl:2"
    ]


@pytest.mark.parametrize(("shift", "counted"), [(0, "two characters"), (1, "one character")])
def test_line_ends_are_counted_as_the_mentions_show(shift: int, counted: str) -> None:
    skipped = SkippedData()
    ends = [[18 - shift, 22 - shift, "L"]]
    found = read({"text": "Ada lives in\r\nthe Oslo area.", "label": ends}, skipped=skipped)
    assert [chars(found, entity) for entity in found.entities] == [("L", "Oslo")]
    assert skipped[f"texts whose offsets are read as counting a line end as {counted}"] == 1


def test_written_line_ends_are_read_as_they_were() -> None:
    # The mention is inside a word, and counted otherwise it would be a whole word.
    text = "Ada\r\nsaw hOslo, Oslo."
    whole = read({"text": text, "label": [[10, 14, "P"]], "line_ends": "two"})
    assert [chars(whole, entity) for entity in whole.entities] == [("P", "Oslo")]
    record = DoccanoLine("utf16", ENGLISH).written(replace(whole, extra={}), SkippedData())
    assert read(record).entities == whole.entities


def test_graphemes_cannot_be_cut() -> None:
    whole = read({"text": "e\u0301a", "label": [[1, 3, "P"], [0, 2, "P"]]}, "code_points")
    skipped = SkippedData()
    record = DoccanoLine("graphemes", ENGLISH).written(whole, skipped)
    assert skipped["mentions that are not whole graphemes skipped"] == 1
    found = read(record, "graphemes")
    assert [chars(found, entity) for entity in found.entities] == [("P", "e\u0301")]


def test_what_a_line_cannot_hold_is_counted() -> None:
    skipped = SkippedData()
    rich = Document(
        "7",
        ("a", "b"),
        sentences=(Span(0, 1), Span(1, 2)),
        entities=(
            Entity("P", (Span(0, 1), Span(1, 2)), score=0.5, id="Q1"),
            Entity(None, (Span(0, 1),)),
        ),
        relations=(Relation("r", 0, 0), Relation("r", 0, 1)),
        extra={"id": 7, "text": "x", "note": 1},
    )
    line = DoccanoLine("utf16", ENGLISH)
    assert line.written(rich, skipped) == {
        "id": 7,
        "text": "a b",
        "entities": [
            {"id": 1, "label": "P", "start_offset": 0, "end_offset": 1},
            {"id": 2, "label": "P", "start_offset": 2, "end_offset": 3},
        ],
        "relations": [{"id": 1, "from_id": 1, "to_id": 1, "type": "r"}],
        "note": 1,
    }
    assert [kind for kind, _ in skipped] == [
        "extra keys with a meaning of their own in the format skipped",
        "entities without a label skipped",
        "relations of entities without a label skipped",
        "scores skipped",
        "ids of entities skipped",
        "entities with several mentions taken apart into mentions",
        "lists of sentences skipped, because the reader makes them again",
    ]
    assert line.written(rich, SkippedData())["entities"][0]["id"] == 3

from typing import Any

import pytest

from jointre.data.losses import Losses
from jointre.data.readers.char_spans import ENGLISH
from jointre.data.readers.doccano_offsets import CountedIn
from jointre.data.readers.doccano_record import Line
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from tests.data.documents import chars


def read(record: Any, counted_in: CountedIn = "utf16", losses: Losses | None = None) -> Document:
    found = Losses() if losses is None else losses
    return Line(counted_in, ENGLISH).read(record, "f:2", "f.jsonl:2", found)


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
    losses = Losses()
    found = read(record, losses=losses)
    assert found.tokens == ("Ada", "me", "t")
    assert [(item.head, item.tail) for item in found.relations] == [(1, 0)]
    assert [line.partition(";")[0] for line in losses.lines()] == [
        "1 words split where a mention begins or ends",
        "1 mentions with outer spaces narrowed to their words",
        "1 mentions without a word left out",
        "1 relations to an id that no entity of the line has left out",
        "1 relations of entities without a mention left out",
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
        ({"text": "Ada", "label": [[0, 4, "P"]]}, r"label\[0\]: \[0, 4\) is no part of the text"),
        ({"text": "Ada", "label": [[2, 1, "P"]]}, r"label\[0\]: \[2, 1\) is no part of the text"),
        (
            {"text": "🎉 Ada", "label": [[1, 3, "P"]]},
            "has 6 UTF-16 units, or begins inside a character",
        ),
        ({"text": "Ada", "label": [[0, "3", "P"]]}, "1 must be an integer, not '3'"),
        ({"text": "Ada", "entities": [SPAN | {"label": None}]}, "needs a label"),
        ({"text": "Ada", "entities": [SPAN, SPAN]}, r"\[1\]: the id 1 occurs twice in this line"),
        ({"text": "Ada", "entities": [SPAN], "relations": [{"id": 1}]}, "type must be a string"),
        ({"text": "Ada", "entities": [SPAN], "relations": [[1, 1]]}, "a relation must be an obj"),
    ],
)
def test_a_bad_line_is_named(record: Any, message: str) -> None:
    with pytest.raises(DataError, match=rf"f\.jsonl:2.*{message}"):
        read(record)


def test_graphemes_cannot_be_cut() -> None:
    whole = read({"text": "e\u0301a", "label": [[1, 3, "P"], [0, 2, "P"]]}, "code_points")
    losses = Losses()
    record = Line("graphemes", ENGLISH).written(whole, losses)
    assert losses["mentions that are no whole graphemes left out"] == 1
    found = read(record, "graphemes")
    assert [chars(found, entity) for entity in found.entities] == [("P", "e\u0301")]


def test_what_a_line_cannot_hold_is_counted() -> None:
    losses = Losses()
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
    line = Line("utf16", ENGLISH)
    assert line.written(rich, losses) == {
        "id": 7,
        "text": "a b",
        "entities": [
            {"id": 1, "label": "P", "start_offset": 0, "end_offset": 1},
            {"id": 2, "label": "P", "start_offset": 2, "end_offset": 3},
        ],
        "relations": [{"id": 1, "from_id": 1, "to_id": 1, "type": "r"}],
        "note": 1,
    }
    assert [kind for kind, _ in losses] == [
        "extra keys with a meaning of their own in the format left out",
        "entities without a label left out",
        "relations of entities without a label left out",
        "scores left out",
        "ids of entities left out",
        "entities with several mentions taken apart into mentions",
        "lists of sentences left out, which reading makes anew",
    ]
    assert line.written(rich, Losses())["entities"][0]["id"] == 3

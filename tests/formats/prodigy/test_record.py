from typing import Any

import pytest

from jointre.data.char_spans import ENGLISH
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.prodigy.record import read_record, record_of
from tests.data.documents import chars

WORDS = [{"text": "Ada", "start": 0, "end": 3}, {"text": "met", "start": 4, "end": 7}]


def read(skipped: SkippedData | None = None, **record: Any) -> Document:
    return read_record(record, "x", ENGLISH, "f:1", SkippedData() if skipped is None else skipped)


def end(start: int, stop: int, label: str | None = None) -> dict[str, Any]:
    return {"start": start, "end": stop, "label": label}


def link(head: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    return {"head": 0, "child": 1, "head_span": head, "child_span": child, "label": "r"}


def test_tokens_stay_but_for_white_space_and_cuts() -> None:
    tokens = [
        {"text": "Ada-Bob", "start": 0, "end": 7},
        {"text": "\n", "start": 7, "end": 8},
        {"text": "ran.Go", "start": 8, "end": 14},
    ]
    skipped = SkippedData()
    found = read(skipped, text="Ada-Bob\nran.Go", tokens=tokens, spans=[end(4, 8, "P")])
    assert found.tokens == ("Ada-", "Bob", "ran.Go")
    assert chars(found, found.entities[0]) == ("P", "Bob")
    assert [kind for kind, _ in skipped] == [
        "words split where a mention begins or ends",
        "mentions with outer spaces narrowed to their words",
    ]


def test_sentences_are_those_of_the_rules_over_the_tokens() -> None:
    text = "Ada left. Bob ran."
    tokens = [
        {"text": text[a:b], "start": a, "end": b} for a, b in ((0, 3), (4, 9), (10, 13), (14, 18))
    ]
    assert read(text=text, tokens=tokens).sentences == (Span(0, 2), Span(2, 4))
    assert read(text=text).sentences == (Span(0, 3), Span(3, 6))
    assert read(text="").sentences == ()


def test_ends_that_are_no_spans_become_entities() -> None:
    skipped = SkippedData()
    rows = [
        link(end(0, 3, "P"), end(4, 7)),
        link(end(4, 7), end(4, 7, "V")),
        link(end(3, 4), end(4, 7)),
    ]
    found = read(skipped, text="Ada met", spans=[end(0, 3, "P")], relations=rows)
    assert found.entities == (
        Entity("P", (Span(0, 1),)),
        Entity(None, (Span(1, 2),)),
        Entity("V", (Span(1, 2),)),
    )
    assert found.relations == (Relation("r", 0, 1), Relation("r", 1, 2))
    assert [kind for kind, _ in skipped] == [
        "ends of relations that are not spans of the line read as entities",
        "mentions without a word skipped",
        "relations of entities without a mention skipped",
    ]


def test_small_differences_of_copied_tokens_are_accepted_and_counted() -> None:
    tokens = [
        {"text": "Café", "start": 0, "end": 5},
        {"text": '"A&amp;B"', "start": 6, "end": 11},
    ]
    skipped = SkippedData()
    found = read(skipped, text="Cafe\u0301 “A&B”", tokens=tokens, spans=[end(6, 11, "O")])
    assert found.tokens == ("Cafe\u0301", "“A&B”")
    assert chars(found, found.entities[0]) == ("O", "“A&B”")
    assert skipped.lines() == [
        "2 tokens whose copied text differs a little from the text at their offsets, accepted; "
        "first: f:1: tokens[0]"
    ]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"spans": 3}, "spans must be a list"),
        ({"spans": [[0, 1]]}, r"spans\[0\] must be an object"),
        ({"spans": [{"end": 1}]}, r"spans\[0\]\.start must be an integer, not None"),
        ({"spans": [end(-1, 1)]}, r"span 0: \[-1, 1\) is not part of the text"),
        (
            {"tokens": [{"text": "Adam", "start": 0, "end": 3}]},
            r"tokens\[0\] is 'Adam' at \[0, 3\)",
        ),
        ({"tokens": [WORDS[1], WORDS[0]]}, r"tokens\[1\] is 'Ada' at .* of the text, after 7"),
        ({"relations": [{"label": "r", "head": 0}]}, r"relations\[0\]\.head_span must be an obj"),
        ({"relations": [link(end(0, 3), end(4, 7)) | {"label": 1}]}, r"label must be a string"),
        ({"relations": [link(end(0, 3), end(4, 8))]}, r"\[4, 8\) is not part of the text"),
    ],
)
def test_a_bad_example_is_refused(record: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"f:1.*{message}"):
        read(text="Ada met", **record)


def test_new_rows_have_all_that_prodigy_shows() -> None:
    whole = Document(
        "d",
        ("Ada", "met"),
        text=" Ada  met",
        offsets=((1, 4), (6, 9)),
        entities=(Entity("P", (Span(0, 1),)), Entity("V", (Span(0, 2),))),
        relations=(Relation("r", 0, 1),),
        extra={"meta": {"source": "x"}, "answer": "accept"},
    )
    skipped = SkippedData()
    head = {"start": 1, "end": 4, "token_start": 1, "token_end": 1, "label": "P"}
    child = {"start": 1, "end": 9, "token_start": 1, "token_end": 3, "label": "V"}
    assert record_of(whole, ENGLISH, skipped) == {
        "id": "d",
        "text": " Ada  met",
        "tokens": [
            {"text": " ", "start": 0, "end": 1, "id": 0, "ws": False},
            {"text": "Ada", "start": 1, "end": 4, "id": 1, "ws": True},
            {"text": " ", "start": 5, "end": 6, "id": 2, "ws": False},
            {"text": "met", "start": 6, "end": 9, "id": 3, "ws": False},
        ],
        "spans": [head, child],
        "relations": [
            {"head": 1, "child": 3, "head_span": head, "child_span": child, "label": "r"}
        ],
        "_view_id": "relations",
        "answer": "accept",
        "meta": {"source": "x"},
    }
    assert not skipped


def test_what_a_line_cannot_hold_is_counted() -> None:
    skipped = SkippedData()
    rich = Document(
        "7",
        ("a", "b"),
        sentences=(Span(0, 1), Span(1, 2)),
        entities=(
            Entity("P", (Span(0, 1), Span(1, 2)), score=0.5, id="Q1"),
            Entity("P", (Span(0, 1),)),
            Entity(None, (Span(0, 1),)),
        ),
        relations=(Relation("r", 0, 1), Relation("r", 0, 2)),
        extra={"id": 7, "text": "x"},
    )
    assert record_of(rich, ENGLISH, skipped)["id"] == 7
    assert [kind for kind, _ in skipped] == [
        "extra keys with a meaning of their own in the format skipped",
        "entities without a label skipped",
        "relations of entities without a label skipped",
        "scores skipped",
        "ids of entities skipped",
        "entities with several mentions taken apart into mentions",
        "relations of entities listed twice moved to the first",
        "lists of sentences skipped, because the reader makes them again",
    ]

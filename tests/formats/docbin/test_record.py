from typing import Any

import pytest

from jointre.errors import DataError
from jointre.formats.docbin.record import DocRecord, EntityRecord, RelationRecord, put, records

WHOLE = DocRecord(
    (
        EntityRecord("Person", 0.5, ((0, 3), (8, 11)), (0.25, 1.0), "Q1"),
        EntityRecord(None, None, ((4, 7),)),
    ),
    (RelationRecord("met", 0, 1, 0.75, (0, 2)), RelationRecord("of", 1, 1)),
    ((0, 1), ()),
)


def found(user_data: dict[Any, Any], key: str | None = None) -> list[tuple[str, DocRecord]]:
    return [(item.key, item.record) for item in records(user_data, key, "f:1")]


def test_a_record_comes_back() -> None:
    user_data: dict[Any, Any] = {"other": 1, ("._.", "own", None, None): 2}
    put(user_data, "a", 11, WHOLE)
    assert found(user_data) == [("a", WHOLE)]
    assert found(user_data, "b") == []
    put(user_data, "a", 11, DocRecord((), ()))
    assert found(user_data) == [("a", DocRecord((), ()))]
    assert len(user_data) == 3


def test_characters_count_from_the_keys_start_and_components_stay_together() -> None:
    user_data: dict[Any, Any] = {}
    for key, start in (("b", 20), ("a", 0), ("b", 10)):
        user_data["._.", f"jointre.{key}", start, start + 5] = {
            "entities": (("X", None, ((1, 2),)),),
            "relations": (("r", 0, 0, None),),
        }
    assert [(key, item.entities[0].mentions) for key, item in found(user_data)] == [
        ("b", ((11, 12),)),
        ("b", ((21, 22),)),
        ("a", ((1, 2),)),
    ]
    assert found(user_data, "a")[0][1].relations == (RelationRecord("r", 0, 0),)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (3, "the record must be an object, not 3"),
        ({}, "entities must be a list, not None"),
        ({"entities": [["X", None]], "relations": []}, r"entities\[0\] has 2 values, not 3 to 5"),
        ({"entities": [["X", None, []]], "relations": []}, r"entities\[0\] has no mention"),
        ({"entities": [["X", "a", [[0, 1]]]], "relations": []}, r"\.score must be a finite num"),
        ({"entities": [["X", 1, [[0]]]], "relations": []}, r"mentions\[0\] must be \[start, end\]"),
        (
            {"entities": [["X", 1, [[0, 1]], [0.5, 0.5]]], "relations": []},
            r"mention_scores must be 1 number",
        ),
        ({"entities": [], "relations": [["r", 0, 0, None]]}, r"head is 0, but there are 0 entit"),
        ({"entities": [], "relations": [], "clusters": [[1]]}, r"clusters\[0\] is 1, but there"),
    ],
)
def test_a_foreign_record_is_refused(value: Any, message: str) -> None:
    user_data = {("._.", "jointre.a", 0, 5): value}
    with pytest.raises(DataError, match=rf"f:1, user_data of 'jointre\.a': .*{message}"):
        found(user_data)

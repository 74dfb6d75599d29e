from collections.abc import Callable
from typing import Any

import pytest

from jointre.data import fields
from jointre.data.schema import Entity, Relation, Span
from jointre.errors import DataError


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (fields.mapping, [1], r"f:1: it must be an object, not \[1\]"),
        (fields.sequence, "ab", "f:1: it must be a list, not 'ab'"),
        (fields.string, 3, "f:1: it must be a string, not 3"),
        (fields.string, None, "f:1: it must be a string, not None"),
        (fields.strings, ["a", 3], r"f:1: it\[1\] must be a string, not 3"),
        (fields.strings, "ab", "f:1: it must be a list, not 'ab'"),
        (fields.integer, True, "f:1: it must be an integer, not True"),
        (fields.integer, 1.0, "f:1: it must be an integer, not 1.0"),
        (fields.score, "0.5", "f:1: it must be a finite number, not '0.5'"),
        (fields.score, True, "f:1: it must be a finite number, not True"),
        (fields.score, float("inf"), "f:1: it must be a finite number, not inf"),
        (fields.pair, [1], r"f:1: it must be \[start, end\], not \[1\]"),
        (fields.pair, [1, False], r"f:1: it\[1\] must be an integer, not False"),
        (fields.string, ["x" * 100], r"not \['x+\.\.\.$"),
    ],
)
def test_refuses_the_wrong_kind(
    check: Callable[[Any, str, str], Any], value: Any, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        check(value, "f:1", "it")


def test_gives_the_right_kind_back() -> None:
    assert fields.strings(["a", ""], "f:1", "it") == ("a", "")
    assert fields.pair([0, 2], "f:1", "it") == (0, 2)
    assert fields.score(1, "f:1", "it") == 1.0
    assert fields.score(None, "f:1", "it") is None


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (3, 2, "it ends at 2, not after its start 3"),
        (2, 2, "it ends at 2, not after its start 2"),
        (-1, 2, r"it spans \[-1, 2\), outside the 4 tokens"),
        (3, 5, r"it spans \[3, 5\), outside the 4 tokens"),
    ],
)
def test_a_span_lies_within_the_tokens(start: int, end: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        fields.span(start, end, 4, "f:1", "it")
    assert fields.span(0, 4, 4, "f:1", "it") == Span(0, 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"head": 2}, "r.head is 2, but there are 2 entities, counted from 0"),
        ({"tail": -1}, "r.tail is -1, but there are 2 entities"),
        ({"tail": None}, "r.tail must be an integer, not None"),
        ({"type": 7}, "r.type must be a string, not 7"),
    ],
)
def test_a_relation_links_entities_that_exist(change: dict[str, Any], message: str) -> None:
    item = {"type": "Knows", "head": 0, "tail": 1}
    assert fields.relation(item, "type", 2, "f:1", "r") == Relation("Knows", 0, 1)
    with pytest.raises(DataError, match=message):
        fields.relation(item | change, "type", 2, "f:1", "r")


def test_an_entity_has_a_label_and_a_span() -> None:
    item = {"type": "Org", "start": 1, "end": 3}
    assert fields.entity(item, "type", 3, "f:1", "e") == Entity("Org", (Span(1, 3),))
    with pytest.raises(DataError, match=r"e\.start must be an integer, not '1'"):
        fields.entity(item | {"start": "1"}, "type", 3, "f:1", "e")
    with pytest.raises(DataError, match=r"e\.type must be a string, not None"):
        fields.entity({"start": 0, "end": 1}, "type", 3, "f:1", "e")


def test_an_identity_is_a_string_an_integer_or_the_default() -> None:
    assert fields.identity("x", "f:1", "f:1", "id") == "x"
    assert fields.identity(12, "f:1", "f:1", "id") == "12"
    assert fields.identity(None, "f:1", "f:1", "id") == "f:1"
    with pytest.raises(DataError, match="id must be an integer, not True"):
        fields.identity(True, "f:1", "f:1", "id")


def test_integers_have_at_most_64_bits_and_identities_any_number() -> None:
    assert fields.integer(2**63 - 1, "f:1", "start") == 2**63 - 1
    with pytest.raises(DataError, match=r"f:1: start must be an integer of 64 bits, not -9223372"):
        fields.integer(-(2**63), "f:1", "start")
    assert fields.identity(10**30, "x", "f:1", "id") == "1" + 30 * "0"

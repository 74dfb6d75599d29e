from typing import Any

import pytest

from jointre.data.record import RecordAnnotation, read_offsets, read_sentences
from jointre.data.schema import Document, Entity, Relation, Span, record_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError

OFFSETS = ((0, 3), (4, 7), (7, 8))


def annotation(
    offsets: tuple[tuple[int, int], ...] | None = OFFSETS,
) -> tuple[RecordAnnotation, SkippedData]:
    skipped = SkippedData()
    return RecordAnnotation(3, offsets, "f:1", skipped), skipped


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        ({"mentions": [[0, 4]]}, r"entities\[0\] spans \[0, 4\), outside the 3 tokens"),
        ({"mentions": [[1, 1]]}, r"entities\[0\] ends at 1, not after its start 1"),
        ({"mentions": []}, r"entities\[0\] has no mention; an entity needs at least one"),
        ({"mentions": [0, 1]}, r"entities\[0\]\.mentions\[0\] must be a list, not 0"),
        (
            {"mentions": [[0, True]]},
            r"entities\[0\]\.mentions\[0\]\[1\] must be an integer, not True",
        ),
        ({}, r"entities\[0\] needs 'mentions' or 'chars'; found \['label'\]"),
        ({"mentions": [[0, 1]], "label": 3}, r"entities\[0\]\.label must be a string, not 3"),
        ({"mentions": [[0, 1]], "score": "a"}, r"entities\[0\]\.score must be a finite number"),
        (
            {"mentions": [[0, 1]], "mention_scores": [0.1, 0.2]},
            r"entities\[0\]\.mention_scores must be 1 number, one per mention",
        ),
        (
            {"mentions": [[0, 1]], "mention_scores": [None]},
            r"entities\[0\]\.mention_scores must be 1 number, one per mention",
        ),
    ],
)
def test_what_cannot_be_an_entity_is_refused(entity: dict[str, Any], message: str) -> None:
    found, _ = annotation()
    with pytest.raises(DataError, match=f"f:1: {message}"):
        found.read_entities([{"label": "X"} | entity])


def test_characters_need_offsets_and_mentions_need_tokens() -> None:
    found, _ = annotation(offsets=None)
    with pytest.raises(DataError, match=r"entities\[0\] needs 'mentions'; found \['chars'\]"):
        found.read_entities([{"chars": [[0, 1]]}])
    found, _ = annotation()
    found.cut = True
    with pytest.raises(DataError, match="mentions count tokens, but the record has only 'text'"):
        found.read_entities([{"mentions": [[0, 1]]}])


def test_characters_are_put_on_tokens() -> None:
    found, skipped = annotation()
    found.read_entities([{"label": "X", "chars": [[4, 8], [0, 3]]}])
    assert found.entities == [Entity("X", (Span(1, 3), Span(0, 1)))]
    found.read_entities([{"label": "X", "chars": [[0, 4]]}, {"label": "X", "chars": [[4, 3]]}])
    assert [entity.mentions for entity in found.entities[1:]] == [(), ()]
    assert skipped["mentions whose characters are not whole tokens skipped"] == 2


def test_characters_beside_mentions_are_compared() -> None:
    found, skipped = annotation()
    entity = {"label": "X", "mentions": [[1, 3]]}
    found.read_entities([entity | {"chars": [[4, 8]]}])
    assert not skipped
    found.read_entities([entity | {"chars": [[4, 7]]}])
    assert skipped.lines() == ["1 char unlike the mentions skipped; first: f:1, entities[0]"]
    found, skipped = annotation(offsets=None)
    found.read_entities([entity | {"chars": [[4, 8]]}])
    assert skipped.lines() == ["1 char without offsets skipped; first: f:1, entities[0]"]


def test_unknown_keys_within_are_counted() -> None:
    found, skipped = annotation()
    found.read_entities([{"label": "X", "mentions": [[0, 1]], "type": "Y"}])
    found.read_relations([{"label": "r", "head": 0, "tail": 0, "b": 1, "a": 2}])
    assert skipped.lines() == [
        "1 unknown key of entities skipped; first: f:1, 'type'",
        "2 unknown keys of relations skipped; first: f:1, 'a'",
    ]


def test_relations_and_clusters_name_entities_that_exist() -> None:
    found, _ = annotation()
    found.read_entities([{"label": "X", "mentions": [[0, 1]]}])
    with pytest.raises(DataError, match=r"relations\[0\]\.tail is 1, but there is 1 entity"):
        found.read_relations([{"label": "r", "head": 0, "tail": 1}])
    with pytest.raises(DataError, match=r"relations\[0\]\.evidence must be an integer, not 'a'"):
        found.read_relations([{"label": "r", "head": 0, "tail": 0, "evidence": ["a"]}])
    with pytest.raises(DataError, match=r"clusters\[0\] names entity 1, but there is 1 entity"):
        found.read_clusters([[0, 1]])


@pytest.mark.parametrize(
    ("offsets", "message"),
    [
        ([[0, 3]], "f:1: 1 offset for 2 tokens; give one per token"),
        ([[0, 3], [3, 9]], r"f:1: offsets\[1\] \[3, 9\] is outside the text of 8 characters"),
        ([[0, 3], [-1, 2]], r"f:1: offsets\[1\] \[-1, 2\] is outside the text"),
        ([[3, 0], [0, 2]], r"f:1: offsets\[0\] \[3, 0\] is outside the text"),
        ([[0], [0, 2]], r"f:1: offsets\[0\] must be \[start, end\], not \[0\]"),
    ],
)
def test_offsets_lie_in_the_text(offsets: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_offsets(offsets, ("Ada", "met"), "Ada met.", "f:1")


def test_offsets_may_be_absent_or_without_text() -> None:
    assert read_offsets(None, ("Ada", "met"), "Ada", "f:1") is None
    assert read_offsets([[0, 3], [3, 99]], ("Ada", "met"), None, "f:1") == ((0, 3), (3, 99))


def test_sentences_follow_one_another() -> None:
    assert read_sentences([], ("a",), "f:1") == ()
    assert read_sentences([[0, 1], [1, 1]], ("a",), "f:1") == (Span(0, 1), Span(1, 1))
    with pytest.raises(DataError, match=r"^f:1: sentence 1 is \[2, 3\), but must begin at 1"):
        read_sentences([[0, 1], [2, 3]], ("a", "b", "c"), "f:1")
    with pytest.raises(DataError, match=r"^f:1: the sentences end at 4, but there are 3 tokens"):
        read_sentences([[0, 4]], ("a", "b", "c"), "f:1")


def test_a_bare_document_is_written_without_empty_keys() -> None:
    assert record_of(Document("d", ("a",)), SkippedData()) == {
        "id": "d",
        "tokens": ["a"],
        "entities": [],
        "relations": [],
    }


def test_characters_of_mentions_are_written_where_offsets_are_known() -> None:
    whole = Document(
        "d",
        ("abc", "efg", "h"),
        text="abcdefgh",
        offsets=OFFSETS,
        entities=(Entity("X", (Span(1, 3), Span(0, 1)), 0.5),),
        relations=(Relation("r", 0, 0),),
    )
    record = record_of(whole, SkippedData())
    assert record["entities"] == [
        {"label": "X", "mentions": [[1, 3], [0, 1]], "chars": [[4, 8], [0, 3]], "score": 0.5}
    ]
    assert record["relations"] == [{"label": "r", "head": 0, "tail": 0}]

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.formats.common.writable import TEXT, writable


def test_ids_become_distinct() -> None:
    skipped = SkippedData()
    documents = [Document(id, ()) for id in ("a", "a", "a-2", "a")]
    assert [item.id for item in writable(documents, skipped)] == ["a", "a-2", "a-2-2", "a-3"]
    assert skipped["ids of documents changed"] == 3


def test_scores_that_are_not_finite_are_counted() -> None:
    skipped = SkippedData()
    entity = Entity("X", (Span(0, 1),), float("nan"), (float("inf"),))
    relation = Relation("r", 0, 0, float("-inf"))
    document = Document("d", ("a",), entities=(entity,), relations=(relation,))
    (found,) = writable([document], skipped)
    assert (found.entities[0].score, found.entities[0].mention_scores) == (None, None)
    assert found.relations[0].score is None
    assert skipped["scores that are not finite skipped"] == 3


def test_values_of_extra_that_json_cannot_hold() -> None:
    skipped = SkippedData()
    extra = {"set": {1}, "nan": [float("nan"), 1], "deep": _nested(150), "fine": {"a": [None]}}
    (found,) = writable([Document("d", (), extra=extra)], skipped)
    assert found.extra["set"] is None
    assert found.extra["nan"] == [None, 1]
    assert found.extra["fine"] == {"a": [None]}
    assert skipped["values of extra skipped, which files cannot hold"] == 1


def test_empty_words_and_halves_of_characters() -> None:
    skipped = SkippedData()
    entities = (Entity("X", (Span(1, 2),)), Entity("Y", (Span(1, 3),)))
    (found,) = writable([Document("d", ("a", "", "\ud800"), entities=entities)], skipped, TEXT)
    assert found.tokens == ("a", "\ufffd")
    assert found.entities == (Entity("Y", (Span(1, 2),)),)
    assert skipped["empty words skipped"] == 1
    assert skipped["mentions without a word skipped"] == 1


def _nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def test_sentences_without_empty_words_have_numbers_as_borders() -> None:
    words = ("", "", "a")
    document = Document("d", words, sentences=(Span(0, 1), Span(1, 3)))
    (found,) = writable([document], SkippedData(), TEXT)
    assert found.tokens == ("a",)
    assert repr(found.sentences) == repr((Span(0, 0), Span(0, 1)))

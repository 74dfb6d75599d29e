import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jointre.data.char_spans import SPLIT_WORDS
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import JsonlReader, JsonlWriter
from jointre.formats.common.byte_order_mark import without_text_mark
from tests.data.documents import TYPES_ARE_SAMPLED, files_of, rich_documents
from tests.formats.writing import write

pytestmark = TYPES_ARE_SAMPLED

RECORD: dict[str, Any] = {
    "id": "d",
    "text": "Ada met Bob.",
    "tokens": ["Ada", "met", "Bob", "."],
    "offsets": [[0, 3], [4, 7], [8, 11], [11, 12]],
    "sentences": [[0, 4]],
    "entities": [
        {"label": "Peop", "mentions": [[0, 1]], "chars": [[0, 3]], "score": 0.9},
        {"label": None, "mentions": [[2, 3], [2, 4]], "mention_scores": [0.5, 1], "id": "Q1"},
    ],
    "relations": [{"label": "Knows", "head": 0, "tail": 1, "score": 0.8, "evidence": [0]}],
    "clusters": [[0, 1]],
    "flags": ["truncated"],
}


def read(
    tmp_path: Path,
    *records: Any,
    reader: JsonlReader | None = None,
    skipped: SkippedData | None = None,
) -> list[Document]:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return list((reader or JsonlReader()).read(path, skipped))


def test_reads_all_a_document_holds(tmp_path: Path) -> None:
    reader = JsonlReader()
    skipped = SkippedData()
    (found,) = read(tmp_path, RECORD | {"note": [1]}, reader=reader, skipped=skipped)
    ada, bob = found.entities
    assert (ada, ada.score) == (Entity("Peop", (Span(0, 1),)), 0.9)
    assert (bob, bob.mention_scores) == (
        Entity(None, (Span(2, 3), Span(2, 4)), id="Q1"),
        (0.5, 1.0),
    )
    assert found.relations == (Relation("Knows", 0, 1, evidence=(0,)),)
    assert found.relations[0].score == 0.8
    assert (found.id, found.text, found.clusters) == ("d", "Ada met Bob.", ((0, 1),))
    assert (found.sentences, found.flags, found.extra) == (
        (Span(0, 4),),
        ("truncated",),
        {"note": [1]},
    )
    assert not skipped


def test_a_record_with_only_text_is_cut_into_words(tmp_path: Path) -> None:
    reader = JsonlReader()
    skipped = SkippedData()
    record = {
        "text": "Ada Lovelace met  Bob.",
        "entities": [
            {"label": "Peop", "chars": [[0, 12], [3, 4]], "mention_scores": [0.5, 0.4]},
            {"label": "Peop", "chars": [[18, 21]]},
            {"label": "Odd", "chars": [[18, 30]]},
        ],
        "relations": [
            {"label": "Knows", "head": 0, "tail": 1},
            {"label": "Knows", "head": 2, "tail": 1},
        ],
        "clusters": [[2, 1], [2]],
    }
    (found,) = read(tmp_path, record, reader=reader, skipped=skipped)
    assert found.id == "a:1"
    assert found.tokens == ("Ada", "Lovelace", "met", "Bob", ".")
    assert found.offsets == ((0, 3), (4, 12), (13, 16), (18, 21), (21, 22))
    assert found.entities == (Entity("Peop", (Span(0, 2),)), Entity("Peop", (Span(3, 4),)))
    assert found.entities[0].mention_scores == (0.5,)
    assert found.relations == (Relation("Knows", 0, 1),)
    assert found.clusters == ((1,),)
    path = tmp_path / "a.jsonl"
    beyond = "entities[2].chars[0] is [18, 30] in a text of 22 characters"
    assert skipped.lines() == [
        f"1 mention outside its text skipped; first: {path}:1, {beyond}",
        f"1 mention without a word skipped; first: {path}:1, entities[0].chars[1]",
        f"1 entity without a mention skipped; first: {path}:1",
        f"1 relation of entities without a mention skipped; first: {path}:1",
    ]


CUT = {
    "text": "NaCl melts. In-vitro SARS-CoV-2-infected cells (5mg/d) died.",
    "entities": [
        {"label": "E", "chars": [[0, 2]]},
        {"label": "E", "chars": [[2, 4]]},
        {"label": "V", "chars": [[21, 31]]},
        {"label": "D", "chars": [[48, 51]]},
        {"label": "S", "chars": [[21, 32]]},
        {"label": "T", "chars": [[5, 11]]},
    ],
    "relations": [{"label": "r", "head": 0, "tail": 1}],
}


def test_words_are_cut_where_mentions_begin_or_end(tmp_path: Path) -> None:
    reader = JsonlReader()
    skipped = SkippedData()
    (found,) = read(tmp_path, CUT, reader=reader, skipped=skipped)
    assert [found.text_of(entity.span) for entity in found.entities] == [
        "Na",
        "Cl",
        "SARS-CoV-2",
        "5mg",
        "SARS-CoV-2-",
        "melts.",
    ]
    assert found.relations == (Relation("r", 0, 1),)
    assert [kind for kind, _ in skipped] == [SPLIT_WORDS]
    assert Document.from_dict(CUT).entities == found.entities


def test_mentions_may_be_widened_instead(tmp_path: Path) -> None:
    (found,) = read(tmp_path, CUT, reader=JsonlReader(inside_words="widen"))
    assert found.tokens[0] == "NaCl"
    assert [entity.span for entity in found.entities[:2]] == [Span(0, 1), Span(0, 1)]


def test_given_tokens_are_cut_and_mentions_by_tokens_follow(tmp_path: Path) -> None:
    record = {
        "tokens": ["NaCl", "melts", "."],
        "offsets": [[0, 4], [5, 10], [10, 11]],
        "sentences": [[0, 3]],
        "entities": [
            {"label": "E", "chars": [[2, 4]]},
            {"label": "T", "mentions": [[1, 3]]},
            {"label": "N", "mentions": [[0, 1]]},
        ],
    }
    (found,) = read(tmp_path, record)
    assert found.tokens == ("Na", "Cl", "melts", ".")
    assert found.offsets == ((0, 2), (2, 4), (5, 10), (10, 11))
    assert found.sentences == (Span(0, 4),)
    assert [entity.span for entity in found.entities] == [Span(1, 2), Span(2, 4), Span(0, 2)]


def test_the_language_decides_the_words(tmp_path: Path) -> None:
    record = {"text": "他在上海", "entities": [{"label": "L", "chars": [[2, 4]]}]}
    reader = JsonlReader(language="zh")
    skipped = SkippedData()
    (found,) = read(tmp_path, record, reader=reader, skipped=skipped)
    assert (found.tokens, reader.language) == (tuple("他在上海"), "zh")
    assert not skipped


def test_bare_text_and_bare_tokens_are_documents(tmp_path: Path) -> None:
    bare, empty, tokens = read(tmp_path, {"text": "Hi there"}, {"text": ""}, {"tokens": ["x y"]})
    assert (bare.tokens, empty.tokens, tokens.tokens) == (("Hi", "there"), (), ("x y",))
    assert (tokens.text, tokens.offsets) == (None, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": 3}, "text must be a string, not 3"),
        ({"tokens": "Ada"}, "tokens must be a list, not 'Ada'"),
        ({"id": 1.5}, "id must be an integer, not 1.5"),
        ({"id": "e"}, "the id 'e' occurs twice in this file"),
        ({"tokens": None}, "'offsets' and 'sentences' need 'tokens'"),
        ({"offsets": [[0, 3]]}, "1 offset for 4 tokens; give one per token"),
        ({"sentences": [[0, 3]]}, "the sentences end at 3, but there are 4 tokens"),
        ({"flags": [1]}, r"flags\[0\] must be a string, not 1"),
        ({"entities": []}, r"relations\[0\]\.head is 0, but there are 0 entities"),
    ],
)
def test_a_bad_record_is_named_by_its_line(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=rf"a\.jsonl:2: {message}"):
        read(tmp_path, RECORD | {"id": "e"}, RECORD | change)


def test_a_record_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl:1: a document needs 'tokens' or 'text'; found"):
        read(tmp_path, {"id": "d"})


def test_integers_as_ids_come_back_as_integers(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {"id": 7, "tokens": []})
    assert (found.id, found.extra) == ("7", {"id": 7})
    write(JsonlWriter(), [found], tmp_path / "b.jsonl")
    assert json.loads((tmp_path / "b.jsonl").read_text())["id"] == 7


@given(files_of(rich_documents()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_writing_and_reading_loses_nothing(tmp_path: Path, documents: list[Document]) -> None:
    """Except a byte-order mark at the beginning of a text, which is not part of it."""
    path = tmp_path / "a.jsonl"
    documents = [without_text_mark(document, SkippedData()) for document in documents]
    reader = JsonlReader()
    skipped = SkippedData()
    assert write(JsonlWriter(), iter(documents), path) == SkippedData()
    found = list(reader.read(path, skipped))
    assert not skipped
    assert [everything(item) for item in found] == [everything(item) for item in documents]


def everything(whole: Document) -> tuple[object, ...]:
    """A document with what does not take part in equality."""
    scores = [(item.score, item.mention_scores) for item in whole.entities]
    return whole, whole.flags, whole.extra, scores, [item.score for item in whole.relations]


@pytest.mark.parametrize("record", [[], "text", None])
def test_a_record_in_memory_is_an_object(record: Any) -> None:
    with pytest.raises(DataError, match="record: a document must be an object"):
        Document.from_dict(record)


def test_offsets_spell_the_tokens(tmp_path: Path) -> None:
    record = {"text": "Ada\U0001f600 lives", "tokens": ["Ada\U0001f600", "lives"]}
    (found,) = read(tmp_path, record | {"offsets": [[0, 4], [5, 10]]})
    assert found.offsets == ((0, 4), (5, 10))
    # UTF-16 counts the emoji twice.
    with pytest.raises(
        DataError,
        match=r"a\.jsonl:1: offsets\[1\] \[5, 9\] is 'live' in the text, but tokens\[1\] is",
    ):
        read(tmp_path, record | {"offsets": [[0, 4], [5, 9]]})
    with pytest.raises(DataError) as caught:
        read(tmp_path, {"text": "b" * 5000, "tokens": ["a" * 5000], "offsets": [[0, 5000]]})
    assert len(str(caught.value).replace(str(tmp_path), "")) < 500


def test_offsets_that_do_not_spell_the_words_are_not_written(tmp_path: Path) -> None:
    document = Document("d", ("-LRB-", "a"), text="( a", offsets=((0, 1), (2, 3)))
    path = tmp_path / "a.jsonl"
    skipped = write(JsonlWriter(), [document], path)
    kind = "lists of character offsets that do not spell the words skipped"
    assert dict(skipped) == {kind: (1, "document 'd'")}
    (found,) = JsonlReader().read(path)
    assert (found.tokens, found.text, found.offsets) == (document.tokens, document.text, None)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_not_finite_become_null_in_extra(tmp_path: Path, number: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"tokens": ["a"], "meta": {{"p": [1.5, {number}], "q": 2}}}}\n')
    reader = JsonlReader()
    skipped = SkippedData()
    (found,) = reader.read(path, skipped)
    assert found.extra == {"meta": {"p": [1.5, None], "q": 2}}
    ((kind, (count, _)),) = skipped
    assert (kind, count) == ("values of extra skipped, which files cannot hold", 1)
    assert write(JsonlWriter(), [found], tmp_path / "b.jsonl") == SkippedData()


def test_a_score_that_is_not_finite_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"tokens": ["a"], "entities": [{"label": "P", "mentions": [[0, 1]], "score": NaN}]}'
    )
    with pytest.raises(DataError, match=r"a\.jsonl:1: .*score must be a finite number, not nan"):
        list(JsonlReader().read(path))


def test_deeply_nested_values_of_extra_are_cut_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"tokens": ["a"], "meta": {"[" * 200}{"]" * 200}}}\n')
    reader = JsonlReader()
    skipped = SkippedData()
    (found,) = reader.read(path, skipped)
    assert skipped
    assert write(JsonlWriter(), [found], tmp_path / "b.jsonl") == SkippedData()


def test_endless_nesting_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("[" * 100_000)
    with pytest.raises(DataError, match=r"a\.jsonl:1: lists and objects are nested too deeply"):
        list(JsonlReader().read(path))


@pytest.mark.parametrize("on_error", ["stop", "skip"])
def test_a_record_over_several_lines_is_one_error(tmp_path: Path, on_error: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "Ada left."}, indent=2))
    with pytest.raises(DataError) as caught:
        list(JsonlReader(on_error=on_error).read(path))
    assert str(caught.value) == (
        f"{path}: this is one JSON value over several lines, but each line must be a record of its "
        "own; write each record without line breaks (json.dumps without indent)"
    )

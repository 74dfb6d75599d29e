import gzip
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import (
    JsonlReader,
    JsonlWriter,
    LabelStudioReader,
    LabelStudioWriter,
    SpertReader,
)
from jointre.formats.convert import convert
from tests.data.documents import TYPES_ARE_SAMPLED, relation_lists, rich_documents, spans
from tests.formats.writing import write

pytestmark = TYPES_ARE_SAMPLED

SAMPLE = Path(__file__).parents[3] / "fixtures" / "annotation" / "label_studio" / "export.json"


def saved(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "e.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def tasks_of(path: Path) -> Any:
    return json.loads(path.read_text())


def test_the_sample() -> None:
    reader = LabelStudioReader()
    skipped = SkippedData()
    first, second, third = reader.read(SAMPLE, skipped)
    assert [item.id for item in (first, second, third)] == ["41", "42", "43"]
    words = [" ".join(first.tokens[slice(*item.span)]) for item in first.entities]
    assert words == ["Morag Finlayson", "Skerry Lines", "Ullapool"]
    assert first.relations == (Relation("works_for", 0, 1), Relation("based_in", 1, 2))
    assert [item.label for item in second.relations] == ["works_for"]
    assert (third.entities, third.tokens[0]) == ((), "The")
    assert {kind: count for kind, (count, _) in skipped} == {
        "predictions skipped": 1,
        "results other than labels and relations skipped": 1,
        "cancelled annotations skipped": 1,
        "further annotations of tasks skipped": 1,
        "relations without a label skipped": 1,
        "relations skipped, because one of their regions is missing or skipped": 1,
        "tasks without an annotation skipped": 1,
    }


def test_options() -> None:
    each = list(LabelStudioReader(several="each").read(SAMPLE))
    assert [item.id for item in each] == ["41", "42:73", "42:74", "43"]
    last = list(LabelStudioReader(several="last").read(SAMPLE))
    assert len(last[1].entities) == 1
    named = list(LabelStudioReader(relation_label="related").read(SAMPLE))
    assert named[1].relations[1] == Relation("related", 0, 1)
    other = next(LabelStudioReader(text_key="source").read(SAMPLE))
    assert (other.text, other.entities) == ("harbour.json", ())


@pytest.mark.parametrize("options", [{}, {"several": "each"}, {"several": "last"}])
def test_what_is_read_is_written_as_it_was(tmp_path: Path, options: dict[str, Any]) -> None:
    middle, target = tmp_path / "a.jsonl", tmp_path / "b.json"
    reader = LabelStudioReader(**options)
    convert(SAMPLE, middle, reader, JsonlWriter())
    assert not convert(middle, target, JsonlReader(), LabelStudioWriter())
    before = {task["id"]: task for task in tasks_of(SAMPLE)}
    for task in tasks_of(target):
        old = before[task["id"]]
        assert task["data"].items() >= old["data"].items()
        (annotation,) = task.pop("annotations")
        assert annotation in old["annotations"]
        assert task.keys() == old.keys() - {"annotations", "predictions", "drafts"}
    assert list(LabelStudioReader(**options).read(target)) == list(
        LabelStudioReader(**options).read(SAMPLE)
    )


def test_changed_annotations_are_replaced(tmp_path: Path) -> None:
    first = next(LabelStudioReader().read(SAMPLE))
    changed = replace(first, id="new", entities=first.entities[:1], relations=())
    target = tmp_path / "a.json"
    skipped = write(LabelStudioWriter(), [changed], target)
    kind = "annotation replaced, because the document has changed"
    assert skipped.lines() == [f"1 {kind}; first: document 'new'"]
    (task,) = tasks_of(target)
    assert [len(item["result"]) for item in task["annotations"]] == [1]
    assert (task["id"], task["data"]["jointre_id"]) == (41, "new")
    assert list(LabelStudioReader().read(target)) == [changed]


@pytest.mark.parametrize(
    "kept", [3, {}, {"task": {"data": {}, "annotations": []}}, {"task": {"data": 3}, "text_key": 3}]
)
def test_a_kept_task_that_makes_no_sense_is_not_written(tmp_path: Path, kept: Any) -> None:
    document = Document("d", ("a",), extra={"label_studio": kept, "x": 1})
    skipped = write(LabelStudioWriter(), [document], tmp_path / "a.json")
    assert skipped.lines() == ["1 key of documents skipped; first: document 'd'"]
    assert tasks_of(tmp_path / "a.json") == [
        {"data": {"text": "a", "jointre_id": "d"}, "annotations": [{"result": []}]}
    ]


def test_scores_are_counted_beside_a_kept_task(tmp_path: Path) -> None:
    first = next(LabelStudioReader().read(SAMPLE))
    scored = replace(first.entities[0], score=0.5)
    changed = replace(first, entities=(scored, *first.entities[1:]))
    skipped = write(LabelStudioWriter(), [changed], tmp_path / "a.json")
    assert skipped.lines() == ["1 score skipped; first: document '41'"]


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    skipped = write(LabelStudioWriter(), [Document("d", ("\ud800",))], path)
    assert skipped["halves of surrogate pairs replaced by U+FFFD"] == 1
    assert "\ufffd" in path.read_text(encoding="utf-8")


def test_gzip_and_an_empty_export(tmp_path: Path) -> None:
    path = tmp_path / "e.json.gz"
    path.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    assert list(LabelStudioReader().read(path)) == list(LabelStudioReader().read(SAMPLE))
    assert list(LabelStudioReader().read(saved(tmp_path, []))) == []


TASK: dict[str, Any] = {"id": 1, "annotations": [{"result": []}], "data": {"text": "Ada"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"e\.json: the file is empty"),
        ("[{", r"e\.json:1: not JSON"),
        ({"id": 1}, r"e\.json: the file's content must be a list, not"),
        ([3], r"e\.json: task 1: a task must be an object, not 3"),
        (
            [TASK, {"id": 2}],
            r"e\.json: task 2: a task needs 'annotations' and 'data'; found \['id'",
        ),
        ([{"text": "a", "annotation_id": 2}], "task 1: .*this is JSON-MIN, which has no relations"),
        ([{**TASK, "annotations": [{"result": 3}]}], "task 1: result must be a list, not 3"),
        ([{**TASK, "annotations": 3}], "task 1: annotations must be a list, not 3"),
        ([{**TASK, "data": "Ada"}], "task 1: data must be an object, not 'Ada'"),
        ([{**TASK, "data": {"text": "a\ud800"}}], "task 1: character 1 of the text is half of"),
        ([TASK, TASK], r"task 2: the id '1' occurs twice in this file; ids must differ"),
        ([{"tokens": ["a"], "entities": []}], "looks like the format 'spert', not 'label_studio'"),
        ('{"text": "Hello"}', "looks like the format 'jsonl', not 'label_studio'; choose 'jsonl'"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(LabelStudioReader().read(saved(tmp_path, content)))


def test_an_export_read_as_another_format_is_named() -> None:
    with pytest.raises(
        DataError, match="looks like the format 'label_studio', not 'spert'; choose"
    ):
        list(SpertReader().read(SAMPLE))


CHARS = st.sampled_from([*"aB1.- \t\r\n\\", "\r\n", "\\n", "é", "e\u0301", "😀", "\u2028"])


@st.composite
def annotated(draw: st.DrawFn) -> Document:
    """A text, cut into characters, with mentions anywhere: nested, equal, within words."""
    text = draw(st.lists(CHARS, max_size=20).map("".join))
    label = st.sampled_from(["Per", "Ünit", "a b", ""])
    mention = st.builds(lambda name, span: Entity(name, (span,)), label, spans(len(text) or 1))
    entities = draw(st.lists(mention, max_size=6)) if text else []
    return Document(
        draw(st.text(max_size=3)),
        tuple(text),
        text=text,
        offsets=tuple((at, at + 1) for at in range(len(text))),
        entities=tuple(entities),
        relations=tuple(draw(relation_lists(len(entities)))),
    )


def described(document: Document) -> tuple[list[Any], list[Any]]:
    """Mentions by their characters without outer white space, and relations between them."""
    offsets, text = document.offsets or (), document.text or ""
    places = []
    for item in document.entities:
        start, end = offsets[item.span.start][0], offsets[item.span.end - 1][1]
        left = end - len(text[start:end].lstrip())
        places.append((item.label, left, left + len(text[start:end].strip())))
    links = [(item.label, places[item.head], places[item.tail]) for item in document.relations]
    return places, links


@given(annotated())
@settings(deadline=None)
def test_every_character_of_every_mention_comes_back(document: Document) -> None:
    solid = [bool("".join(document.tokens[slice(*e.span)]).strip()) for e in document.entities]
    with TemporaryDirectory() as folder:
        once, twice = Path(folder, "a.json"), Path(folder, "b.json")
        skipped = write(LabelStudioWriter(), [document], once)
        reader = LabelStudioReader()
        counts = SkippedData()
        (found,) = reader.read(once, counts)
        assert (found.id, found.text) == (document.id, document.text)
        if all(solid):
            assert described(found) == described(document)
        else:
            assert skipped["mentions without a word skipped"] == solid.count(False)
        assert {kind for kind, _ in counts} <= {
            "words split where a mention begins or ends",
            "mentions with outer spaces narrowed to their words",
        }
        assert write(LabelStudioWriter(), [found], twice) == SkippedData()
        assert tasks_of(once) == tasks_of(twice)


@given(st.lists(rich_documents(), max_size=3))
@settings(deadline=None, max_examples=40)
def test_whatever_documents_hold_the_second_writing_changes_nothing(drawn: list[Document]) -> None:
    documents = [replace(item, id=f"{number}") for number, item in enumerate(drawn)]
    with TemporaryDirectory() as folder:
        once, twice = Path(folder, "a.json"), Path(folder, "b.json")
        write(LabelStudioWriter(), documents, once)
        found = list(LabelStudioReader().read(once))
        assert [item.id for item in found] == [item.id for item in documents]
        assert write(LabelStudioWriter(), found, twice) == SkippedData()
        assert tasks_of(once) == tasks_of(twice)


def test_many_documents_of_many_mentions(tmp_path: Path) -> None:
    def made() -> Iterable[Document]:
        for number in range(10):
            entities = tuple(Entity("L", (Span(n % 40, n % 40 + 1 + n % 3),)) for n in range(60))
            yield Document(f"d{number}", tuple("abcdefg" * 6), entities=entities)

    assert not write(LabelStudioWriter(), made(), tmp_path / "a.json")
    for before, found in zip(made(), LabelStudioReader().read(tmp_path / "a.json"), strict=True):
        assert found.entities == before.entities

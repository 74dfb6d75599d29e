import json
from pathlib import Path
from typing import Any

import pytest

from jointre.data.schema import Document, Entity, Span
from jointre.data.skipped import SkippedData
from jointre.formats import Reader, Writer
from jointre.formats.common.byte_order_mark import without_text_mark

TEXT = "\ufeffAda met Bob"


def region(start: int, end: int, text: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text, "labels": ["P"]}
    return {"id": f"r{start}", "type": "labels", "to_name": "text", "value": value}


def task(*regions: dict[str, Any]) -> str:
    annotations = [{"result": list(regions)}]
    return json.dumps([{"id": 1, "data": {"text": TEXT}, "annotations": annotations}])


FILES = {
    "jsonl": json.dumps(
        {"text": TEXT, "entities": [{"label": "P", "chars": [[1, 4]]}], "relations": []}
    ),
    "doccano": json.dumps({"text": TEXT, "label": [[1, 4, "P"]]}),
    "prodigy": json.dumps({"text": TEXT, "spans": [{"start": 1, "end": 4, "label": "P"}]}),
    "label_studio": task(region(1, 4, "Ada")),
    "pubtator": f"0|t|A title\n0|a|First.\n\n1|t|{TEXT}\n1|a|He left.\n1\t1\t4\tAda\tP\tQ\n",
}


@pytest.mark.parametrize("name", FILES)
def test_the_mark_is_no_part_of_the_text_and_offsets_are_exact(tmp_path: Path, name: str) -> None:
    path, again = tmp_path / "a.json", tmp_path / "b.json"
    path.write_text(FILES[name])
    reader = Reader.by_name(name)()
    *_, found = reader.read(path)
    assert found.text is not None
    assert found.text.startswith("Ada met Bob")
    assert found.tokens[:3] == ("Ada", "met", "Bob")
    assert found.offsets is not None
    assert found.offsets[:3] == ((0, 3), (4, 7), (8, 11))
    assert [found.text_of(entity.span) for entity in found.entities] == ["Ada"]
    for target in (name, "jsonl"):
        Writer.by_name(target)().write([found], again)
        (back,) = Reader.by_name(target)().read(again)
        assert (back.text, back.tokens, back.offsets) == (found.text, found.tokens, found.offsets)
        assert [(item.label, item.mentions) for item in back.entities] == [
            (item.label, item.mentions) for item in found.entities
        ]


def test_offsets_of_a_tool_that_did_not_count_the_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(task(region(0, 3, "Ada"), region(8, 11, "Bob")))
    reader = Reader.by_name("label_studio")()
    skipped = SkippedData()
    (found,) = reader.read(path, skipped)
    assert [found.text_of(entity.span) for entity in found.entities] == ["Ada", "Bob"]
    assert [kind for kind, _ in skipped] == [
        "texts in which offsets count code points after the byte-order mark, corrected"
    ]


def test_words_that_begin_with_the_mark_lose_it() -> None:
    skipped = SkippedData()
    whole = Document("d", ("\ufeffAda", "met"), text="\ufeffAda met", offsets=((0, 4), (5, 8)))
    found = without_text_mark(whole, skipped)
    assert (found.tokens, found.offsets) == (("Ada", "met"), ((0, 3), (4, 7)))
    assert not skipped
    apart = Document(
        "d",
        ("\ufeff", "Ada"),
        text="\ufeffAda",
        offsets=((0, 1), (1, 4)),
        entities=(Entity("P", (Span(1, 2),)),),
    )
    found = without_text_mark(apart, skipped)
    assert (found.tokens, found.offsets) == (("Ada",), ((0, 3),))
    assert found.entities == (Entity("P", (Span(0, 1),)),)
    assert skipped.lines() == ["1 empty word skipped; first: document 'd'"]


def spans_of(shift: int) -> dict[str, Any]:
    """Records of each format whose offsets do (1) or do not (0) count the mark."""
    words = [(word, TEXT.index(word) - 1 + shift) for word in ("Ada", "met", "Bob")]
    ends = [[start, start + len(word)] for word, start in words]
    tokens = [
        {"text": word, "start": start, "end": end, "id": index}
        for index, ((word, _), (start, end)) in enumerate(zip(words, ends, strict=True))
    ]
    mentions = [{"label": "P", "chars": [ends[index]]} for index in (0, 2)]
    spans = [{"start": start, "end": end, "label": "P"} for start, end in (ends[0], ends[2])]
    rows = [
        {"id": row, "label": "P", "start_offset": start, "end_offset": end}
        for row, (start, end) in enumerate((ends[0], ends[2]))
    ]
    tokens_only = [word for word, _ in words]
    return {
        "chars": ("jsonl", {"text": TEXT, "entities": mentions}),
        "offsets": (
            "jsonl",
            {"text": TEXT, "tokens": tokens_only, "offsets": ends, "entities": mentions},
        ),
        "list": ("doccano", {"text": TEXT, "label": [[*ends[0], "P"], [*ends[2], "P"]]}),
        "rows": ("doccano", {"text": TEXT, "entities": rows, "relations": []}),
        "spans": ("prodigy", {"text": TEXT, "spans": spans}),
        "tokens": ("prodigy", {"text": TEXT, "tokens": tokens, "spans": spans}),
    }


@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("form", spans_of(0))
def test_offsets_may_or_may_not_count_the_mark(tmp_path: Path, form: str, shift: int) -> None:
    name, record = spans_of(shift)[form]
    path = tmp_path / "a"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    skipped = SkippedData()
    (document,) = Reader.by_name(name)().read(path, skipped)
    mentions = [document.text_of(entity.span) for entity in document.entities]
    assert (document.text, mentions) == (TEXT[1:], ["Ada", "Bob"])
    corrected = skipped["texts in which offsets do not count the byte-order mark, corrected"]
    assert (corrected, len(list(skipped))) == (1 - shift, 1 - shift)

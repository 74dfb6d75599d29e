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

"""Errors of every reader stay short, whatever a file holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import Reader

LONG = "x" * 3000
DEEP = json.loads("[" * 200 + "]" * 200)

RECORDS: dict[str, dict[str, Any]] = {
    "jsonl": {
        "id": "d",
        "text": "Ada met",
        "tokens": ["Ada", "met"],
        "offsets": [[0, 3], [4, 7]],
        "sentences": [[0, 2]],
        "entities": [{"label": "P", "mentions": [[0, 1]], "id": "Q"}],
        "relations": [{"label": "r", "head": 0, "tail": 0}],
        "clusters": [[0]],
    },
    "dygie": {
        "doc_key": "d",
        "sentences": [["Ada", "met"]],
        "ner": [[[0, 0, "P"]]],
        "relations": [[[0, 0, 1, 1, "r"]]],
        "clusters": [[[0, 0], [1, 1]]],
    },
    "spert": {
        "tokens": ["Ada", "met"],
        "entities": [{"type": "P", "start": 0, "end": 1}],
        "relations": [{"type": "r", "head": 0, "tail": 0}],
        "orig_id": "d",
    },
    "docred": {
        "title": "d",
        "sents": [["Ada", "met"]],
        "vertexSet": [[{"name": "Ada", "sent_id": 0, "pos": [0, 1], "type": "P"}]],
        "labels": [{"h": 0, "t": 0, "r": "r", "evidence": [0]}],
    },
    "doccano": {
        "id": 1,
        "text": "Ada met",
        "entities": [{"id": 1, "label": "P", "start_offset": 0, "end_offset": 3}],
        "relations": [{"id": 1, "from_id": 1, "to_id": 1, "type": "r"}],
    },
    "prodigy": {
        "text": "Ada met",
        "tokens": [
            {"text": "Ada", "start": 0, "end": 3},
            {"text": "met", "start": 4, "end": 7},
        ],
        "spans": [{"start": 0, "end": 3, "label": "P"}],
        "relations": [
            {
                "label": "r",
                "head_span": {"start": 0, "end": 3, "label": "P"},
                "child_span": {"start": 4, "end": 7, "label": "P"},
            }
        ],
        "answer": "accept",
    },
    "label_studio": {
        "id": 1,
        "data": {"text": "Ada met"},
        "annotations": [
            {
                "result": [
                    {
                        "id": "a",
                        "type": "labels",
                        "to_name": "text",
                        "value": {"start": 0, "end": 3, "text": "Ada", "labels": ["P"]},
                    },
                    {
                        "type": "relation",
                        "from_id": "a",
                        "to_id": "a",
                        "direction": "right",
                        "labels": ["r"],
                    },
                ]
            }
        ],
    },
    "triples": {
        "sentText": "Ada met Bob",
        "relationMentions": [{"em1Text": "Ada", "em2Text": "Bob", "label": "r"}],
    },
}
LISTS = {"spert", "docred", "label_studio"}


def variants(value: Any) -> list[Any]:
    """The value with each of its parts replaced or removed in turn, or its keys renamed."""
    found: list[Any] = [LONG, [LONG], {LONG: LONG}, DEEP, 10**2500]
    if isinstance(value, dict):
        found.append({LONG: 1} | dict.fromkeys(map(str, range(500)), 1))
        for key, item in value.items():
            others = {name: other for name, other in value.items() if name != key}
            found += [others, others | {LONG: item}]
            found += [value | {key: variant} for variant in variants(item)]
    elif isinstance(value, list):
        for index, item in enumerate(value):
            head, tail = value[:index], value[index + 1 :]
            found += [head + tail]
            found += [[*head, variant, *tail] for variant in variants(item)]
    return found


@pytest.mark.parametrize("name", RECORDS)
def test_a_json_record_with_long_or_deep_values_gives_short_errors(
    tmp_path: Path, name: str
) -> None:
    path, record = tmp_path / "a.json", RECORDS[name]
    wrapped = name in LISTS
    path.write_text(json.dumps([record] if wrapped else record))
    (document,) = Reader.by_name(name)().read(path)
    assert document.tokens
    messages = []
    for variant in variants(record):
        path.write_text(json.dumps([variant] if wrapped else variant))
        reader = Reader.by_name(name)()
        skipped = SkippedData()
        try:
            list(reader.read(path, skipped))
        except DataError as error:
            messages.append(str(error).replace(str(path), "PATH"))
        messages += [line.replace(str(path), "PATH") for line in skipped.lines()]
    assert len(messages) > 20
    assert max(messages, key=len)[700:] == ""


LINES = {
    "brat": [
        "T1\tP 0 3\t{}",
        "T1\t{} 0 9\tAda",
        "T{}\tP 0 x\tAda",
        "{}",
        "R1\t{} Arg1:T1 Arg2:T2",
        "R1\tr Arg1:{} Arg2:T2",
        "A1\t{}",
        "N1\t{}",
        "#1\t{}",
    ],
    "pubtator": [
        "1\t0\t3\t{}\tP\tQ",
        "1\t{}\t3\tAda\tP\tQ",
        "1\t0\t9\tAda\t{}\tQ",
        "1\tr\t{}\tQ",
        "{}\t0\t3\tAda\tP\tQ",
        "{}",
        "1\t{}",
        "1|t|{}",
    ],
}


@pytest.mark.parametrize(("name", "line"), [(n, line) for n in LINES for line in LINES[n]])
def test_a_long_line_gives_a_short_message(tmp_path: Path, name: str, line: str) -> None:
    text = line.format(LONG)
    if name == "brat":
        (tmp_path / "a.txt").write_text("Ada met")
        path = tmp_path / "a.ann"
        path.write_text(f"{text}\n")
    else:
        path = tmp_path / "a.txt"
        path.write_text(f"1|t|Ada\n1|a|met\n{text}\n")
    reader = Reader.by_name(name)()
    skipped = SkippedData()
    messages = []
    try:
        list(reader.read(path, skipped))
    except DataError as error:
        messages.append(str(error))
    messages += skipped.lines()
    assert messages
    assert max(len(message.replace(str(tmp_path), "")) for message in messages) <= 700

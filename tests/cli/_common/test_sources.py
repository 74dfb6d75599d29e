import json
from pathlib import Path

import pytest

from jointre.cli._common.sources import STDIN, is_text
from tests.cli.command import Command
from tests.cli.test_predict import records


def test_the_content_tells_texts_from_records(tmp_path: Path) -> None:
    text, records = tmp_path / "a.md", tmp_path / "b.txt"
    text.write_text("A text.\n")
    records.write_text('{"tokens": ["a"], "entities": [{"label": "A", "mentions": [[0, 1]]}]}\n')
    assert (is_text(text, None), is_text(text, "jsonl"), is_text(text, "text")) == (1, 0, 1)
    assert (is_text(records, None), is_text(records, "text")) == (False, True)
    assert is_text(STDIN, None)


def test_paragraphs_are_one_document(
    jointre: Command, overfitted_documents: Path, tmp_path: Path
) -> None:
    """Blank lines separate nothing unless they are asked to, of which a line tells; records do."""
    texts = [
        one["text"] for one in records((overfitted_documents.parent / "two.jsonl").read_text())
    ]
    told = (
        "stdin: 2 lines in 2 paragraphs, read as one document; say --documents file, paragraph or "
        "line\n"
    )
    for words, err in (((), told), (("--documents", "file"), "")):
        ended = jointre("predict", overfitted_documents, *words, stdin="\n\n".join(texts).encode())
        (record,) = records(ended.out)
        assert (ended.err, record["id"]) == (err, "stdin")
        assert record["text"] == "\n\n".join(texts)
    lines = "\n".join(json.dumps({"text": text}) for text in texts)
    (tmp_path / "two.jsonl").write_text(lines + "\n")
    ended = jointre("predict", overfitted_documents, tmp_path / "two.jsonl")
    assert ended.code == 0, ended.err
    assert [each["text"] for each in records(ended.out)] == texts


@pytest.mark.parametrize(("part", "between"), [("paragraph", "\n\n"), ("line", "\n")])
def test_documents_of_a_file(
    jointre: Command, overfitted_documents: Path, tmp_path: Path, part: str, between: str
) -> None:
    """Each is read as if it stood alone, and its id is the place at which it begins."""
    gold = records((overfitted_documents.parent / "two.jsonl").read_text())
    text, lines = tmp_path / "two.txt", tmp_path / "two.jsonl"
    text.write_text(between.join(one["text"] for one in gold) + "\n", encoding="utf-8")
    ids = ["two.txt:1", f"two.txt:{1 + len(between)}"]
    asked = [{"id": id, "text": one["text"]} for id, one in zip(ids, gold, strict=True)]
    lines.write_text("".join(json.dumps(one) + "\n" for one in asked))
    ended = jointre("predict", overfitted_documents, text, "--documents", part)
    assert (ended.code, ended.err) == (0, "")
    assert records(ended.out) == records(jointre("predict", overfitted_documents, lines).out)
    assert [each["id"] for each in records(ended.out)] == ids


def test_only_texts_have_paragraphs(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"tokens": ["a"]}\n')
    for words in ((path,), (path, "--format", "jsonl")):
        jointre("predict", overfitted, *words, "--documents", "line").told(
            "--documents line: is for texts; records are documents already"
        )

import gzip
import zlib
from pathlib import Path

import pytest

from jointre.data.readers.sniff import sniff
from tests.data.real import indexed, real

SAMPLES = {
    "spert": '[\n {"orig_id": 1, "tokens": ["a"], "entities": []}]',
    "dygie": '{"doc_key": "d", "sentences": [["a"]], "ner": [[]]}\n',
    "jsonl": '{"id": "d", "tokens": ["a"], "sentences": [[0, 1]], "entities": []}\n',
    "triples": '[\n  {\n    "text": "a", "triple_list": []}]',
    "docred": '[{"title": "t", "sents": [["a"]], "vertexSet": []}]',
    "brat": "T1\tPerson 0 3\tAda\n",
    "label_studio": '[{"id": 1, "annotations": [], "data": {"text": "a"}}]',
    "doccano": '{"id": 1, "text": "a", "label": [[0, 1, "X"]], "Comments": []}\n',
    "prodigy": '{"text": "a", "_input_hash": 1, "tokens": [], "answer": "accept"}\n',
    "pubtator": "123|t|A title\n123|a|An abstract\n",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_tells_formats_apart(tmp_path: Path, name: str) -> None:
    path = tmp_path / "sample"
    path.write_text("\ufeff" + SAMPLES[name])
    assert sniff(path) == name
    path.write_bytes(gzip.compress(SAMPLES[name].encode()))
    assert sniff(path) == name


def test_a_docbin_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_bytes(zlib.compress(b"any"))
    assert sniff(path) == "docbin"


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe", b"[1, 2]", b"\x1f\x8bbroken"])
def test_does_not_guess_at_random(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sample"
    path.write_bytes(content)
    assert sniff(path) is None


def test_a_text_only_record_is_jsonl_and_raw_triples_are_triples(tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_text('{"text": "Hello"}')
    assert sniff(path) == "jsonl"
    for raw in (
        '{"sentText": "Hello", "relationMentions": []}',
        '[{"sentText": "Hello", "relationMentions": []}]',
        '{"text": "Hello", "triple_list": []}',
    ):
        path.write_text(raw)
        assert sniff(path) == "triples"


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("spert-json", "spert"),
        ("dygie-jsonl", "dygie"),
        ("triple-list-json", "triples"),
        ("nyt-raw-jsonl", "triples"),
        ("docred-json", "docred"),
        ("pubtator", "pubtator"),
    ],
)
def test_recognises_published_files(kind: str, name: str) -> None:
    found = {file: sniff(real(file)) for file in indexed(kind)}
    assert found == dict.fromkeys(found, name)


def test_a_pubtator_document_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_text("\nPMC12|t|A title\nPMC12|a|\n")
    assert sniff(path) == "pubtator"
    path.write_text("a table|t|of two\n")
    assert sniff(path) is None

import gzip
import zlib
from pathlib import Path

import pytest

from jointre.errors import DataError
from jointre.formats import Reader, detect
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
    assert detect(path) == name
    path.write_bytes(gzip.compress(SAMPLES[name].encode()))
    assert detect(path) == name


def test_a_docbin_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_bytes(zlib.compress(b"any"))
    assert detect(path) == "docbin"


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe", b"[1, 2]", b"\x1f\x8bbroken"])
def test_does_not_guess_at_random(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sample"
    path.write_bytes(content)
    assert detect(path) is None


def test_a_text_only_record_is_jsonl_and_raw_triples_are_triples(tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_text('{"text": "Hello"}')
    assert detect(path) == "jsonl"
    for raw in (
        '{"sentText": "Hello", "relationMentions": []}',
        '[{"sentText": "Hello", "relationMentions": []}]',
        '{"text": "Hello", "triple_list": []}',
    ):
        path.write_text(raw)
        assert detect(path) == "triples"


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
    found = {file: detect(real(file)) for file in indexed(kind)}
    assert found == dict.fromkeys(found, name)


def test_a_pubtator_document_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_text("\nPMC12|t|A title\nPMC12|a|\n")
    assert detect(path) == "pubtator"
    path.write_text("a table|t|of two\n")
    assert detect(path) is None


def test_a_folder_of_brat_and_an_empty_ann_file(tmp_path: Path) -> None:
    assert detect(tmp_path) is None
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.ann").write_text("")
    assert detect(tmp_path) == "brat"
    assert detect(tmp_path / "inner" / "a.ann") == "brat"


def test_a_missing_file_has_no_format(tmp_path: Path) -> None:
    assert detect(tmp_path / "absent.json") is None


def test_docred_labels_are_not_those_of_doccano(tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_text('[{"vertexSet": [], "labels": [], "title": "t", "sents": [["a"]]}]')
    assert detect(path) == "docred"
    path.write_text('[{"id": 1, "text": "a", "label": [[0, 1, "X"]]}]')
    assert detect(path) == "doccano"


READABLE = {
    "pubtator": "123|t|A title\n123|a|An abstract\n",
    "jsonl": '{"id": "d", "tokens": ["a"], "entities": []}\n',
    "spert": '[{"tokens": ["a"], "entities": [], "relations": []}]',
    "dygie": '{"doc_key": "d", "sentences": [["a"]], "ner": [[]], "relations": [[]]}\n',
    "triples": '[{"text": "a", "triple_list": []}]',
    "docred": '[{"title": "t", "sents": [["a"]], "vertexSet": [], "labels": []}]',
    "label_studio": '[{"id": 1, "annotations": [], "data": {"text": "a"}}]',
    "doccano": '{"id": 1, "text": "a", "label": [[0, 1, "X"]]}\n',
    "prodigy": '{"text": "a", "_input_hash": 1, "spans": [], "answer": "accept"}\n',
}


@pytest.mark.parametrize("name", READABLE)
def test_a_recommended_reader_accepts_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "sample.json"
    path.write_text(READABLE[name])
    list(Reader.by_name(name)().read(path))
    for wrong in sorted(set(READABLE) - {name}):
        message = problem(wrong, path)
        if message is not None and "looks like" in message:
            assert f"choose {name!r}" in message


def problem(reader: str, path: Path) -> str | None:
    """What the reader says about the file, if it refuses it."""
    try:
        list(Reader.by_name(reader)().read(path))
    except DataError as error:
        return str(error)
    return None


def test_a_reader_that_would_fail_too_is_not_recommended(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text('[{"tokens": ["a"], "tags": ["O"]}]')  # the variant of SpERT's with BILOU tags
    with pytest.raises(DataError, match=r"reader 'spert' cannot read it either: .*BILOU"):
        list(Reader.by_name("docred")().read(path))

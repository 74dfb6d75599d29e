import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.split import split
from jointre.errors import DataError
from jointre.formats import (
    DygieReader,
    DygieWriter,
    JsonlReader,
    JsonlWriter,
    Reader,
    SpertReader,
    SpertWriter,
    Writer,
)
from jointre.formats.convert import convert
from tests.data.documents import document
from tests.data.real import real
from tests.formats.writing import write

TWO = document(
    "Ada met Bob . He left .",
    (("Peop", 0, 1), ("Peop", 2, 3), ("Peop", 4, 5)),
    (("Knows", 0, 1), ("Is", 1, 2)),
    sentences=((0, 4), (4, 7)),
    clusters=((1, 2),),
)


def test_dygie_to_spert_gives_sentences_and_a_report(tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "b.json"
    write(DygieWriter(), [replace(TWO, extra={"_note": "x", "weight": 2})], source)
    report = convert(source, target, DygieReader(), SpertWriter())
    assert report.lines() == [
        "1 relation across sentences skipped; first: document 'd', Is of entities 1 and 2",
        "1 cluster skipped; first: document 'd'",
        "2 keys of documents skipped; first: document 'd'",
    ]
    first, last = json.loads(target.read_text())
    assert first == {
        "tokens": ["Ada", "met", "Bob", "."],
        "entities": [
            {"type": "Peop", "start": 0, "end": 1},
            {"type": "Peop", "start": 2, "end": 3},
        ],
        "relations": [{"type": "Knows", "head": 0, "tail": 1}],
        "orig_id": "d#0",
    }
    assert (last["tokens"], last["entities"][0]["start"]) == (["He", "left", "."], 0)


def rich() -> Document:
    ada = Entity("Peop", (Span(0, 1), Span(4, 5)), 0.9, (0.8, 0.7), "Q1")
    return Document(
        "d",
        TWO.tokens,
        text="Ada met Bob. He left.",
        offsets=((0, 3), (4, 7), (8, 11), (11, 12), (13, 15), (16, 20), (20, 21)),
        entities=(ada, Entity("Peop", (Span(2, 3),)), Entity(None, (Span(5, 6),))),
        relations=(Relation("Knows", 0, 1, 0.5, (0,)), Relation("Of", 2, 1)),
        flags=("truncated",),
        extra={"tokens_": 1, "relations": 2},
    )


@pytest.mark.parametrize("format", ["spert", "dygie"])
def test_what_the_target_cannot_hold_is_counted_by_kind(tmp_path: Path, format: str) -> None:
    report = write(Writer.by_name(format)(), [rich()], tmp_path / "b.json").to_dict()
    counts = {kind: entry["count"] for kind, entry in report.items()}
    expected = {
        "entities without a label skipped": 1,
        "relations of entities without a label skipped": 1,
        "texts skipped": 1,
        "lists of character offsets skipped": 1,
        "flags skipped": 1,
        "scores skipped": 4,
        "ids of entities skipped": 1,
        "lists of evidence skipped": 1,
        "entities with several mentions taken apart into mentions": 1,
        "extra keys with a meaning of their own in the format skipped": 1,
    }
    assert counts == expected
    (read,) = Reader.by_name(format)().read(tmp_path / "b.json")
    assert [entity.span for entity in read.entities] == [Span(0, 1), Span(4, 5), Span(2, 3)]
    assert read.relations == (Relation("Knows", 0, 2),)
    assert read.clusters == (() if format == "spert" else ((0, 1),))


def test_several_mentions_are_counted_when_documents_are_split(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    write(JsonlWriter(), [replace(rich(), sentences=TWO.sentences)], source)
    report = convert(source, tmp_path / "b.json", JsonlReader(), SpertWriter())
    assert report["entities with several mentions taken apart into mentions"] == 1
    assert report["keys of documents skipped"] == 1
    assert report["extra keys with a meaning of their own in the format skipped"] == 0


def test_jsonl_holds_all_but_a_clash(tmp_path: Path) -> None:
    report = write(JsonlWriter(), [rich()], tmp_path / "b.jsonl")
    assert report.lines() == [
        "1 extra key with a meaning of its own in the format skipped; "
        "first: 'relations' of document 'd'"
    ]
    assert list(JsonlReader().read(tmp_path / "b.jsonl")) == [rich()]


def test_what_reading_skips_is_reported_each_time(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"sentences": [["a"]], "ner": [[[0, 0, "X"], [0, 0, "X"]]]}\n')
    reader = DygieReader()
    for _ in range(2):
        report = convert(source, tmp_path / "b.jsonl", reader, JsonlWriter())
        assert report["entities listed twice kept once"] == 1


def test_a_bad_source_leaves_the_target_as_it_was(tmp_path: Path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "b.json"
    source.write_text('{"sentences": [["a"]]}\n{"sentences": 3}\n')
    target.write_text("before")
    with pytest.raises(DataError, match=r"a\.jsonl:2: sentences must be a list, not 3"):
        convert(source, target, DygieReader(), SpertWriter())
    assert target.read_text() == "before"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.jsonl", "b.json"]


@pytest.mark.realdata
@pytest.mark.parametrize(("part", "unlike"), [("train", 1), ("dev", 0)])
def test_the_two_forms_of_scierc_agree(part: str, unlike: int) -> None:
    spert = list(SpertReader().read(real(f"scierc/spert/scierc_{part}.json")))
    reader = DygieReader(unescape_brackets=True, label_case="capitalize")
    units = split(list(reader.read(real(f"scierc/dygie/{part}.json"))), "sentence")
    assert len(units) == len(spert)
    described = {_described(unit.document) for unit in units}
    # One training sentence keeps its escaped curly brackets in the SpERT file.
    missing = [item for item in spert if _described(item) not in described]
    assert len(missing) == unlike
    assert all("-LCB-" in item.tokens for item in missing)


def _described(whole: Document) -> tuple[object, ...]:
    return whole.tokens, frozenset(whole.entities), tuple(sorted(_relations(whole)))


def _relations(whole: Document) -> Iterator[tuple[str, Span, Span]]:
    for item in whole.relations:
        yield item.label, whole.entities[item.head].span, whole.entities[item.tail].span


def test_the_target_is_never_an_input(tmp_path: Path) -> None:
    source, types = tmp_path / "a.jsonl", tmp_path / "types.json"
    source.write_text('{"tokens": ["Ada"]}\n')
    types.write_text('{"entities": {}, "relations": {}}')
    (tmp_path / "link").symlink_to(source)
    reader, writer = JsonlReader(types=types), SpertWriter()
    for target in (source, tmp_path / "link", types):
        content = target.read_bytes()
        with pytest.raises(DataError, match=r"is the same as the input .*, which it would replace"):
            convert(source, target, reader, writer)
        assert target.read_bytes() == content
    assert (tmp_path / "link").is_symlink()
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Ada")
    (corpus / "a.ann").write_text("T1\tP 0 3\tAda\n")
    with pytest.raises(DataError, match=r"a\.ann is a file of the input"):
        convert(corpus, corpus / "a.ann", Reader.by_name("brat")(), writer)
    assert (corpus / "a.ann").read_text() == "T1\tP 0 3\tAda\n"

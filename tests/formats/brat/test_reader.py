import gzip
import json
import shutil
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.schema import Document, Entity, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import (
    BratReader,
    BratWriter,
    DocredReader,
    JsonlReader,
    JsonlWriter,
    SpertReader,
)
from jointre.formats.convert import convert
from tests.data.documents import (
    TYPES_ARE_SAMPLED,
    cluster_lists,
    relation_lists,
    rich_documents,
    spans,
)
from tests.formats.writing import write

pytestmark = TYPES_ARE_SAMPLED

SAMPLE = Path(__file__).parents[3] / "fixtures" / "annotation" / "brat"


def corpus(root: Path, text: str | bytes, *lines: str) -> Path:
    root.mkdir(exist_ok=True)
    (root / "a.txt").write_bytes(text.encode() if isinstance(text, str) else text)
    (root / "a.ann").write_text("".join(f"{line}\n" for line in lines))
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_the_sample() -> None:
    reader = BratReader()
    skipped = SkippedData()
    ferry, board = reader.read(SAMPLE, skipped)
    assert (ferry.id, board.id, board.entities) == ("ferry", "harbour/board", ())
    assert ferry.text is not None
    assert ferry.offsets is not None
    said = [
        ferry.text[ferry.offsets[item.span.start][0] : ferry.offsets[item.span.end - 1][1]]
        for item in ferry.entities
    ]
    assert said[:5] == [
        *("Skerry Lines", "Morag Finlayson", "North\nHarbour Board", "Iona Star", "Ullapool")
    ]
    assert ferry.entities[4].id == "Harbours:ULL"
    assert [item.label for item in ferry.relations] == ["works_for", "berths_in"]
    assert ferry.clusters == ((3, 6), (1, 7))
    assert {kind: number for kind, (number, _) in skipped} == {
        "arguments of events only kept in extra; events='relations' reads them": 2,
        "attributes not used, their lines only kept in extra": 1,
        "notes not used, their lines only kept in extra": 1,
        "mentions of several parts skipped": 1,
        "relations skipped, because their head or tail is not a mention here": 1,
    }
    assert skipped.lines()[0].endswith("ferry.ann:10")


@pytest.mark.parametrize("options", [{}, {"discontinuous": "cover"}, {"clusters": "merge"}])
def test_the_sample_is_written_as_it_was(tmp_path: Path, options: dict[str, str]) -> None:
    reader = BratReader(**options)  # type: ignore[arg-type]
    middle, target = tmp_path / "a.jsonl", tmp_path / "b"
    convert(SAMPLE, middle, reader, JsonlWriter())
    assert not convert(middle, target, JsonlReader(), BratWriter())
    before = contents(SAMPLE)
    del before["annotation.conf"]
    assert contents(target) == before


def test_one_document_and_gzip(tmp_path: Path) -> None:
    (alone,) = BratReader().read(SAMPLE / "ferry.ann")
    assert alone.id == "ferry"
    for name in ("ferry.ann", "ferry.txt"):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress((SAMPLE / name).read_bytes()))
    assert list(BratReader().read(tmp_path)) == [alone]
    reader = BratReader()
    assert reader.files(tmp_path) == [tmp_path / "ferry.ann.gz", tmp_path / "ferry.txt.gz"]


def test_annotations_that_have_changed_are_written_anew(tmp_path: Path) -> None:
    ferry, _ = BratReader().read(SAMPLE)
    skipped = write(BratWriter(), [replace(ferry, entities=ferry.entities[:3], relations=(),
                                         clusters=())], tmp_path / "a")  # fmt: skip
    assert skipped.lines() == [
        "1 event skipped, because the document has changed; first: document 'ferry'",
        "1 attribute skipped, because the document has changed; first: document 'ferry'",
        "1 note skipped, because the document has changed; first: document 'ferry'",
    ]
    assert (tmp_path / "a" / "ferry.ann").read_text().splitlines() == [
        "T1\tOrganisation 0 12\tSkerry Lines",
        "T2\tPerson 21 36\tMorag Finlayson",
        "T3\tOrganisation 67 72;73 86\tNorth Harbour Board",
    ]


@pytest.mark.parametrize("kept", [3, [3], ["nonsense"], ["T1\tX 0 1\tT\nT2\tX 0 1\tT"]])
def test_kept_lines_that_make_no_sense_are_not_written(tmp_path: Path, kept: object) -> None:
    _, board = BratReader().read(SAMPLE)
    odd = replace(board, extra={"annotations": kept, "x": 1})
    skipped = write(BratWriter(), [odd], tmp_path / "a")
    assert skipped.lines() == ["1 key of documents skipped; first: document 'harbour/board'"]
    assert (tmp_path / "a" / "harbour" / "board.ann").read_bytes() == b""


def test_scores_are_counted_beside_kept_lines(tmp_path: Path) -> None:
    ferry, _ = BratReader().read(SAMPLE)
    scored = (replace(ferry.entities[0], score=0.5), *ferry.entities[1:])
    skipped = write(BratWriter(), [replace(ferry, entities=scored)], tmp_path / "a")
    assert skipped.lines() == ["1 score skipped; first: document 'ferry'"]


def test_offsets_count_every_character(tmp_path: Path) -> None:
    text = "\ufeff😀 Ada\r\ne\u0301t Bob"
    root = corpus(tmp_path / "c", text, "T1\tPer 3 6\tAda", "T2\tPer 12 15\tBob\r")
    (document,) = BratReader().read(root)
    assert document.text == text.removeprefix("\ufeff")
    assert [document.tokens[slice(*item.span)] for item in document.entities] == [
        ("Ada",),
        ("Bob",),
    ]


def test_bad_input(tmp_path: Path) -> None:
    root = corpus(tmp_path / "c", "Ada left", "T1\tPer 0 3\tAda", "", "T2\tPer 5 9\tleft")
    with pytest.raises(DataError, match=r"a\.ann:3: the mention T2 has the offsets 5 9, but"):
        list(BratReader().read(root))
    corpus(root, b"Ada \xff left", "T1\tPer 0 3\tAda")
    with pytest.raises(DataError, match=r"a\.txt: not UTF-8 at byte 4"):
        list(BratReader().read(root))
    corpus(root, "Eve left", "T1\tPer 0 3\tAda")
    with pytest.raises(DataError, match=r"a\.ann:1: the mention T1, 'Ada', is not at its offset"):
        list(BratReader().read(root))
    (root / "a.txt").unlink()
    with pytest.raises(DataError, match=r"a\.ann: the text is missing"):
        BratReader().read(root)
    with pytest.raises(DataError, match="no such file"):
        BratReader().read(tmp_path / "none")


def test_files_of_other_formats(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Hello"}')
    with pytest.raises(DataError, match="looks like the format 'jsonl', not 'brat'; choose"):
        BratReader().read(path)
    with pytest.raises(DataError, match="looks like the format 'brat', not 'spert'; choose 'brat'"):
        list(SpertReader().read(SAMPLE / "ferry.ann"))


def test_texts_without_annotations_are_counted(tmp_path: Path) -> None:
    root = corpus(tmp_path / "c", "Ada")
    (root / "b.txt").touch()
    reader = BratReader()
    skipped = SkippedData()
    assert len(list(reader.read(root, skipped))) == 1
    assert skipped.lines() == [f"1 text without an .ann file skipped; first: {root}/b.txt"]


def test_a_target_is_new_and_whole(tmp_path: Path) -> None:
    source, target = shutil.copytree(SAMPLE, tmp_path / "c"), tmp_path / "d"
    with pytest.raises(DataError, match="is the same as the input"):
        convert(source, source, BratReader(), BratWriter())
    occupied = shutil.copytree(SAMPLE, tmp_path / "occupied")
    with pytest.raises(DataError, match="this folder is not empty; name a new one"):
        convert(source, occupied, BratReader(), BratWriter())
    (source / "zz.txt").write_text("Ada")
    (source / "zz.ann").write_text("T1\tPer 0 2\tAda\n")
    with pytest.raises(DataError, match=r"zz\.ann:1"):
        convert(source, target, BratReader(), BratWriter())
    assert sorted(item.name for item in tmp_path.iterdir()) == ["c", "occupied"]


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    skipped = write(BratWriter(), [Document("d", ("\ud800",))], tmp_path / "c")
    assert skipped["halves of surrogate pairs replaced by U+FFFD"] == 1
    assert [item.text for item in BratReader().read(tmp_path / "c")] == ["\ufffd"]


def test_ids_stay_in_the_folder(tmp_path: Path) -> None:
    documents = [Document(id, ("a",)) for id in ("../x", "/etc/x", "a", "A", "a.ann/b")]
    skipped = write(BratWriter(), documents, tmp_path / "c")
    assert skipped["ids changed to be names of files"] == 4
    assert [item.name for item in tmp_path.iterdir()] == ["c"]
    assert len(list(BratReader().read(tmp_path / "c"))) == 5


def test_entities_of_several_mentions_come_back_from_equivalences(tmp_path: Path) -> None:
    record = {
        "title": "Ada",
        "sents": [["Ada", "left", "."], ["She", "was", "ill", "."]],
        "vertexSet": [
            [
                {"name": "Ada", "sent_id": 0, "pos": [0, 1], "type": "PER"},
                {"name": "She", "sent_id": 1, "pos": [0, 1], "type": "PER"},
            ],
            [{"name": "ill", "sent_id": 1, "pos": [2, 3], "type": "MISC"}],
        ],
        "labels": [{"h": 0, "t": 1, "r": "P1", "evidence": []}],
    }
    source, target = tmp_path / "a.json", tmp_path / "b"
    source.write_text(json.dumps([record]))
    skipped = convert(source, target, DocredReader(), BratWriter())
    assert [kind for kind, _ in skipped] == [
        "entities with several mentions taken apart into mentions"
    ]
    (before,) = DocredReader().read(source)
    (found,) = BratReader(clusters="merge").read(target)
    assert (found.tokens, found.entities, found.relations) == (
        before.tokens,
        before.entities,
        before.relations,
    )


CHARS = st.sampled_from([*"aB1.-;:\t\n\r ", "\r\n", "é", "e\u0301", "😀", "\u2028", "\x1f"])


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, Document]:
    """A text, cut into characters, with mentions anywhere: nested, equal, within words."""
    text = draw(st.lists(CHARS, max_size=20).map("".join))
    offsets = tuple((at, at + 1) for at in range(len(text)))
    label = st.sampled_from(["Per", "Ünit", "a;b"])
    mention = st.builds(lambda name, span: Entity(name, (span,)), label, spans(len(text) or 1))
    entities = draw(st.lists(mention, max_size=6)) if text else []
    relations = draw(relation_lists(len(entities)))
    return text, Document(
        "d",
        tuple(text),
        text=text,
        offsets=offsets,
        entities=tuple(entities),
        relations=tuple(replace(item, label=item.label.replace(" ", "_")) for item in relations),
        clusters=tuple(draw(cluster_lists(len(entities)))),
    )


FOLDERS = count()


def described(document: Document, text: str) -> tuple[list[object], set[object], list[object]]:
    """Mentions by their characters without outer white space, with relations and clusters."""
    offsets = document.offsets or ()
    places: list[tuple[str | None, int, int]] = []
    for item in document.entities:
        start, end = offsets[item.span.start][0], offsets[item.span.end - 1][1]
        inside = text[start:end]
        left = start + len(inside) - len(inside.lstrip())
        places.append((item.label, left, left + len(inside.strip())))
    links = {(item.label, places[item.head], places[item.tail]) for item in document.relations}
    groups = [{places[member] for member in group} for group in document.clusters]
    return list(places), set(links), list(groups)


@given(annotated())
@settings(deadline=None)
def test_every_character_of_every_mention_comes_back(case: tuple[str, Document]) -> None:
    text, document = case
    solid = [bool("".join(document.tokens[slice(*e.span)]).strip()) for e in document.entities]
    with TemporaryDirectory() as folder:
        once, twice = Path(folder, "a"), Path(folder, "b")
        skipped = write(BratWriter(), [document], once)
        reader = BratReader()
        counts = SkippedData()
        (found,) = reader.read(once, counts)
        assert found.text == text
        if all(solid):
            assert described(found, text) == described(document, text)
        else:
            assert skipped["mentions without a word skipped"] == solid.count(False)
        assert {kind for kind, _ in counts} <= {
            "words split where a mention begins or ends",
        }
        assert write(BratWriter(), [found], twice) == SkippedData()
        assert contents(once) == contents(twice)


@given(st.lists(rich_documents(), max_size=3))
@settings(deadline=None, max_examples=40)
def test_whatever_documents_hold_the_second_writing_changes_nothing(drawn: list[Document]) -> None:
    documents = [replace(item, id=f"{number}") for number, item in enumerate(drawn)]
    with TemporaryDirectory() as folder:
        once, twice = Path(folder, "a"), Path(folder, "b")
        write(BratWriter(), documents, once)
        if not documents:
            with pytest.raises(DataError, match=r"no \.ann file in this folder"):
                BratReader().read(once)
            return
        found = list(BratReader().read(once))
        assert len(found) == len(documents)
        assert write(BratWriter(), found, twice) == SkippedData()
        assert contents(once) == contents(twice)


def test_a_span_may_be_mentioned_often(tmp_path: Path) -> None:
    mentions = tuple(Entity(f"L{n % 7}", (Span(n % 5, n % 5 + 1 + n % 3),)) for n in range(500))
    document = Document("d", tuple("abcdefgh"), entities=mentions)
    assert not write(BratWriter(), [document], tmp_path / "a")
    (found,) = BratReader().read(tmp_path / "a")
    assert found.entities == mentions


def test_bad_lines_are_listed_together_or_skipped(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("The storm\nclosed Oban.")
    (tmp_path / "b.ann").write_text(
        "T1\tPlace 17 21\tOban\nT2\tX 4 16\tstorm\nclosed\nR1\tHits Arg1:T2 Arg2:\n"
        "R2\tHits Arg1:T2 Arg2:T1\nN1\tReference T1\n"
    )
    (tmp_path / "c.ann").write_text("")
    with pytest.raises(DataError, match=r"c\.ann: the text is missing"):
        BratReader().read(tmp_path)
    reader = BratReader(on_error="skip")
    skipped = SkippedData()
    (document,) = reader.read(tmp_path, skipped)
    assert [entity.label for entity in document.entities] == ["Place"]
    assert document.relations == ()
    assert skipped["annotation lines with errors skipped"] == 4
    assert skipped["documents with errors skipped"] == 1
    assert skipped["relations skipped, because their head or tail is not a mention here"] == 1
    (tmp_path / "c.txt").write_text("")
    with pytest.raises(DataError, match=r": 4 errors:\n") as caught:
        list(BratReader().read(tmp_path))
    for line in (3, 4, 6, 2):
        assert f"b.ann:{line}: " in str(caught.value)


def test_small_differences_of_copied_text_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The “Café” closed")
    (tmp_path / "a.ann").write_text('T1\tX 4 10\t"Cafe\u0301"\n')
    reader = BratReader()
    skipped = SkippedData()
    (document,) = reader.read(tmp_path, skipped)
    assert document.text_of(document.entities[0].span) == "“Café”"
    assert [count for _, (count, _) in skipped] == [1]
    assert "differs a little" in skipped.lines()[0]


def test_events_as_relations_are_written_as_they_were(tmp_path: Path) -> None:
    source = corpus(
        tmp_path / "a",
        "Mix 5 ml of brine slowly.",
        "T1\tAction 0 3\tMix",
        "E1\tAction:T1 Acts-on:T3",
        "T2\tModifier 18 24\tslowly",
        "T3\tReagent 12 17\tbrine",
        "R1\tMod-Link Arg1:E1 Arg2:T2\t",
    )
    reader = BratReader(events="relations")
    skipped = SkippedData()
    (document,) = reader.read(source, skipped)
    labels = [(item.label, item.head, item.tail) for item in document.relations]
    assert labels == [("Acts-on", 0, 2), ("Mod-Link", 0, 1)]
    assert not skipped
    assert not write(BratWriter(), [document], tmp_path / "b")
    assert contents(tmp_path / "b") == contents(source)
    anew = write(BratWriter(), [replace(document, extra={})], tmp_path / "c")
    assert not anew
    (again,) = BratReader().read(tmp_path / "c")
    assert (again.entities, again.relations) == (document.entities, document.relations)


def test_an_event_that_is_none_is_an_error(tmp_path: Path) -> None:
    source = corpus(tmp_path / "a", "Mix it", "T1\tAction 0 3\tMix", "E1\tAction T1")
    with pytest.raises(
        DataError, match=r"a\.ann:2: 'Action T1' is not an event; 'LABEL:T1 ROLE:T2"
    ):
        list(BratReader().read(source))

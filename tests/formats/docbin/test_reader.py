import gc
import gzip
import random
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
import srsly
from hypothesis import HealthCheck, given, settings
from spacy.tokens import DocBin

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import DocbinReader, DocbinWriter, JsonlReader, Reader
from jointre.formats.convert import convert
from jointre.testing.contracts import ReaderContract
from tests.data.documents import TYPES_ARE_SAMPLED, chars, files_of, text_documents
from tests.formats.writing import write
from tests.markdown import ROOT

pytestmark = TYPES_ARE_SAMPLED
SAMPLE = ROOT / "fixtures" / "annotation" / "docbin" / "train.spacy"


class TestDocbin(ReaderContract):
    component = "docbin"
    sample = ""

    def files(self) -> dict[str, bytes]:
        return {SAMPLE.name: SAMPLE.read_bytes()}

    def bad_files(self) -> Iterator[dict[str, bytes]]:
        """Two Docs, the first with a record of another form."""
        docs = [spacy.blank("en")(text) for text in ("Ada left.", "Bob came.")]
        docs[0].user_data["._.", "jointre.jointre", 0, 9] = {"entities": 3}
        yield {"bad.spacy": DocBin(store_user_data=True, docs=docs).to_bytes()}


def test_a_file_that_spacy_made() -> None:
    reader = DocbinReader()
    skipped = SkippedData()
    bees, guild, nothing = reader.read(SAMPLE, skipped)
    assert [chars(bees, entity) for entity in bees.entities] == [
        ("Person", "Ingrid Solheim-Baptiste"),
        ("Place", "Thornmere"),
        ("Organization", "Amber & Comb"),
    ]
    assert [(item.label, item.head, item.tail) for item in bees.relations] == [
        ("lives_in", 0, 1),
        ("works_for", 0, 2),
    ]
    assert bees.tokens[9] == "She"
    assert len(bees.sentences) == 2
    assert [chars(guild, entity)[1] for entity in guild.entities][:2] == [
        "Thornmere Honey Guild",
        "Thornmere",
    ]
    assert (nothing.id, nothing.entities) == ("train:3", ())
    assert not skipped


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    script = tmp_path / "make.py"
    script.write_bytes(SAMPLE.with_name("make.py").read_bytes())
    subprocess.run([sys.executable, script], check=True)
    made = list(DocbinReader().read(tmp_path / "train.spacy"))
    assert made == list(DocbinReader().read(SAMPLE))


def test_zipped_too(tmp_path: Path) -> None:
    path = tmp_path / "train.spacy.gz"
    path.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    assert list(DocbinReader().read(path)) == list(DocbinReader().read(SAMPLE))
    write(DocbinWriter(), DocbinReader().read(SAMPLE), tmp_path / "b.spacy.gz")
    assert list(DocbinReader().read(tmp_path / "b.spacy.gz")) == list(DocbinReader().read(SAMPLE))


def test_what_a_document_has_no_place_for_is_counted(tmp_path: Path) -> None:
    doc = spacy.blank("en")("Ada left")
    doc.cats["news"] = 1.0
    doc[0].tag_, doc[0].lemma_ = "NNP", "Ada"
    doc.user_data["title"] = "x"
    doc.user_data["._.", "own", None, None] = 1
    path = tmp_path / "a.spacy"
    DocBin(docs=[doc], store_user_data=True).to_disk(path)
    reader = DocbinReader()
    skipped = SkippedData()
    assert [item.id for item in reader.read(path, skipped)] == ["a:1"]
    assert skipped.lines() == [
        f"2 layers of words (tags, lemmas and the like) skipped; first: {path}: Doc 1, TAG",
        f"1 category skipped; first: {path}: Doc 1",
        f"2 user data of others skipped; first: {path}: Doc 1, 'title'",
    ]


def test_spacy_reads_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    newswire = ROOT / "fixtures" / "newswire" / "dev.jsonl"
    skipped = convert(newswire, path, JsonlReader(), DocbinWriter(spans_key="sc"))
    assert not skipped
    first, *_ = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
    assert [(span.text, span.label_) for span in first.ents] == [
        ("Geraldine Fitch", "Person"),
        ("Wheatsheaf Stores", "Organization"),
    ]
    assert len(first.spans["sc"]) == 2
    assert list(DocbinReader().read(path)) == list(JsonlReader().read(newswire))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01", r"a\.spacy: not a DocBin \(ValueError: "),
        (zlib.compress(b""), "not a DocBin"),
        (zlib.compress(srsly.msgpack_dumps([1, 2])), "not a DocBin"),
        (zlib.compress(srsly.msgpack_dumps({"attrs": []})), r"not a DocBin \(KeyError: "),
        (zlib.compress(b"\xdd\xff\xff\xff\xff"), "not a DocBin"),
        (b'{"text": "a", "label": []}', "looks like the format 'doccano', not 'docbin'; choose"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.spacy"
    path.write_bytes(content)
    assert gc.isenabled()
    with pytest.raises(DataError, match=message):
        list(DocbinReader().read(path))
    assert gc.isenabled()


def test_other_readers_name_this_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="looks like the format 'docbin', not 'spert'"):
        list(Reader.by_name("spert")().read(SAMPLE))


def test_hostile_bytes_end_in_an_error_or_a_document(tmp_path: Path) -> None:
    message = zlib.decompress(SAMPLE.read_bytes())
    path = tmp_path / "a.spacy"
    chance = random.Random(0)
    messages = []
    for _ in range(150):
        content = bytearray(message)
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(zlib.compress(content))
        try:
            assert len(list(DocbinReader().read(path))) <= 3
        except DataError as error:
            messages.append(str(error))
    assert len(messages) > 75
    assert all(message.startswith(str(path)) for message in messages)
    assert gc.isenabled()


def test_a_damaged_zlib_stream_is_an_error(tmp_path: Path) -> None:
    whole = SAMPLE.read_bytes()
    path = tmp_path / "a.spacy"
    damaged = [whole[:size] for size in (1, 2, 10, len(whole) // 2, len(whole) - 1)]
    damaged += [zlib.compress(zlib.decompress(whole)[:50])]
    for position in range(0, len(whole), 7):
        flipped = bytearray(whole)
        flipped[position] ^= 0xFF
        damaged.append(bytes(flipped))
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"a\.spacy: ") as raised:
            list(DocbinReader().read(path))
        assert len(str(raised.value)) < len(str(path)) + 400


def test_strings_that_are_not_utf8_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    content = zlib.decompress(SAMPLE.read_bytes()).replace(b"Thorn", b"\xff\xfe\xfdrn")
    path.write_bytes(zlib.compress(content))
    with pytest.raises(DataError, match=r"not a DocBin \(UnicodeDecodeError: "):
        list(DocbinReader().read(path))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    trap = {b"nd": True, b"kind": b"O", b"type": b"O", b"shape": [1], b"data": b"cos\nsystem\n."}
    content = zlib.decompress(SAMPLE.read_bytes())
    record = srsly.msgpack_loads(content)
    record["user_data"][0] = srsly.msgpack_dumps({"a": trap})
    path = tmp_path / "a.spacy"
    path.write_bytes(zlib.compress(srsly.msgpack_dumps(record)))
    with pytest.raises(
        DataError, match=r"Doc 1: not whole \(ValueError: cannot create an OBJECT array"
    ):
        list(DocbinReader().read(path))


def test_what_a_doc_cannot_hold_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    documents = [Document("d", ("\ud800",)), Document("e", ("a",), extra={"x": {1, 2}})]
    skipped = write(DocbinWriter(), documents, path)
    assert skipped["halves of surrogate pairs replaced by U+FFFD"] == 1
    assert skipped["values of extra skipped, which files cannot hold"] == 1
    assert [item.tokens for item in DocbinReader().read(path)] == [("\ufffd",), ("a",)]


def test_no_documents(tmp_path: Path) -> None:
    write(DocbinWriter(), [], tmp_path / "a.spacy")
    assert list(DocbinReader().read(tmp_path / "a.spacy")) == []


@given(files_of(text_documents()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_writing_and_reading_loses_nothing(tmp_path: Path, documents: list[Document]) -> None:
    path = tmp_path / "a.spacy"
    reader = DocbinReader()
    counts = SkippedData()
    skipped = write(DocbinWriter(), iter(documents), path)
    found = list(reader.read(path, counts))
    assert not counts
    for one, other in zip(documents, found, strict=True):
        assert (one.id, one.text, one.tokens) == (other.id, other.text, other.tokens)
        assert (one.entities, one.relations) == (other.entities, other.relations)
    assert {kind for kind, _ in skipped} <= {
        "lists of sentences skipped, because the reader makes them again"
    }
    if not skipped:
        sentences = [item.sentences for item in documents if len(item.sentences) > 1]
        assert sentences == [
            other.sentences
            for one, other in zip(documents, found, strict=True)
            if len(one.sentences) > 1
        ]

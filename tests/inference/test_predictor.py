import inspect
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import jointre
from jointre.config import Factory, construct
from jointre.data.pieces import PieceMaker
from jointre.data.schema import Document, Entity, Span
from jointre.data.sentences import sentence_numbers
from jointre.data.skipped import SkippedData
from jointre.data.split import split
from jointre.errors import ArchiveError, ConfigError
from jointre.formats import BratReader, JsonlReader
from jointre.inference import Predictor
from jointre.inference.predictor import choose_device, language_of
from jointre.models import Model, archive
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import tiny_texts, tiny_vocabulary
from tests.tiny_runs import NEWSWIRE, experiment

NEWS = (NEWSWIRE / "news.txt").read_text(encoding="utf-8")
ODD = {
    "one word": "Bergen",
    "emoji": "🎉 Ingrid 👩‍👩‍👧 left Bergen 🇳🇴 .",
    "zero width": "Ingrid\u200bHalvorsen \u200b\ufeff left\u00a0Bergen\u00ad .",
    "right to left": "غادرت Ingrid مدينة Bergen ، وقالت : שלום .",
    "combining": "A\u030angstro\u0308m lives in I\u0307zmir .",
    "words of nothing": "\u200d \ufe0f \u0301 Bergen",
    "controls": "Ingrid \x01 \x7f left \u2028 Bergen",
    "astral": "𝔹𝕖𝕣𝕘𝕖𝕟 𐍈 Bergen",
    "long word": "a" * 500,
    "special tokens": "[CLS] Ingrid [SEP] left [PAD] Bergen [MASK]",
    "white space": " \n\t Ingrid  \n\n left \r\n Bergen  ",
}


@pytest.fixture(scope="module")
def extract(overfitted: Path) -> Predictor:
    return jointre.load(overfitted)


@pytest.fixture(scope="module")
def documents(overfitted: Path) -> list[Document]:
    rows = (overfitted.parent / "train.jsonl").read_text().splitlines()
    return [Document(row["id"], tuple(row["tokens"])) for row in map(json.loads, rows)]


def numbers(documents: list[Document]) -> list[float]:
    found = [entity.score for document in documents for entity in document.entities]
    found += [relation.score for document in documents for relation in document.relations]
    assert all(score is not None for score in found)
    return [score for score in found if score is not None]


def exact(document: Document) -> None:
    assert document.text is not None
    assert document.offsets is not None
    for token, (start, end) in zip(document.tokens, document.offsets, strict=True):
        assert document.text[start:end] == token
    for entity in document.entities:
        assert 0 <= entity.span.start < entity.span.end <= len(document.tokens)


@pytest.mark.parametrize(("pieces", "units"), [(1, 1), (64, 2), (10_000, 64)])
def test_batches_change_nothing(
    extract: Predictor, documents: list[Document], pieces: int, units: int
) -> None:
    one = extract.documents(documents)
    other = extract.documents(documents, max_pieces=pieces, max_units=units)
    assert other == one
    assert numbers(other) == pytest.approx(numbers(one), abs=1e-5)
    assert len(numbers(one)) > 20


def test_order_changes_nothing(extract: Predictor, documents: list[Document]) -> None:
    order = list(range(len(documents)))
    random.Random(1).shuffle(order)
    one = extract.documents(documents)
    shuffled = extract.documents([documents[i] for i in order])
    assert shuffled == [one[i] for i in order]
    assert numbers(shuffled) == pytest.approx(numbers([one[i] for i in order]), abs=1e-5)


def test_pipe_is_lazy_and_keeps_order(extract: Predictor, documents: list[Document]) -> None:
    read = 0

    def source() -> Any:
        nonlocal read
        for document in documents:
            read += 1
            yield document

    stream = extract.pipe(source(), buffer=5)
    first = next(stream)
    assert read == 5
    assert [first, *stream] == extract.documents(documents)


def test_pipe_numbers_texts(extract: Predictor) -> None:
    texts = ["Ingrid left.", ["Ingrid", "left"], Document("mine", ("Ingrid",)), "", []]
    found = list(extract.pipe(texts, buffer=2))
    assert [document.id for document in found] == ["0", "1", "mine", "3", "4"]
    assert [len(document.tokens) for document in found] == [3, 2, 1, 0, 0]


@pytest.mark.parametrize("source", ["Ingrid left Bergen.", Document("mine", ("Ingrid",))])
def test_pipe_refuses_a_single_source(extract: Predictor, source: Any) -> None:
    """At the call, not at the first result: a text is a sequence of texts, its characters."""
    message = rf"pipe takes several .* a single {type(source).__name__}: call extract\(\.\.\.\)"
    pipe = inspect.unwrap(Predictor.pipe)  # as users call it, without the tests' type checks
    with pytest.raises(TypeError, match=message):
        pipe(extract, source)


@pytest.mark.parametrize("name", ODD)
def test_odd_texts(extract: Predictor, name: str) -> None:
    document = extract(ODD[name])
    assert document.text == ODD[name]
    assert document.tokens
    exact(document)


def test_all_odd_texts_in_one_batch(extract: Predictor) -> None:
    together = list(extract.pipe(ODD.values()))
    assert [d.entities for d in together] == [extract(text).entities for text in ODD.values()]


def test_a_long_sentence_is_read_in_windows(extract: Predictor, documents: list[Document]) -> None:
    """One rule for texts, tokens and records; nothing is found twice."""
    one = extract(documents[0])
    words = documents[0].tokens[:-1]
    tokens = words * (600 // len(words))
    with pytest.warns(UserWarning, match=r"1 sentence of more than 256 words .*; first: 'long', "):
        found = extract(Document("long", tokens))
    assert found.tokens == tokens
    assert found.flags == ("windows:3",)
    spans = [entity.span for entity in found.entities]
    assert spans == sorted(set(spans))
    repeated = len(tokens) // len(words)
    assert len(found.relations) >= 0.8 * repeated * len(one.relations) > 0
    longest = Document("fits", tokens[:256])
    assert extract(longest).flags == ()  # a warning would be an error


def test_entities_are_in_reading_order(extract: Predictor, documents: list[Document]) -> None:
    for document in extract.documents(documents):
        spans = [entity.span for entity in document.entities]
        assert spans == sorted(spans)
        pairs = [(relation.head, relation.tail) for relation in document.relations]
        assert pairs == sorted(pairs)


@pytest.mark.parametrize("silent", ["\u200b", "\x01", "\ue000", "\ufeff\u200d"])
@pytest.mark.parametrize("run", ["overfitted", "overfitted_table", "overfitted_documents"])
def test_silent_words_begin_and_end_no_mention(
    request: pytest.FixtureRequest, run: str, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With thresholds at 0 nearly everything is a mention; without the rule, silent words are."""
    folder = request.getfixturevalue(run)
    extract = jointre.load(folder)
    extract = jointre.load(folder, threshold=dict.fromkeys(extract.entity_labels, 0.0))
    lines = (folder.parent / "two.jsonl").read_text(encoding="utf-8").splitlines()
    words = [word for line in lines for word in json.loads(line)["tokens"][:8]]
    tokens = tuple(part for word in words for part in (silent, word, silent))

    def edges() -> tuple[set[str], int]:
        found = extract(Document("d", tokens)).entities
        spans = [mention for entity in found for mention in entity.mentions]
        return {word for a, b in spans for word in (tokens[a], tokens[b - 1])}, len(spans)

    words_at_edges, count = edges()
    assert count > 0
    assert silent not in words_at_edges
    assert extract(Document("d", (silent, silent))).entities == ()
    monkeypatch.setattr(PieceMaker, "_silent_words", lambda self, tokens: None)
    assert silent in edges()[0]


def test_news(extract: Predictor) -> None:
    document = extract(NEWS)
    exact(document)
    assert len(document.sentences) >= 7
    borders = {start for start, _ in document.sentences}
    assert all(
        not any(entity.span.start < border < entity.span.end for border in borders)
        for entity in document.entities
    )


@pytest.mark.parametrize("source", ["", "  \n ", [], Document("x", ())])
def test_nothing(extract: Predictor, source: Any) -> None:
    document = extract(source)
    assert (document.tokens, document.entities, document.relations) == ((), (), ())


def test_a_sentence_of_two_thousand_words(extract: Predictor, documents: list[Document]) -> None:
    """Longer than the encoder's 512 positions: nothing is lost."""
    words = [word for document in documents for word in document.tokens if word != "."]
    tokens = tuple((words * 10)[:2000])
    with pytest.warns(UserWarning, match=r"'long', 2,000 words in 11 windows"):
        found = extract(Document("long", tokens))
    assert found.tokens == tokens
    assert found.flags == ("windows:11",)
    assert max(entity.span.end for entity in found.entities) > 1500


def test_bf16_is_close(overfitted: Path, documents: list[Document]) -> None:
    rough = jointre.load(overfitted, precision="bf16").documents(documents[:2])
    fine = jointre.load(overfitted).documents(documents[:2])
    assert [d.entities for d in rough] == [d.entities for d in fine]


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "cdua", ""])
def test_unknown_devices(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        choose_device(name)
    message = str(caught.value)
    assert message.startswith(f"device={name!r} is not available here (")
    assert message.endswith("); take auto, cpu, or cuda on a machine with a GPU")


def test_devices() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type in ("cpu", "cuda")


def test_the_language_of_the_training_data_is_the_default(tiny_data: Path, tmp_path: Path) -> None:
    changes = {"data.reader.language": "zh", "training.epochs": 1}
    jointre.train(experiment(tiny_data, changes), tmp_path / "run")
    assert archive.load(tmp_path / "run").about["language"] == "zh"
    extract = jointre.load(tmp_path / "run")
    assert extract.read("Ada在").tokens == tuple("Ada在")
    assert jointre.load(tmp_path / "run", language="en").read("Ada在").tokens == ("Ada", "在")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_of_a_raw_text_are_those_that_a_brat_corpus_had_in_training(
    tiny_data: Path, tmp_path: Path, language: str
) -> None:
    text = "小红在南京上学，Ada住在Bonn。"
    places = {"T1": (0, 2), "T2": (3, 5), "T3": (8, 11)}
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(text, encoding="utf-8")
    lines = [f"{id}\tPer {a} {b}\t{text[a:b]}\n" for id, (a, b) in places.items()]
    lines.append("R1\tKnows Arg1:T1 Arg2:T2\n")
    (corpus / "a.ann").write_text("".join(lines), encoding="utf-8")
    reader = {"type": "brat", "language": language}
    changes = {
        "data.reader": reader,
        "data.train": str(corpus),
        "data.dev": str(corpus),
        "data.test": None,
        "training.epochs": 1,
    }
    jointre.train(experiment(tiny_data, changes), tmp_path / "run")
    (document,) = BratReader(language=language).read(corpus)
    assert jointre.load(tmp_path / "run").read(text).tokens == document.tokens


@pytest.mark.parametrize("language", [3, "", "../en", "en.examples"])
def test_what_an_archive_says_must_be_a_language(language: object) -> None:
    assert language_of({}) == "en"
    with pytest.raises(ArchiveError, match=r"the archive's language is .*, which is not a code"):
        language_of({"language": language})


def test_unknown_language(overfitted: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        jointre.load(overfitted, language="klingon")
    assert str(caught.value) == (
        "language='klingon': spaCy has no such language; take its code, such as en, de or zh, or "
        "xx for any"
    )


def test_a_long_run_without_spaces_is_reported(extract: Predictor) -> None:
    text = "Ingrid left Bergen. " + "abcd" * 130
    with pytest.warns(UserWarning, match=r"^1 run of more than 500 characters .* cut .*: 'x'$"):
        document = extract.documents([extract.read(text, "x")])[0]
    assert document.flags == ("long_runs:1",)
    exact(document)
    skipped = SkippedData()
    list(extract.pipe([text, text], skipped=skipped))
    assert [count for _, (count, _) in skipped] == [2]


def test_a_sentence_is_copied_at_most_twice(
    extract: Predictor, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decoder makes a copy, and sorting the entities may make another one."""
    checked = Document.__post_init__
    made: list[str] = []

    def counted(document: Document) -> None:
        made.append(document.id)
        checked(document)

    monkeypatch.setattr(Document, "__post_init__", counted)
    for document in documents[:5]:
        found = extract(document)
        assert found.id == document.id
        assert 1 <= made.count(document.id) <= 2


def reader_of(context: str | int) -> Predictor:
    """A model with random weights that finds much."""
    config = {
        "type": "span",
        "context": context,
        "encoder": {"type": "transformer", "model_name": str(tiny_folder("bert", 512))},
        "projection": "linear",
        "interaction": {"type": "ctam", "heads": 2},
    }
    torch.manual_seed(4)
    model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    return Predictor(model, device="cpu")


TEXT = "Ada left London. She met Bob there. \n\n Bob married Ada in Rome, and they stayed."


@pytest.mark.parametrize("context", ["document", 60])
def test_plain_text_is_read_with_its_neighbours(context: str | int) -> None:
    """The predictor finds the sentences itself; the words around one change its scores."""
    extract, alone = reader_of(context), reader_of("sentence")
    found = extract(TEXT)
    assert len(found.sentences) == 3
    assert found.entities
    exact(found)
    other = extract(TEXT.replace("London", "Rome"))
    last = found.sentences[-1].start

    def of_last(document: Document) -> list[float]:
        return [e.score or 0.0 for e in document.entities if e.span.start >= last]

    assert of_last(found) != pytest.approx(of_last(other), abs=1e-7)
    plain = [alone(TEXT), alone(TEXT.replace("London", "Rome"))]
    assert of_last(plain[0]) == pytest.approx(of_last(plain[1]), abs=1e-7)


@pytest.mark.parametrize("context", ["document", 24])
def test_streams_and_batches_give_the_same_with_context(context: str | int) -> None:
    """Odd texts too: empty ones, one word, a sentence cut into windows, no sentences."""
    extract = reader_of(context)
    sources: list[Any] = [TEXT, "", *ODD.values(), ["Ada", "left"], [], TEXT * 3, "Bob " * 40]
    singly = [extract(source) for source in sources]
    for buffer in (1, 3, 256):
        together = list(extract.pipe(sources, buffer=buffer))
        assert [d.tokens for d in together] == [d.tokens for d in singly]
        assert [d.entities for d in together] == [d.entities for d in singly]
        assert [d.relations for d in together] == [d.relations for d in singly]
        assert numbers(together) == pytest.approx(numbers(singly), abs=1e-5)
    documents = [extract.read(source, str(i)) for i, source in enumerate(sources)]
    skipped = [SkippedData(), SkippedData()]
    cut = extract.documents(documents, max_words=6, skipped=skipped[0])
    again = extract.documents(documents, max_words=6, max_units=1, skipped=skipped[1])
    assert cut == again
    assert skipped[0].lines() == skipped[1].lines()
    assert any("overlapping windows" in line for line in skipped[0].lines())
    for document in cut:
        if document.text is not None:
            exact(document)


def test_given_entities_with_context() -> None:
    extract = reader_of("document")
    (document,) = [one for one in tiny_texts() if one.id == "text-0"]
    units = split([replace(document, relations=())], "sentence")
    entities = [
        Entity(entity.label, tuple(Span(a + unit.offset, b + unit.offset) for a, b in e.mentions))
        for unit in units
        for e in unit.document.entities
        for entity in [e]
    ]
    asked = replace(document, entities=tuple(entities), relations=())
    found = extract(asked, entities="given")
    assert [entity.mentions for entity in found.entities] == [e.mentions for e in entities]


def test_relations_between_sentences(overfitted_pairs: Path) -> None:
    """From plain text as from words, and not from the sentences one by one."""
    extract = Predictor.load(overfitted_pairs)
    known = list(JsonlReader().read(overfitted_pairs.with_name("two.jsonl")))
    across = inside = related = 0
    for document in known:
        found = extract(" ".join(document.tokens))
        assert found.tokens == document.tokens
        assert triples(found) == triples(document)
        numbers = sentence_numbers(found)
        across += sum(
            numbers[found.entities[one.head].span.start]
            != numbers[found.entities[one.tail].span.start]
            for one in found.relations
        )
        alone = [extract(document.tokens[start:end]) for start, end in document.sentences]
        inside += sum(len(one.relations) for one in alone)
        related += len(found.relations)
    assert across > 0
    assert inside < related


def triples(document: Document) -> set[tuple[str, tuple[int, int], tuple[int, int]]]:
    """The relations by the spans of their arguments."""
    spans = [tuple(entity.span) for entity in document.entities]
    return {(one.label, spans[one.head], spans[one.tail]) for one in document.relations}

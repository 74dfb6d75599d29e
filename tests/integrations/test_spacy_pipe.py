import json
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import spacy
import torch
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as DocSpan
from spacy.training import Example
from spacy.vocab import Vocab

from jointre.config import Factory, construct, resolve
from jointre.errors import ArchiveError, ConfigError
from jointre.inference.predictor import Predictor
from jointre.integrations import from_spacy, spacy_pipe, to_spacy
from jointre.models import Model, archive
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import tiny_vocabulary
from tests.integrations.conftest import gold, pipeline, triples


@pytest.mark.parametrize(
    "name", ["overfitted", "overfitted_pairs", "overfitted_table", "overfitted_documents"]
)
def test_all_models_find_what_they_know(name: str, request: pytest.FixtureRequest) -> None:
    run: Path = request.getfixturevalue(name)
    known = gold(run)
    nlp = pipeline(run)
    nlp.remove_pipe("sentencizer")
    docs = list(nlp.pipe(to_bare(one, nlp.vocab) for one in known))
    for doc, document in zip(docs, known, strict=True):
        found = from_spacy(doc)
        assert {(one.label, one.mentions) for one in found.entities} == {
            (one.label, one.mentions) for one in document.entities
        }
        assert len(found.relations) == len(document.relations)
        assert [span.label_ for span in doc.spans["jointre"]]
        assert all(0 < relation.score <= 1 for relation in doc._.relations)
    scores = nlp.evaluate([Example(to_bare(d, nlp.vocab), to_spacy(d, nlp.vocab)) for d in known])
    assert scores["jointre_rel_strict_f"] == scores["jointre_ents_f"] == 1.0


def to_bare(document: object, vocab: Vocab) -> Doc:
    """The words and sentences alone."""
    doc = to_spacy(document, vocab)  # type: ignore[arg-type]
    starts = [token.is_sent_start for token in doc]
    words, spaces = [token.text for token in doc], [bool(token.whitespace_) for token in doc]
    return Doc(vocab, words, spaces, sent_starts=starts)


def test_the_same_as_a_predictor_with_places_in_the_text(overfitted: Path) -> None:
    sentence = " ".join(gold(overfitted)[0].tokens)
    text = f"\n {sentence}\n\n  {sentence} "
    doc = pipeline(overfitted)(text)
    assert doc.text == text
    expected = Predictor.load(overfitted)(text)
    assert [
        (span.text, span.label_, span.start_char, span.end_char) for span in doc.spans["jointre"]
    ] == [
        (text[a:b], entity.label, a, b)
        for entity in expected.entities
        for a, b in [
            (expected.offsets[entity.span.start][0], expected.offsets[entity.span.end - 1][1])
        ]
    ]
    scores = [entity.score for entity in expected.entities]
    np.testing.assert_allclose(doc.spans["jointre"].attrs["scores"], scores, atol=1e-6)
    assert len(doc._.relations) == len(expected.relations) > 2


def test_whole_docs_where_no_sentence_is_set(overfitted: Path) -> None:
    nlp = pipeline(overfitted)
    text = "One here. Two there."
    seen: list[int] = []
    pipe = nlp.get_pipe("jointre")
    pipe.predictor.model.register_forward_hook(lambda m, i, o: seen.append(i[0].inputs.size))
    nlp(text)
    with nlp.select_pipes(disable="sentencizer"):
        nlp(text)
    assert seen == [2, 1]


def test_a_stream_in_two_processes(overfitted: Path) -> None:
    texts = [" ".join(document.tokens) for document in gold(overfitted)] * 3
    nlp = pipeline(overfitted)
    alone = [triples(doc) for doc in nlp.pipe(texts)]
    torch.randn(300, 300) @ torch.randn(300, 300)  # threads that a fork does not take along
    docs = list(nlp.pipe(texts, n_process=2, batch_size=2))
    assert [triples(doc) for doc in docs] == alone
    assert docs[0].spans["jointre"][0].label_ in {"Person", "Organization", "Place"}
    assert all(alone)


def test_saved_with_its_weights(overfitted: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(overfitted, run)
    nlp = pipeline(run)
    text = " ".join(gold(overfitted)[0].tokens)
    nlp.to_disk(tmp_path / "nlp")  # before its first use
    expected, packed, config = triples(nlp(text)), nlp.to_bytes(), nlp.config
    shutil.rmtree(run)
    again = spacy.load(tmp_path / "nlp")
    assert triples(again(text)) == expected != []
    assert again.pipe_labels["jointre"][:2] == ["Person", "Organization"]
    other = spacy.util.load_model_from_config(config).from_bytes(packed)
    assert triples(other(text)) == expected
    strange = spacy.load(tmp_path / "nlp", vocab=Vocab())
    assert triples(strange(text)) == expected
    (doc,) = DocBin(store_user_data=True, docs=[again(text)]).get_docs(Vocab())
    assert triples(doc) == expected
    assert triples(pickle.loads(pickle.dumps(nlp.get_pipe("jointre")))(again.make_doc(text))) != []


def test_damaged_missing_or_newer_weights_are_refused(overfitted: Path, tmp_path: Path) -> None:
    pipeline(overfitted).to_disk(tmp_path / "nlp")
    header = tmp_path / "nlp" / "jointre" / "config.json"
    header.write_text(json.dumps(json.loads(header.read_text()) | {"format": 99}))
    with pytest.raises(ArchiveError, match=r"archive format 99, .* upgrade jointre"):
        spacy.load(tmp_path / "nlp")
    shutil.rmtree(header.parent)
    with pytest.raises(ArchiveError, match="no such archive"):
        spacy.load(tmp_path / "nlp")


def test_without_a_model(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("jointre")
    assert (pipe.labels, pipe.label_data, pipe.is_trainable) == ((), None, False)
    nlp.initialize()
    with pytest.raises(ConfigError, match="component 'jointre' has no model; name one"):
        nlp("A text.")
    nlp.to_disk(tmp_path / "nlp")
    again = spacy.load(tmp_path / "nlp").from_bytes(nlp.to_bytes())
    with pytest.raises(ConfigError, match="has no model"):
        list(again.pipe(["A text."]))
    assert again.update([Example(nlp.make_doc("x"), nlp.make_doc("x"))]) == {}


def test_a_model_that_is_nowhere() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("jointre", config={"model": "runs/nowhere"})
    with pytest.raises(ArchiveError, match=r"runs/nowhere: no such archive; give a run directory"):
        nlp("A text.")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("batch_size", 0, "batch_size=0: it must be at least 1"),
        ("max_words", 0, "max_words=0: it must be at least 1"),
        ("threshold", 1.5, r"threshold=1\.5: it is a probability"),
        ("spans_key", "", "name the span group"),
    ],
)
def test_settings_are_checked(key: str, value: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        spacy.blank("en").add_pipe("jointre", config={key: value})


def test_empty_docs(overfitted: Path) -> None:
    nlp = pipeline(overfitted)
    for doc in (nlp(""), nlp(" \n "), nlp.get_pipe("jointre")(Doc(nlp.vocab))):
        assert (doc._.relations, doc._.entities, list(doc.spans["jointre"])) == ([], [], [])


def test_a_very_long_doc_is_read_in_windows_and_reported(overfitted: Path) -> None:
    nlp = pipeline(overfitted, max_words=40)
    tokens = gold(overfitted)[0].tokens
    doc = Doc(nlp.vocab, words=list(tokens) * 20)
    with pytest.warns(UserWarning, match="1 sentence of more than 40 words .* overlapping"):
        nlp.get_pipe("jointre")(doc)
    assert len(doc._.relations) >= 15
    words = {" ".join(tokens[slice(*entity.span)]) for entity in gold(overfitted)[0].entities}
    assert {relation.head.text for relation in doc._.relations} <= words


def test_a_threshold_of_the_pipeline(overfitted: Path, tmp_path: Path) -> None:
    text = " ".join(gold(overfitted)[0].tokens)
    nlp = pipeline(overfitted, threshold=1.0)
    assert nlp(text)._.relations == []
    nlp.to_disk(tmp_path / "nlp")
    assert spacy.load(tmp_path / "nlp")(text)._.relations == []
    assert len(Predictor.load(tmp_path / "nlp" / "jointre")(text).relations) > 1
    many = pipeline(overfitted, threshold=0.0)(text)
    assert len(many._.relations) > len(pipeline(overfitted)(text)._.relations)


def test_entities_of_another_component(overfitted: Path) -> None:
    document = gold(overfitted)[0]
    nlp = pipeline(overfitted, use_ents={"PER": "Person"})
    doc = to_bare(document, nlp.vocab)
    names = {"Person": "PER", "Place": "GPE"}
    ents = [
        DocSpan(doc, *entity.span, label=names.get(entity.label or "", entity.label or ""))
        for entity in document.entities
    ]
    doc.ents = ents
    with pytest.warns(UserWarning, match="1 entity with the label 'GPE', .* skipped; first: 'B"):
        nlp.get_pipe("jointre")(doc)
    assert [(span.text, span.label_) for span in doc.spans["jointre"]] == [
        ("Ingrid Halvorsen", "Person"),
        ("Nordhavn Lines", "Organization"),
    ]
    assert triples(doc) == [("Ingrid Halvorsen", "works_for", "Nordhavn Lines")]
    assert [ent.label_ for ent in doc.ents] == ["PER", "Organization", "GPE"]


def test_given_entities_of_a_document_have_one_mention(overfitted_documents: Path) -> None:
    document = gold(overfitted_documents)[0]
    nlp = pipeline(overfitted_documents, use_ents=True)
    doc = to_bare(document, nlp.vocab)
    doc.ents = [DocSpan(doc, *entity.span, label=entity.label) for entity in document.entities]
    nlp.get_pipe("jointre")(doc)
    assert [len(entity.mentions) for entity in doc._.entities] == [1] * len(document.entities)
    assert doc._.relations


def test_entities_of_documents_have_all_mentions(overfitted_documents: Path) -> None:
    document = gold(overfitted_documents)[0]
    nlp = pipeline(overfitted_documents)
    doc = nlp.get_pipe("jointre")(to_bare(document, nlp.vocab))
    assert sorted(len(one.mentions) for one in doc._.entities) == sorted(
        len(one.mentions) for one in document.entities
    )
    assert max(len(one.mentions) for one in doc._.entities) > 1
    relation = doc._.relations[0]
    assert relation.head == relation.head_entity.mentions[0]


def test_two_components(overfitted: Path, overfitted_table: Path) -> None:
    nlp = pipeline(overfitted)
    config = {"model": str(overfitted_table), "spans_key": "table", "set_ents": False}
    nlp.add_pipe("jointre", name="second", config=config)
    doc = nlp(" ".join(gold(overfitted)[0].tokens))
    assert set(doc.spans) == {"jointre", "table"}
    assert [relation.key for relation in doc._.relations] == ["jointre"] * 2 + ["table"] * 2
    assert len(doc.ents) == 3


def test_the_device_is_spacys_or_the_configs(
    overfitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[torch.device] = []

    def default() -> torch.device:
        asked.append(torch.device("cpu"))
        return asked[0]

    monkeypatch.setattr(spacy_pipe, "get_torch_default_device", default)
    pipeline(overfitted)("A text.")
    assert len(asked) == 1
    pipeline(overfitted, device="cpu")("A text.")
    assert len(asked) == 1
    with pytest.raises(ConfigError, match="device='tpu' is not available here"):
        pipeline(overfitted, device="tpu")("A text.")


def test_errors_go_to_the_pipelines_handler(overfitted: Path) -> None:
    nlp = pipeline(overfitted)
    failed: list[str] = []
    nlp.set_error_handler(lambda name, pipe, docs, error: failed.append(f"{name}: {error}"))
    pipe = nlp.get_pipe("jointre")
    pipe.predict = lambda docs: (_ for _ in ()).throw(ValueError("no"))
    assert list(nlp.pipe(["a", "b"])) == []
    assert failed == ["jointre: no"]


def test_sentences_are_read_in_their_doc(tmp_path: Path) -> None:
    """With context the component finds what a predictor finds in the same sentences."""
    config = {
        "type": "span",
        "context": "document",
        "encoder": {"type": "transformer", "model_name": str(tiny_folder("bert", 512))},
        "projection": "linear",
        "interaction": {"type": "ctam", "heads": 2},
    }
    torch.manual_seed(4)
    model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    model.classifiers["entity"].linear.bias.data[0] -= 0.3  # so that it finds something
    archive.save(model, resolve(Factory[Model], config), tmp_path / "archive")
    nlp = pipeline(tmp_path / "archive")
    texts = ["Ada left London. She met Bob there.", "Rome waited.", "Bob left. Ada left. Why?"]
    predictor = Predictor.load(tmp_path / "archive")
    compared = 0
    for doc, alone in zip(nlp.pipe(texts), map(nlp, texts), strict=True):
        expected = predictor(replace(from_spacy(doc), entities=(), relations=()))
        scores = [entity.score for entity in expected.entities]
        compared += len(scores)
        for found in (doc, alone):
            read = from_spacy(found)
            assert [one.mentions for one in read.entities] == [
                one.mentions for one in expected.entities
            ]
            np.testing.assert_allclose([one.score for one in read.entities], scores, atol=1e-5)
    assert compared > 3

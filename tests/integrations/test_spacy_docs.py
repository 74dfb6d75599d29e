import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.inference.predictor import Predictor
from jointre.integrations import from_spacy, set_relations, to_spacy
from jointre.integrations.spacy_docs import annotate, read, with_findings
from jointre.testing.tiny import tiny_documents, tiny_texts
from tests.integrations.conftest import triples


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.blank("en")


def test_white_space_is_no_word(nlp: Language) -> None:
    doc = nlp("  Ada  left\n\nRome. \n")
    assert [token.text for token in doc if token.is_space]
    reading = read(doc)
    assert reading.document.tokens == ("Ada", "left", "Rome", ".")
    assert [doc.text[start:end] for start, end in reading.offsets] == ["Ada", "left", "Rome", "."]
    assert reading.document.sentences == (Span(0, 4),)
    assert read(nlp(" \n ")).document == read(Doc(nlp.vocab)).document == Document("0", ())


def test_sentences_may_begin_with_white_space(nlp: Language) -> None:
    words = ["Ada", "left", ".", "\n", "She", "stayed", "."]
    doc = Doc(nlp.vocab, words=words, sent_starts=[i in (0, 3) for i in range(7)])
    assert read(doc).document.sentences == (Span(0, 3), Span(3, 6))


def test_sentences_of_another_doc_of_the_text(nlp: Language) -> None:
    bare = Doc(nlp.vocab, words=["Ada", "left.", "She", "stayed"])
    cut = Doc(
        nlp.vocab,
        words=["Ada", "left", ".", "She", "stayed"],
        spaces=[True, False, True, True, False],
        sent_starts=[True, False, False, True, False],
    )
    assert read(bare, sentences=cut).document.sentences == (Span(0, 2), Span(2, 4))
    assert read(cut, sentences=bare).document.sentences == (Span(0, 3), Span(3, 5))


@pytest.mark.parametrize("document", tiny_documents() + tiny_texts(), ids=lambda one: one.id)
def test_there_and_back(nlp: Language, document: Document) -> None:
    doc = to_spacy(document, nlp.vocab)
    found = from_spacy(doc)
    assert (found.id, found.tokens) == (document.id, document.tokens)
    assert (found.entities, found.relations) == (document.entities, document.relations)
    assert len(doc._.relations) == len(document.relations)


def test_ents_are_the_longest_that_do_not_overlap(nlp: Language) -> None:
    doc = nlp("the Rome office of Unilever left")
    doc.ents = [DocSpan(doc, 5, 6, label="VERB")]
    entities = [("Loc", 1, 2), ("Org", 0, 5), ("Org", 4, 5), ("X", 4, 6), ("Loc", 0, 5)]
    found = Document(
        "d",
        tuple(token.text for token in doc),
        entities=tuple(Entity(label, (Span(a, b),), score=0.5) for label, a, b in entities),
    )
    annotate(doc, found, read(doc).offsets)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("the Rome office of Unilever", "Org"),
        ("left", "VERB"),
    ]
    assert [(s.label_, s.start, s.end) for s in doc.spans["jointre"]] == entities
    assert doc.spans["jointre"].attrs["scores"] == [0.5] * 5
    annotate(doc, found, read(doc).offsets, "b", set_ents=False)
    assert len(doc.ents) == 2


def test_relations_by_hand(nlp: Language) -> None:
    doc = nlp("Ada likes Rome and Bob")
    ada, rome = DocSpan(doc, 0, 1, label="Peop"), DocSpan(doc, 2, 3, label="Loc")
    bob = DocSpan(doc, 4, 5, label="Peop")
    doc.ents = [ada, rome]
    set_relations(doc, [(ada, "Likes", rome), (bob, "Likes", rome)])
    assert triples(doc) == [("Ada", "Likes", "Rome"), ("Bob", "Likes", "Rome")]
    assert list(doc.spans["jointre"]) == [ada, rome, bob]
    assert list(doc.ents) == [ada, rome]
    set_relations(doc, [(bob, "Is", rome)], entities=[[ada, bob], rome])
    (relation,) = doc._.relations
    assert relation.head_entity.mentions == (ada, bob)
    assert from_spacy(doc).relations == (Relation("Is", 0, 1),)
    with pytest.raises(DataError, match=r"the entity \['likes'\] needs words and a label"):
        set_relations(doc, [(doc[1:2], "Is", rome)])


def test_entities_without_a_record(nlp: Language) -> None:
    doc = nlp("Ada likes Rome \n")
    doc.ents = [DocSpan(doc, 2, 4, label="Loc")]
    losses = SkippedData()
    assert with_findings(read(doc), doc, "jointre", losses).entities == (
        Entity("Loc", (Span(2, 3),)),
    )
    doc.spans["jointre"] = [DocSpan(doc, 0, 1, label="Peop")]
    assert with_findings(read(doc), doc, "jointre", losses).entities == (
        Entity("Peop", (Span(0, 1),)),
    )
    assert not losses


def test_mentions_with_a_border_inside_a_word_are_counted(nlp: Language) -> None:
    doc = nlp("Ada left Rome")
    ada, rome = DocSpan(doc, 0, 1, label="Peop"), DocSpan(doc, 2, 3, label="Loc")
    set_relations(doc, [(ada, "Left", rome)])
    coarse, losses = Doc(nlp.vocab, words=["Ada left", "Rome"]), SkippedData()
    found = with_findings(read(coarse), doc, "jointre", losses)
    assert (found.entities, found.relations) == ((Entity("Loc", (Span(1, 2),)),), ())
    assert losses["mentions skipped because a border is inside a token"] == 1
    assert losses["relations of entities without a mention skipped"] == 1


def test_white_space_is_no_entity(nlp: Language) -> None:
    doc = nlp("Ada \n\n left")
    with pytest.raises(DataError, match=r"the entity \['\\n\\n '\] needs words and a label"):
        set_relations(doc, [], entities=[DocSpan(doc, 1, 2, label="Loc")])


def test_what_a_predictor_finds_can_be_shown_in_spacy(nlp: Language, overfitted: object) -> None:
    extract = Predictor.load(str(overfitted))
    found = extract("Ingrid Halvorsen has run Nordhavn Lines from Bergen.\n\nShe left.")
    doc = to_spacy(found, nlp.vocab)
    assert doc.text == found.text
    assert [span.text for span in doc.spans["jointre"]] == [
        found.text_of(entity.span) for entity in found.entities
    ]
    assert len(list(doc.sents)) == len(found.sentences)

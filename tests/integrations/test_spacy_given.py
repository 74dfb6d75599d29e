import spacy
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from jointre.data.schema import Entity, Span
from jointre.data.skipped import SkippedData
from jointre.integrations.spacy_docs import read
from jointre.integrations.spacy_given import given
from jointre.testing.tiny import tiny_vocabulary

WORDS = ["Ada", "left", "\n", "Rome", ".", "Bob", "stayed", "."]


def example() -> Doc:
    doc = Doc(spacy.blank("en").vocab, words=WORDS, sent_starts=[i in (0, 5) for i in range(8)])
    doc.ents = [
        DocSpan(doc, 0, 1, label="PERSON"),
        DocSpan(doc, 2, 4, label="Loc"),
        DocSpan(doc, 4, 6, label="Peop"),
        DocSpan(doc, 6, 7, label="DATE"),
    ]
    return doc


def test_entities_of_another_component() -> None:
    doc, losses = example(), SkippedData()
    names = {"PERSON": "Peop"}
    found = given(read(doc), doc, tiny_vocabulary(), names, losses, whole=False)
    assert found.entities == (Entity("Peop", (Span(0, 1),)), Entity("Loc", (Span(2, 3),)))
    assert losses.lines() == [
        "1 entity skipped because it crosses a sentence's border; first: '. Bob'",
        "1 entity with the label 'DATE', which the model does not know, skipped; first: 'stayed'",
    ]


def test_documents_hold_mentions_across_sentences() -> None:
    doc, losses = example(), SkippedData()
    found = given(read(doc), doc, tiny_vocabulary(), {}, losses, whole=True)
    assert [entity.span for entity in found.entities] == [Span(2, 3), Span(3, 5)]
    assert losses["entities with the label 'PERSON', which the model does not know, skipped"] == 1

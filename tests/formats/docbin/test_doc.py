import pytest
import spacy
from hypothesis import HealthCheck, assume, given, settings
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from jointre.data.schema import Document, Entity, Relation
from jointre.data.schema import Span as Words
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.docbin.doc import ABOUT, DocbinOptions, doc_of, document_of
from jointre.formats.docbin.record import DocRecord, EntityRecord, RelationRecord, put
from tests.data.documents import TYPES_ARE_SAMPLED, rich_documents, text_documents

pytestmark = TYPES_ARE_SAMPLED


def back(
    doc: Doc, options: DocbinOptions | None = None, skipped: SkippedData | None = None
) -> Document:
    found = SkippedData() if skipped is None else skipped
    return document_of(doc, options or DocbinOptions(), "x", "f: Doc 1", found)


def blank(text: str, sentences: bool = False) -> Doc:
    nlp = spacy.blank("en")
    if sentences:
        nlp.add_pipe("sentencizer")
    return nlp(text)


WHOLE = Document(
    "d",
    ("Ada", "Lovelace", "wrote", ".", "She", "left"),
    text=" Ada Lovelace\nwrote.  She left ",
    offsets=((1, 4), (5, 13), (14, 19), (19, 20), (22, 25), (26, 30)),
    sentences=(Words(0, 4), Words(4, 6)),
    entities=(
        Entity("P", (Words(0, 2), Words(4, 5)), 0.5, (0.25, 0.75), "Q1"),
        Entity("P", (Words(1, 2),)),
        Entity(None, (Words(0, 1),)),
    ),
    relations=(Relation("r", 0, 1, 0.5, (1,)), Relation("r", 2, 2)),
    clusters=((0, 1),),
    flags=("truncated",),
    extra={"note": [1, {"a": None}]},
)


def test_a_document_is_a_doc_with_its_spans() -> None:
    skipped = SkippedData()
    doc = doc_of(WHOLE, Vocab(), skipped=skipped)
    assert doc.text == WHOLE.text
    assert [token.text for token in doc if token.text.isspace()] == [" ", "\n", " "]
    assert [sentence.text for sentence in doc.sents][1] == "She left"
    assert [(span.text, span.label_, span.kb_id_) for span in doc.spans["jointre"]] == [
        ("Ada Lovelace", "P", "Q1"),
        ("She", "P", "Q1"),
        ("Lovelace", "P", ""),
        ("Ada", "", ""),
    ]
    assert doc.spans["jointre"].attrs == {"scores": [0.5, 0.5, None, None]}
    assert [(span.text, span.label_) for span in doc.ents] == [("Ada Lovelace", "P"), ("She", "P")]
    assert back(doc) == WHOLE
    assert back(doc).flags == WHOLE.flags
    assert back(doc).extra == WHOLE.extra
    assert back(doc).entities[0].mention_scores == (0.25, 0.75)
    assert not skipped


def test_words_without_a_text_have_unknown_spaces() -> None:
    words = Document("d", ("Ada", "x y"), entities=(Entity("P", (Words(1, 2),)),))
    doc = doc_of(words, Vocab())
    assert doc.has_unknown_spaces
    assert back(doc) == words


def test_an_empty_word_is_refused() -> None:
    with pytest.raises(DataError, match="document 'd': word 1 is empty, which a Doc's cannot be"):
        doc_of(Document("d", ("a", "")), Vocab())


def test_spans_and_ents_once_each() -> None:
    doc = blank("Ada met Bob in Rome")
    doc.spans["sc"] = [doc[0:1], Span(doc, 0, 1, "P"), Span(doc, 0, 1, "P"), Span(doc, 4, 5, "L")]
    doc.spans["other"] = [Span(doc, 1, 2, "X")]
    doc.ents = [Span(doc, 0, 1, "P"), Span(doc, 2, 3, "P", kb_id="Q2")]
    skipped = SkippedData()
    found = back(doc, skipped=skipped)
    assert found.entities == (
        Entity(None, (Words(0, 1),)),
        Entity("P", (Words(0, 1),)),
        Entity("L", (Words(4, 5),)),
        Entity("X", (Words(1, 2),)),
        Entity("P", (Words(2, 3),), id="Q2"),
    )
    assert skipped.lines() == ["1 entity listed twice kept once; first: f: Doc 1, spans['sc']"]
    skipped = SkippedData()
    chosen = back(doc, DocbinOptions("other", ents=False), skipped)
    assert [entity.label for entity in chosen.entities] == ["X"]
    assert [(kind, count) for kind, (count, _) in skipped] == [
        ("spans of other keys skipped", 4),
        ("ents skipped", 2),
    ]


def test_records_of_several_components_stand_one_after_the_other() -> None:
    doc = blank("Ada met Bob")
    one = DocRecord([EntityRecord("P", None, [(0, 3)])], [RelationRecord("r", 0, 0)])
    two = DocRecord([EntityRecord("P", None, [(8, 11)])], [RelationRecord("s", 0, 0)], [(0,)])
    put(doc.user_data, "a", 11, one)
    put(doc.user_data, "b", 11, two)
    found = back(doc)
    assert found.relations == (Relation("r", 0, 0), Relation("s", 1, 1))
    assert found.clusters == ((1,),)
    assert back(doc, DocbinOptions("a")).relations == (Relation("r", 0, 0),)


def test_a_changed_group_of_a_record_is_counted() -> None:
    doc = doc_of(WHOLE, Vocab())
    doc.spans["jointre"] = []
    skipped = SkippedData()
    assert back(doc, skipped=skipped) == WHOLE
    assert skipped["span groups unlike the record of their key skipped"] == 1


def test_a_record_outlives_joining_and_other_tokens() -> None:
    nlp = spacy.blank("en")
    doc = doc_of(WHOLE, nlp.vocab)
    joined = Doc.from_docs([nlp("Once."), doc])
    assert joined is not None
    skipped = SkippedData()
    found = back(joined, skipped=skipped)
    assert found.entities[0].mentions == (Words(2, 4), Words(6, 7))
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:5])
    cut = back(doc, skipped=skipped)
    assert cut.tokens[:4] == (" ", "Ada", " ", "Lovelace")
    assert [cut.tokens[slice(*entity.span)] for entity in cut.entities] == [
        ("Ada", " ", "Lovelace"),
        ("Lovelace",),
        ("Ada",),
    ]


def test_mentions_of_a_part_are_counted_when_they_lie_elsewhere() -> None:
    doc = blank("Ada met Bob")
    record = DocRecord(
        [
            EntityRecord("P", None, [(0, 3), (8, 12)], (0.5, 0.5)),
            EntityRecord("P", None, [(20, 22)]),
        ],
        [RelationRecord("r", 0, 1)],
    )
    put(doc.user_data, "a", 11, record)
    skipped = SkippedData()
    found = back(doc, skipped=skipped)
    assert found.entities == (Entity("P", (Words(0, 1),)),)
    assert found.entities[0].mention_scores == (0.5,)
    assert [(kind, count) for kind, (count, _) in skipped] == [
        ("mentions outside the Doc skipped", 2),
        ("relations of entities without a mention skipped", 1),
    ]


def test_sentences_only_where_the_doc_has_them() -> None:
    assert back(blank("Ada left. Bob stayed.")).sentences == ()
    found = back(blank("Ada left.  Bob stayed.", sentences=True))
    assert found.sentences == (Words(0, 3), Words(3, 6))
    assert back(blank("", sentences=True)).tokens == ()


def test_an_empty_span_is_counted() -> None:
    doc = blank("Ada met Bob")
    doc.spans["a"] = [Span(doc, 1, 1, "X")]
    skipped = SkippedData()
    assert back(doc, skipped=skipped).entities == ()
    assert skipped["mentions without a word skipped"] == 1


@pytest.mark.parametrize(
    ("about", "message"),
    [
        (3, "jointre must be an object"),
        ({"id": 3}, "id must be a string"),
        ({"flags": "x"}, "flags must be a list"),
        ({"extra": []}, "extra must be an object"),
    ],
)
def test_what_others_put_in_our_place_is_refused(about: object, message: str) -> None:
    doc = blank("Ada")
    doc.user_data["._.", ABOUT, 0, 3] = about
    with pytest.raises(DataError, match=f"f: Doc 1: .*{message}"):
        back(doc)


def everything(whole: Document) -> tuple[object, ...]:
    scores = [(item.score, item.mention_scores) for item in whole.entities]
    return whole, whole.flags, whole.extra, scores, [item.score for item in whole.relations]


@given(text_documents())
@settings(deadline=None)
def test_a_text_in_words_comes_back(document: Document) -> None:
    skipped = SkippedData()
    found = back(doc_of(document, Vocab(), skipped=skipped))
    if not skipped and len(document.sentences) > 1:
        assert found.sentences == document.sentences
    assert {kind for kind, _ in skipped} <= {
        "lists of sentences skipped, because the reader makes them again"
    }
    assert (found.text, found.tokens, found.offsets) == (
        document.text,
        document.tokens,
        document.offsets,
    )
    assert (found.entities, found.relations) == (document.entities, document.relations)


@given(rich_documents())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_not_counted_comes_back(document: Document) -> None:
    assume(all(document.tokens))
    skipped = SkippedData()
    doc = doc_of(document, Vocab(), skipped=skipped)
    packed = DocBin(docs=[doc], store_user_data=True).to_bytes()
    (doc,) = DocBin().from_bytes(packed).get_docs(Vocab())
    found = back(doc)
    if not skipped:
        whole = [everything(each) for each in (found, document)]
        assert whole[0][1:] == whole[1][1:]
        assert (found.tokens, found.entities) == (document.tokens, document.entities)
        assert (found.relations, found.clusters) == (document.relations, document.clusters)
        if len(document.sentences) > 1:
            assert found.sentences == document.sentences

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from jointre.integrations import entities_of, relations_of
from jointre.integrations.spacy_store import (
    EntityRecord,
    RelationRecord,
    annotations_of,
    register_extensions,
    size_of,
    store,
    stored,
)
from tests.integrations.conftest import triples

NLP = spacy.blank("en")
TEXT = "Ada left Rome. She likes Rome."


@pytest.fixture
def doc() -> Doc:
    doc = NLP(TEXT)
    entities = [
        EntityRecord("Peop", 0.9, [(0, 3), (15, 18)]),
        EntityRecord("Loc", None, [(9, 13), (25, 29)]),
    ]
    store(doc, "jointre", entities, [RelationRecord("Likes", 0, 1, 0.5)])
    register_extensions()
    return doc


def test_numbers_are_read_as_spans(doc: Doc) -> None:
    ada, rome = doc._.entities
    assert [(span.text, span.start, span.label_) for span in ada.mentions] == [
        ("Ada", 0, "Peop"),
        ("She", 4, "Peop"),
    ]
    assert (ada.label, ada.score, rome.score, rome.key) == ("Peop", 0.9, None, "jointre")
    (relation,) = doc._.relations
    assert (relation.head.text, relation.label, relation.tail.start) == ("Ada", "Likes", 2)
    assert relation.head_entity.mentions == ada.mentions
    assert (relation.tail_entity.span.end, relation.score) == (3, 0.5)


def test_components_are_kept_apart_and_shown_together(doc: Doc) -> None:
    store(doc, "other", [EntityRecord("City", 0.7, [(9, 13)])], [])
    assert [entity.key for entity in doc._.entities] == ["jointre", "jointre", "other"]
    assert [entity.label for entity in entities_of(doc, "other")] == ["City"]
    assert relations_of(doc, "other") == []
    assert stored(doc, "other")
    assert not stored(doc, "joint")


def test_later_findings_take_the_place_of_earlier_ones(doc: Doc) -> None:
    store(doc, "jointre", [], [])
    assert stored(doc, "jointre")
    assert annotations_of(doc) == ([], [])


def test_bytes_and_bins_keep_them(doc: Doc) -> None:
    expected = triples(doc)
    vocab = Vocab()  # knows none of the strings
    assert triples(Doc(vocab).from_bytes(doc.to_bytes())) == expected == [("Ada", "Likes", "Rome")]
    packed = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (read,) = DocBin().from_bytes(packed).get_docs(Vocab())
    assert triples(read) == expected
    assert [entity.label for entity in read._.entities] == ["Peop", "Loc"]


def test_joined_docs_keep_all_in_place(doc: Doc) -> None:
    first = NLP("Nothing here.")
    joined = Doc.from_docs([first, doc.copy(), doc])
    assert triples(joined) == [("Ada", "Likes", "Rome")] * 2
    assert [one.head.start for one in joined._.relations] == [3, 11]
    store(joined, "jointre", [], [])
    assert joined._.entities == []


def test_a_part_has_what_lies_in_it(doc: Doc) -> None:
    part = doc[4:8].as_doc(copy_user_data=True)
    ada, rome = part._.entities
    assert [span.text for span in ada.mentions] == ["She"]
    assert [(span.text, span.start) for span in rome.mentions] == [("Rome", 2)]
    assert triples(part) == [("She", "Likes", "Rome")]
    assert doc[3:5].as_doc(copy_user_data=True)._.relations == []


def test_merged_tokens_are_found_again(doc: Doc) -> None:
    with doc.retokenize() as change:
        change.merge(doc[0:2])
    assert triples(doc) == [("Ada left", "Likes", "Rome")]
    assert doc._.relations[0].tail.start == 1


def test_a_name_that_is_taken_is_left_alone() -> None:
    Doc.set_extension("relations", default=7)
    with pytest.warns(UserWarning, match=r"jointre\.integrations\.relations_of\(doc\)"):
        register_extensions()
    assert NLP("x")._.relations == 7


@pytest.mark.parametrize("text", ["", " ", "a", "a ", " a\n\nb  ", "Zoë 👩‍🔬 left . "])
def test_the_size_of_the_text(text: str) -> None:
    doc = spacy.blank("en")(text)
    assert size_of(doc) == len(doc.text)

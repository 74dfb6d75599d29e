"""The beginning of a document keeps what lies wholly inside."""

from dataclasses import replace

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.truncate import beginning
from tests.data.documents import document

WHOLE = document(
    "Ada met Bob in Rome .",
    (("Peop", 0, 1), ("Loc", 4, 5), ("Peop", 2, 3), ("Org", 1, 4)),
    (("Live_In", 0, 1), ("Spouse", 0, 2), ("Spouse", 2, 3)),
)


def test_entities_and_relations_inside() -> None:
    cut = beginning(WHOLE, 3)
    assert cut.tokens == ("Ada", "met", "Bob")
    assert [(e.label, tuple(e.span)) for e in cut.entities] == [("Peop", (0, 1)), ("Peop", (2, 3))]
    assert [(r.label, r.head, r.tail) for r in cut.relations] == [("Spouse", 0, 1)]


def test_an_entity_across_the_cut_goes() -> None:
    assert [e.label for e in beginning(WHOLE, 3).entities] == ["Peop", "Peop"]
    assert len(beginning(WHOLE, 4).entities) == 3


def test_nothing_and_everything() -> None:
    assert beginning(WHOLE, 0).tokens == ()
    assert beginning(WHOLE, 0).entities == ()
    assert beginning(WHOLE, 6).entities == WHOLE.entities
    assert beginning(WHOLE, 6).relations == WHOLE.relations


def test_offsets_are_cut_with_the_tokens() -> None:
    text = " ".join(WHOLE.tokens)
    offsets = tuple((text.index(t), text.index(t) + len(t)) for t in WHOLE.tokens)
    cut = beginning(replace(WHOLE, text=text, offsets=offsets), 2)
    assert cut.offsets == ((0, 3), (4, 7))
    assert cut.text == text
    assert cut.id == WHOLE.id


def test_documents_keep_the_mentions_inside() -> None:
    """The entities that have one, their scores, sentences up to the cut, and what is extra."""
    whole = Document(
        "d",
        tuple("abcdefgh"),
        sentences=(Span(0, 3), Span(3, 6), Span(6, 8)),
        entities=(
            Entity("Loc", (Span(5, 7),), id="far"),
            Entity("Peop", (Span(6, 7), Span(0, 1), Span(4, 5)), mention_scores=(0.1, 0.2, 0.3)),
            Entity("Org", (Span(2, 3),)),
        ),
        relations=(Relation("a", 1, 2), Relation("b", 0, 1)),
        extra={"hypernym_pairs": [["x", "y"]]},
    )
    cut = beginning(whole, 5)
    assert cut.sentences == ((0, 3), (3, 5))
    assert [entity.mentions for entity in cut.entities] == [((0, 1), (4, 5)), ((2, 3),)]
    assert cut.entities[0].mention_scores == (0.2, 0.3)
    assert cut.relations == (Relation("a", 0, 1),)
    assert cut.extra == whole.extra
    assert beginning(whole, 0).sentences == ()

from jointre.analysis.long_documents import long_document
from jointre.data.schema import Document, Entity, Relation, Span

SHORT = Document(
    "a",
    ("Ana", "met", "Bo", ".", "She", "left"),
    sentences=(Span(0, 4), Span(4, 6)),
    entities=(
        Entity("P", (Span(0, 1), Span(4, 5))),
        Entity("P", (Span(2, 3),)),
        Entity("P", (Span(4, 6),)),
    ),
    relations=(Relation("met", 0, 1), Relation("left", 1, 2, evidence=(1,))),
)


def test_documents_follow_one_another_and_the_last_is_cut() -> None:
    found = long_document([SHORT], 11)
    assert found.tokens == (*SHORT.tokens, *SHORT.tokens[:5])
    assert found.sentences == ((0, 4), (4, 6), (6, 10), (10, 11))
    spans = [entity.mentions for entity in found.entities]
    assert spans == [((0, 1), (4, 5)), ((2, 3),), ((4, 6),), ((6, 7), (10, 11)), ((8, 9),)]
    assert found.relations == (
        Relation("met", 0, 1),
        Relation("left", 1, 2),
        Relation("met", 3, 4),
    )


def test_a_document_without_sentences_is_one() -> None:
    found = long_document([Document("b", ("one", "two"))], 3)
    assert found.sentences == ((0, 2), (2, 3))

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.display.titles import entity_title, relation_title
from tests.display.scenes import plain


def test_titles_of_entities_and_relations() -> None:
    document = plain()
    assert entity_title(document, 0, 0) == "Person (0.931): Ada Byron"
    assert entity_title(document, 1, 0) == "Place: Ockham"
    assert (
        relation_title(document, document.relations[0]) == "Ada Byron — lives in → Ockham (0.875)"
    )
    assert relation_title(document, document.relations[1]) == "Ada Byron — works for → Babbage"


def test_several_mentions() -> None:
    entity = Entity(None, (Span(0, 1), Span(1, 3)), 0.5, (0.25, 1.0), "C1")
    document = Document("d", ("a", "b", "c"), entities=(entity,), relations=(Relation("r", 0, 0),))
    assert entity_title(document, 0, 1) == "no label (0.500): b c\nmention 2 of 2 (1.000)\nC1"

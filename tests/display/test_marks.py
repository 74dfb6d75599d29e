from jointre.data.schema import Document, Entity, Relation, Span
from jointre.display.marks import marks_of

WORDS = ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")


def entity(*mentions: tuple[int, int], label: str | None = "X") -> Entity:
    return Entity(label, tuple(Span(*mention) for mention in mentions))


def test_shorter_mentions_stand_on_longer_ones() -> None:
    entities = (entity((0, 2)), entity((0, 5)), entity((1, 2)), entity((4, 6)), entity((8, 9)))
    marks, _ = marks_of(Document("d", WORDS, entities=entities))
    assert [mark.layer for mark in marks] == [1, 0, 2, 1, 0]


def test_equal_mentions_are_stacked() -> None:
    marks, _ = marks_of(Document("d", WORDS, entities=(entity((0, 2)), entity((0, 2)))))
    assert [mark.layer for mark in marks] == [0, 1]


def test_a_relation_joins_the_nearest_mentions() -> None:
    entities = (entity((0, 1), (6, 7)), entity((3, 4), (9, 10)), entity((5, 7)))
    relations = (Relation("r", 0, 1), Relation("r", 2, 1), Relation("r", 0, 0), Relation("r", 2, 2))
    marks, links = marks_of(Document("d", WORDS, entities=entities, relations=relations))
    joined = [(marks[link.head].span, marks[link.tail].span) for link in links]
    # Two words lie between the first two and between those at the end: the first wins.
    assert joined == [((0, 1), (3, 4)), ((5, 7), (3, 4)), ((0, 1), (6, 7)), ((5, 7), (5, 7))]
    assert [mark.ends for mark in marks] == [2, 1, 2, 0, 3]


def test_numbers_show_what_is_named_again() -> None:
    entities = (
        entity((0, 1)),
        entity((1, 2), (2, 3), label="Y"),
        entity((3, 4), label=None),
        entity((4, 5)),
        entity((5, 6), (6, 7)),
    )
    document = Document("d", WORDS, entities=entities, clusters=((0, 3),))
    texts = [mark.text for mark in marks_of(document)[0]]
    assert texts == ["X 1", "Y 2", "Y 2", "?", "X 1", "X 3", "X 3"]

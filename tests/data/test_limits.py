from typing import Any

import pytest

from jointre.data.limits import Limits, beyond
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.span_enumerators import AllSpans

WORDS = ("Ada", "King", "of", "Lovelace", "wrote", "notes", ".", "Menabrea", "replied", ".")
SENTENCES = (Span(0, 7), Span(7, 10))


def document(
    *entities: tuple[str, tuple[int, int]],
    relations: tuple[tuple[str, int, int], ...] = (),
    **more: Any,
) -> Document:
    return Document(
        "d",
        WORDS,
        sentences=SENTENCES,
        entities=tuple(Entity(label, (Span(*span),)) for label, span in entities),
        relations=tuple(Relation(*relation) for relation in relations),
        **more,
    )


def lines(limits: Limits, unit: Document, symmetric: frozenset[str] = frozenset()) -> list[str]:
    return beyond([unit], limits, symmetric).lines()


ADA, NOTES, BARON = ("Per", (0, 4)), ("Work", (5, 6)), ("Per", (7, 8))


@pytest.mark.parametrize(
    ("limits", "unit", "expected"),
    [
        (
            Limits(span_enumerator=AllSpans(3)),
            document(ADA, NOTES, relations=(("wrote", 0, 1), ("by", 1, 0))),
            [
                "1 mention wider than max_width=3 words, which cannot be predicted; first: "
                "document 'd', 'Ada King of Lovelace' (4 words)",
                "2 relations of mentions that cannot be predicted; first: document 'd', wrote of "
                "'Ada King of Lovelace' and 'notes'",
            ],
        ),
        (
            Limits(inside_sentences=True),
            document(("Work", (5, 8))),
            [
                "1 mention that crosses a sentence boundary, which cannot be predicted; first: "
                "document 'd', 'notes . Menabrea' (3 words)"
            ],
        ),
        (
            Limits(flat=True),
            document(ADA, ("Place", (3, 4)), NOTES, relations=(("of", 0, 1), ("wrote", 0, 2))),
            [
                "1 mention that overlaps another one, which cannot be predicted; first: "
                "document 'd', 'Lovelace' (1 words)",
                "1 relation of mentions that cannot be predicted; first: document 'd', of of "
                "'Ada King of Lovelace' and 'Lovelace'",
            ],
        ),
        (
            Limits(one_label=True),
            document(ADA, ("Author", (0, 4)), ("Per", (0, 4)), ("Noble", (0, 4))),
            [
                "2 further labels of a span, of which the model predicts one; first: "
                "document 'd', 'Ada King of Lovelace': Per, Author, Noble"
            ],
        ),
        (
            Limits(one_entity=True),
            document(ADA, ("Per", (0, 4))),
            [
                "1 span that several entities share, which the model gives to one; first: "
                "document 'd', 'Ada King of Lovelace'"
            ],
        ),
        (
            Limits(distinct_arguments=True, one_label=False),
            document(
                ADA,
                ("Author", (0, 4)),
                NOTES,
                relations=(("knows", 0, 0), ("is", 0, 1), ("w", 0, 2)),
            ),
            [
                "2 relations of a mention with itself, which are not learnt; first: document 'd', "
                "knows of 'Ada King of Lovelace' and 'Ada King of Lovelace'"
            ],
        ),
        (
            Limits(distinct_starts=True),
            document(ADA, ("Name", (0, 1)), NOTES, BARON, relations=(("w", 0, 2), ("w", 3, 2))),
            [
                "1 relation of mentions that start at the same word as another mention, which "
                "the table of relations does not tell apart; first: document 'd', w of "
                "'Ada King of Lovelace' and 'notes'"
            ],
        ),
        (
            Limits(one_relation=True),
            document(ADA, NOTES, relations=(("wrote", 0, 1), ("owns", 0, 1), ("wrote", 1, 0))),
            [
                "1 further label of a pair, of which the model predicts one; first: "
                "document 'd', wrote, owns of 'Ada King of Lovelace' and 'notes'"
            ],
        ),
        (
            Limits(clusters=False),
            document(ADA, BARON, clusters=((0, 1),)),
            [
                "1 coreference cluster that groups entities, which is not learnt (only the "
                "mentions of one entity are); first: document 'd'"
            ],
        ),
    ],
)
def test_each_limit_is_counted_with_an_example(
    limits: Limits, unit: Document, expected: list[str]
) -> None:
    assert lines(limits, unit) == expected
    assert lines(Limits(), unit) == []


def test_an_entity_is_lost_with_its_last_mention_only() -> None:
    entity = Entity("Per", (Span(0, 4), Span(7, 8)))
    unit = Document(
        "d",
        WORDS,
        entities=(entity, Entity("Work", (Span(5, 6),))),
        relations=(Relation("w", 0, 1),),
    )
    assert [line[:9] for line in lines(Limits(span_enumerator=AllSpans(3)), unit)] == ["1 mention"]


def test_both_directions_of_a_symmetric_relation_are_one() -> None:
    unit = document(ADA, NOTES, relations=(("near", 0, 1), ("near", 1, 0)))
    assert lines(Limits(one_relation=True), unit, frozenset({"near"})) == []


def test_relations_of_mentions_too_many_sentences_apart() -> None:
    """Of several mentions, the two that are closest decide."""
    near = Entity("Work", (Span(5, 6), Span(8, 9)))
    far = Entity("Per", (Span(7, 8),))
    unit = Document(
        "d",
        WORDS,
        sentences=(Span(0, 4), Span(4, 7), Span(7, 10)),
        entities=(Entity("Per", (Span(0, 1),)), near, far),
        relations=(Relation("wrote", 0, 1), Relation("knows", 0, 2), Relation("on", 1, 2)),
    )
    assert lines(Limits(reach=1), unit) == [
        "1 relation of mentions that are more than 1 sentence apart, which is not learnt; "
        "first: document 'd', knows of 'Ada' and 'Menabrea'"
    ]
    assert lines(Limits(reach=2), unit) == []
    assert len(beyond([unit], Limits(reach=0), frozenset()).lines()) == 1
    assert lines(Limits(), unit) == []

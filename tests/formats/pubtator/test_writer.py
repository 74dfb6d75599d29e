from dataclasses import replace

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.formats.pubtator.lines import PubtatorRecord
from jointre.formats.pubtator.writer import annotation_lines, written
from jointre.testing.contracts import WriterContract
from tests.formats.test_every_reader import TestPubtator as Sample

WHOLE = Document(
    "7",
    ("Ada", "ill", ".", "Pain", "."),
    text="Ada ill.  Pain.",
    offsets=((0, 3), (4, 7), (7, 8), (10, 14), (14, 15)),
    sentences=(Span(0, 3), Span(3, 5)),
    entities=(
        Entity("Disease", (Span(3, 4), Span(1, 2)), id="D1"),
        Entity("Disease", (Span(1, 2),), id="D2"),
        Entity("Chemical", (Span(1, 2),), id="C1"),
        Entity("Disease", (Span(1, 2),)),
    ),
    relations=(Relation("CID", 2, 0),),
)


def lines(document: Document, skipped: SkippedData | None = None) -> list[str]:
    assert document.text is not None
    assert document.offsets is not None
    return annotation_lines(
        document, document.text, document.offsets, SkippedData() if skipped is None else skipped
    )


def test_entities_with_one_mention_and_label_share_a_line() -> None:
    assert lines(WHOLE) == [
        "4\t7\till\tDisease\tD1|D2",
        "4\t7\till\tChemical\tC1",
        "4\t7\till\tDisease\t-1",
        "10\t14\tPain\tDisease\tD1",
        "CID\tC1\tD1",
    ]


def test_identifiers_are_made_up_where_lines_need_them() -> None:
    entities = tuple(
        Entity("X", mentions, id=name)
        for name, mentions in [
            (None, (Span(0, 1), Span(1, 2))),
            (None, (Span(0, 1),)),
            (None, (Span(1, 2),)),
            ("a|b", (Span(0, 1),)),
            ("-1", (Span(0, 1),)),
            ("E2", (Span(0, 1),)),
            ("E2", (Span(0, 1),)),
        ]
    )
    skipped = SkippedData()
    found = lines(replace(WHOLE, entities=entities, relations=(Relation("r", 1, 5),)), skipped)
    assert found == [
        "0\t3\tAda\tX\tE1|E3|E4|E5|E2|E6",
        "4\t7\till\tX\tE1",
        "4\t7\till\tX\t-1",
        "r\tE3\tE2",
    ]
    assert skipped.lines() == ["5 identifiers made up for entities; first: document '7'"]


def test_a_relation_label_that_is_a_number_is_counted() -> None:
    skipped, document = SkippedData(), replace(WHOLE, relations=(Relation("12", 0, 1),))
    text, offsets = document.text or "", document.offsets or ()
    found = annotation_lines(document, text, offsets, skipped)
    assert found == annotation_lines(replace(document, relations=()), text, offsets, SkippedData())
    assert skipped["relations that PubTator's lines cannot hold skipped"] == 1


def test_tabs_become_spaces() -> None:
    odd = replace(WHOLE, text="Ada ill.\t Pain.", relations=(), entities=())
    entity = Entity("a\tb", (Span(2, 4),), id="D1")
    assert lines(replace(odd, entities=(entity,))) == ["7\t14\t.  Pain\ta b\tD1"]


@pytest.mark.parametrize(
    ("length", "text", "title", "abstract"),
    [
        (None, "Ada ill.  Pain.", "Ada ill.", " Pain."),
        (3, "Ada ill.  Pain.", "Ada", "ill.  Pain."),
        (15, "Ada ill.  Pain.", "Ada ill.  Pain.", ""),
        (2, "Ada ill.  Pain.", "Ada ill.", " Pain."),
        (99, "Ada ill.  Pain.", "Ada ill.", " Pain."),
        (-1, "Ada ill.  Pain.", "Ada ill.", " Pain."),
        (True, "Ada ill.  Pain.", "Ada ill.", " Pain."),
        (None, "Ada ill.\t Pain.", "Ada ill.\t Pain.", ""),
    ],
)
def test_the_title_ends_where_it_did_or_with_the_first_sentence(
    length: int | None, text: str, title: str, abstract: str
) -> None:
    extra = {} if length is None else {"title_length": length}
    skipped = SkippedData()
    found = written(replace(WHOLE, text=text, extra=extra), skipped)
    assert found.record == PubtatorRecord("7", title, abstract)
    assert found.record.text == text
    assert not skipped


def test_a_text_is_made_of_words_where_it_is_not_known() -> None:
    skipped = SkippedData()
    found = written(replace(WHOLE, text=None, offsets=None), skipped)
    assert found.record == PubtatorRecord("7", "Ada ill .", "Pain .")
    assert found.offsets == [(0, 3), (4, 7), (8, 9), (10, 14), (15, 16)]
    assert not skipped
    backwards = ((4, 7), (0, 3), (7, 8), (10, 14), (14, 15))
    for offsets in (None, backwards, ((0, 0), *backwards[1:])):
        skipped = SkippedData()
        assert written(replace(WHOLE, offsets=offsets), skipped).record == found.record
        assert skipped.lines() == [
            "1 text replaced by its words with spaces between; first: document '7'"
        ]


def test_line_breaks_become_spaces() -> None:
    skipped = SkippedData()
    found = written(replace(WHOLE, text="Ada\rill.\n Pain."), skipped)
    assert found.record == PubtatorRecord("7", "Ada ill.", " Pain.")
    assert skipped["texts with line breaks written with spaces"] == 1


def test_mentions_without_a_character_go() -> None:
    odd = Document(
        "7",
        ("\u00a0", "a"),
        entities=(Entity("X", (Span(0, 1),)), Entity("X", (Span(1, 2), Span(0, 1)))),
        relations=(Relation("r", 0, 1),),
    )
    skipped = SkippedData()
    assert written(odd, skipped).document.entities == (Entity("X", (Span(1, 2),)),)
    assert {kind: count for kind, (count, _) in skipped} == {
        "mentions without a word skipped": 2,
        "relations of entities without a mention skipped": 1,
    }


class TestPubtatorWriter(WriterContract):
    component = "pubtator"
    sample = Sample.sample

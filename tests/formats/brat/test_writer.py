from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.formats.brat.writer import record_of
from jointre.testing.contracts import WriterContract
from tests.formats.test_every_reader import TestBrat as Sample


def lines_of(document: Document, skipped: SkippedData) -> list[str]:
    return [line for _, line in record_of(document, skipped).lines]


def test_lines() -> None:
    document = Document(
        "d",
        ("Ada", "met", "North", "Bay", "she", "said"),
        text="Ada met North \n\t Bay\tshe said",
        offsets=((0, 3), (4, 7), (8, 13), (17, 20), (21, 24), (25, 29)),
        entities=(
            Entity("Per", (Span(0, 1), Span(4, 5)), id="Wiki:Q1"),
            Entity("Place", (Span(2, 5),), id="D1"),
        ),
        relations=(Relation("saw", 0, 1), Relation("is in", 1, 1)),
    )
    skipped = SkippedData()
    assert lines_of(document, skipped) == [
        "T1\tPer 0 3\tAda",
        "T2\tPer 21 24\tshe",
        "T3\tPlace 8 13;17 24\tNorth Bay she",
        "R1\tsaw Arg1:T1 Arg2:T3",
        "R2\tis_in Arg1:T3 Arg2:T3",
        "*\tEquiv T1 T2",
        "N1\tReference T1 Wiki:Q1\tWiki:Q1",
        "N2\tReference T2 Wiki:Q1\tWiki:Q1",
        "N3\tReference T3 id:D1\tD1",
    ]
    assert skipped.lines() == [
        "1 entity with several mentions taken apart into mentions; first: document 'd'",
        "1 label written without its white space; first: document 'd'",
    ]


def test_what_lines_cannot_hold_is_counted() -> None:
    document = Document(
        "d",
        ("a", " ", "b"),
        entities=(
            Entity(None, (Span(0, 1),)),
            Entity("", (Span(0, 2),), 0.5, id=""),
            Entity("X", (Span(1, 2),), id="Q 1"),
            Entity("X", (Span(2, 3),), id="Q 1"),
        ),
        relations=(Relation("of", 0, 1), Relation("of", 1, 2, evidence=(0,))),
        flags=("truncated",),
    )
    skipped = SkippedData()
    assert lines_of(document, skipped) == ["T1\t_ 0 1\ta", "T2\tX 4 5\tb"]
    assert {kind: count for kind, (count, _) in skipped} == {
        "entities without a label skipped": 1,
        "relations of entities without a label skipped": 1,
        "flags skipped": 1,
        "scores skipped": 1,
        "lists of evidence skipped": 1,
        "mentions without a word skipped": 1,
        "relations of entities without a mention skipped": 1,
        "labels written without their white space": 1,
        "ids of entities skipped, being empty or with white space": 2,
    }


class TestBratWriter(WriterContract):
    component = "brat"
    sample = Sample.sample

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.errors import DataError
from jointre.formats.brat.lines import (
    AnnotationLine,
    BratRelation,
    Equivalence,
    Event,
    Mention,
    Normalisation,
    Other,
    database_name,
    parse_line,
)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("T1\tPerson 0 3\tAda", Mention("T1", "Person", ((0, 3),), "Ada")),
        ("T2x\tOrt 9 12;1 4\ta b\tmore", Mention("T2x", "Ort", ((1, 4), (9, 12)), "a b\tmore")),
        ("R1\tKnows Arg1:T1 Arg2:E2\t", BratRelation("Knows", "T1", "E2")),
        ("R1\tKnows Arg2:T1 Arg1:T2", BratRelation("Knows", "T2", "T1")),
        ("R1\tCause From:T1 To:T2", BratRelation("Cause", "T1", "T2")),
        ("*\tEquiv T1 T2 T3", Equivalence(("T1", "T2", "T3"))),
        ("N1\tReference T1 MeSH:D1:2\tAda", Normalisation("T1", "MeSH:D1:2")),
        ("N1\tReference T1 id:D1", Normalisation("T1", "D1")),
        (
            "E1\tBirth:T2 Who:T1 Where:E2",
            Event("E1", "Birth", "T2", (("Who", "T1"), ("Where", "E2"))),
        ),
        ("E1\tBirth:T2 ", Event("E1", "Birth", "T2", ())),
        ("A1\tNegation E1", Other("attribute")),
        ("M1\tNegation E1", Other("attribute")),
        ("#1\tAnnotatorNotes T1\tsure?", Other("note")),
    ],
)
def test_lines(line: str, found: AnnotationLine) -> None:
    assert parse_line(line, "a.ann:1") == found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Ada", r"a\.ann:7: 'Ada' is not a line of an \.ann file; an id, T1 for example, a tab"),
        ("X1\tPerson 0 3\tAda", r"begins with one of T R \* N E A M #"),
        ("T1\t", "is not a line of an"),
        ("\tPerson 0 3\tAda", "is not a line of an"),
        (
            "T1\tPerson 0\tAda",
            "'Person 0' with the text 'Ada' is not a mention; 'LABEL START END' or",
        ),
        ("T1\tPerson -1 3\tAda", "is not a mention"),
        ("T1\tPerson 0 3;\tAda", "is not a mention"),
        ("T1\tNew person 0 3\tAda", "is not a mention"),
        ("T1\tPerson 0 " + "9" * 5000 + "\tAda", "is not a mention"),
        ("T1\tPerson 0 3", "with the text '' is not a mention"),
        ("R1\tKnows Arg1:T1", r"is not a relation; 'LABEL Arg1:T1 Arg2:T2' is expected"),
        ("R1\tKnows Arg1:T1 Arg2:T2 Arg3:T3", "is not a relation"),
        ("R1\tKnows T1 T2", "is not a relation"),
        ("N1\tReference T1 D1", "is not a normalisation; 'Reference T1 DATABASE:NAME' is expected"),
    ],
)
def test_malformed_lines_are_named(line: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_line(line, "a.ann:7")


@given(st.text(max_size=6) | st.sampled_from(["id:x", "MeSH:D1", "id:", ":", "a:", ":b", "D1"]))
def test_ids_come_back(id: str) -> None:
    name = database_name(id)
    if name is None:
        assert not id or id != "".join(id.split())
    else:
        assert parse_line(f"N1\tReference T1 {name}\t{id}", "") == Normalisation("T1", id)

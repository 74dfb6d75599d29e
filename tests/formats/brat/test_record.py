import pytest

from jointre.data.char_spans import WordRules
from jointre.data.schema import Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.brat.record import BratOptions, BratRecord, document_of

TEXT = "Ada 😀 and Bob\nLee saw red and green ache."


def record(*lines: str, text: str = TEXT) -> BratRecord:
    return BratRecord("d", text, tuple((f"d.ann:{n}", line) for n, line in enumerate(lines, 1)))


def test_mentions_relations_clusters_and_names() -> None:
    skipped = SkippedData()
    lines = (
        "R1\tKnows Arg1:T2 Arg2:T1\t",
        "T1\tPer 0 3\tAda",
        "T2\tPer 10 13;14 17\tBob Lee",
        "T3\tName 14 17\tLee",
        "*\tEquiv T2 T3",
        "N1\tReference T1 Wiki:Q1\tAda",
    )
    found = document_of(record(*lines), BratOptions(), "d.ann", skipped)
    assert found.tokens[:6] == ("Ada", "😀", "and", "Bob", "Lee", "saw")
    assert found.entities == (
        Entity("Per", (Span(0, 1),), id="Wiki:Q1"),
        Entity("Per", (Span(3, 5),)),
        Entity("Name", (Span(4, 5),)),
    )
    assert found.relations == (Relation("Knows", 1, 0),)
    assert found.clusters == ((1, 2),)
    assert not skipped


def test_what_is_no_mention_is_counted_and_the_rest_is_read() -> None:
    skipped = SkippedData()
    lines = (
        "T1\tPer 0 3\tAda",
        "T2\tSay 18 21\tsaw",
        "E1\tSay:T2 Who:T1",
        "A1\tNegation E1",
        "#1\tAnnotatorNotes T1\t?",
        "R1\tKnows Arg1:T1 Arg2:E1",
        "R2\tKnows Arg1:T1 Arg2:T9",
        "R3\tKnows Arg1:T2 Arg2:T1",
        "*\tEquiv T1 T9 E1",
        "N1\tReference T9 Wiki:Q1",
        "N2\tReference T1 Wiki:Q2",
        "N3\tReference T1 Wiki:Q3",
        "T3\tNone 13 14\t \\n",
    )
    found = document_of(record(*lines), BratOptions(), "d.ann", skipped)
    assert [(item.label, item.id) for item in found.entities] == [("Per", "Wiki:Q2"), ("Say", None)]
    assert found.relations == (Relation("Knows", 0, 1), Relation("Knows", 1, 0))
    assert found.clusters == ((0, 1),)
    assert skipped.to_dict() == {
        kind: {"count": count, "first": f"d.ann:{line}"}
        for kind, count, line in (
            ("arguments of events only kept in extra; events='relations' reads them", 1, 3),
            ("attributes not used, their lines only kept in extra", 1, 4),
            ("notes not used, their lines only kept in extra", 1, 5),
            ("mentions without a word skipped", 1, 13),
            ("normalisations skipped, because what they name is not a mention here", 1, 10),
            ("further normalisations of mentions only kept in extra", 1, 12),
            ("relations skipped, because their head or tail is not a mention here", 1, 7),
            ("members of equivalences skipped, because no mention here has their id", 1, 9),
        )
    }


EVENTS = (
    "T1\tPer 0 3\tAda",
    "T2\tPer 10 13\tBob",
    "T3\tSay 18 21\tsaw",
    "T4\tSign 22 25\tred",
    "E1\tSay:T3 Who:T1 Who2:T2 What:E2",
    "E2\tSign:T4 Of:T9",
    "R1\tOften Arg1:E1 Arg2:T4",
    "N1\tReference E1 Wiki:Q1",
)


def test_an_event_stands_for_its_trigger() -> None:
    skipped = SkippedData()
    found = document_of(record(*EVENTS), BratOptions(), "d.ann", skipped)
    assert found.relations == (Relation("Often", 2, 3),)
    assert found.entities[2].id == "Wiki:Q1"
    assert skipped["arguments of events only kept in extra; events='relations' reads them"] == 4


def test_arguments_of_events_may_be_relations() -> None:
    skipped = SkippedData()
    found = document_of(record(*EVENTS), BratOptions(events="relations"), "d.ann", skipped)
    assert [(item.label, item.head, item.tail) for item in found.relations] == [
        ("Who", 2, 0),
        ("Who", 2, 1),
        ("What", 2, 3),
        ("Often", 2, 3),
    ]
    assert skipped.lines() == [
        "1 number of repeated roles not part of labels; first: d.ann:5, Who2",
        "1 argument of events skipped, because its trigger or value is not a mention here; "
        "first: d.ann:6, Of:T9",
    ]


def test_a_language_without_spaces() -> None:
    skipped = SkippedData()
    lines = ("T1\tPlace 2 4\t上海", "T2\tPer 0 1\t他")
    options = BratOptions(words=WordRules("zh"))
    found = document_of(record(*lines, text="他在上海工作。"), options, "d.ann", skipped)
    assert found.tokens == tuple("他在上海工作。")
    assert [entity.span for entity in found.entities] == [Span(2, 4), Span(0, 1)]
    assert not skipped


PARTS = ("T1\tSign 22 25;36 40\tred ache", "T2\tSign 30 40\tgreen ache", "R1\tIs Arg1:T1 Arg2:T2")


def test_mentions_of_several_parts_are_never_flattened_in_silence() -> None:
    skipped = SkippedData()
    found = document_of(record(*PARTS), BratOptions("skip"), "d.ann", skipped)
    assert [found.tokens[slice(*item.span)] for item in found.entities] == [("green", "ache")]
    assert [kind for kind, _ in skipped] == [
        "mentions of several parts skipped",
        "relations skipped, because their head or tail is not a mention here",
    ]
    skipped = SkippedData()
    found = document_of(record(*PARTS), BratOptions("cover"), "d.ann", skipped)
    words = [" ".join(found.tokens[slice(*item.span)]) for item in found.entities]
    assert words == ["red and green ache", "green ache"]
    assert found.relations == (Relation("Is", 0, 1),)
    kind = "mention of several parts widened to all between its parts"
    assert skipped.lines() == [f"1 {kind}; first: d.ann:1"]
    with pytest.raises(DataError, match=r"d\.ann:1: the mention T1, 'red ache', has several parts"):
        document_of(record(*PARTS), BratOptions("error"), "d.ann", SkippedData())


def test_equivalent_mentions_become_one_entity() -> None:
    skipped = SkippedData()
    lines = (
        "T1\tPer 0 3\tAda",
        "T2\tPer 10 13\tBob",
        "T3\tName 14 17\tLee",
        "*\tEquiv T3 T2",
        "R1\tIs Arg1:T1 Arg2:T2",
        "R2\tIs Arg1:T1 Arg2:T3",
    )
    found = document_of(record(*lines), BratOptions(clusters="merge"), "d.ann", skipped)
    assert found.entities[1] == Entity("Per", (Span(3, 4), Span(4, 5)))
    assert (found.relations, found.clusters) == ((Relation("Is", 0, 1),), ())
    assert skipped.lines() == [
        "1 cluster of different labels given the most frequent; first: d.ann",
        "1 relation of merged mentions kept once; first: d.ann",
    ]


def test_line_ends_may_have_been_counted_as_one() -> None:
    text, skipped = "Ada\r\nsaw\r\nBob", SkippedData()
    found = document_of(record("T1\tPer 8 11\tBob", text=text), BratOptions(), "d.ann", skipped)
    assert found.offsets is not None
    assert found.offsets[found.entities[0].span.start] == (10, 13)
    assert skipped.lines() == [
        "1 text in which offsets count code points, line ends as one, corrected; first: d.ann"
    ]
    skipped = SkippedData()
    document_of(record("T1\tPer 10 13\tBob", text=text), BratOptions(), "d.ann", skipped)
    assert not skipped


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["T1\tPer 1 4\tAda"],
            r"d\.ann:1: the mention T1, 'Ada', is not at its offsets 1 4, where",
        ),
        (
            ["T1\tPer 0 3\tAda", "T2\tPer 41 49\tache"],
            r"d\.ann:2: .* but 0 <= start <= end <= 41 ch",
        ),
        (["T1\tPer 3 0\tAda"], "the offsets 3 0, but 0 <= start <= end"),
        (
            ["T1\tPer 0 3\tAda"] * 2,
            r"d\.ann:2: an earlier mention has the id 'T1' \(d\.ann:1\)",
        ),
        (["nonsense"], r"d\.ann:1: 'nonsense' is not a line of an \.ann file"),
    ],
)
def test_wrong_mentions_are_named(lines: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        document_of(record(*lines), BratOptions(), "d.ann", SkippedData())


def test_nothing_at_all() -> None:
    skipped = SkippedData()
    assert document_of(record(text=""), BratOptions(), "d.ann", skipped).tokens == ()
    assert not skipped

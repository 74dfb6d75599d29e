import pytest

from jointre.data.char_spans import WordRules
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.pubtator.lines import PubtatorRecord, with_lines
from jointre.formats.pubtator.record import EVERYTHING, PubtatorOptions, document_of

RECORD = with_lines(
    PubtatorRecord("7", "Aspirin-like drugs", "DOX)-induced  pain. It hurt."),
    [
        "0\t7\tAspirin\tChemical\tC1",
        "19\t22\tDOX\tChemical\tC2|C3\tone|two",
        "33\t37\tpain\tDisease\tD1",
        "42\t46\thurt\tDisease\t-1",
        "CID\tC2\tD1",
    ],
)


def read(
    options: PubtatorOptions, record: PubtatorRecord = RECORD
) -> tuple[Document, dict[str, int]]:
    skipped = SkippedData()
    document = document_of(record, options, "f:1", skipped)
    return document, {kind: count for kind, (count, _) in skipped}


def test_a_record_becomes_a_document() -> None:
    found, skipped = read(EVERYTHING)
    assert found == Document(
        "7",
        ("Aspirin", "-", "like", "drugs", "DOX", ")-induced", "pain", ".", "It", "hurt", "."),
        text="Aspirin-like drugs DOX)-induced  pain. It hurt.",
        offsets=(
            *((0, 7), (7, 8), (8, 12), (13, 18)),
            *((19, 22), (22, 31), (33, 37), (37, 38), (39, 41), (42, 46), (46, 47)),
        ),
        sentences=(Span(0, 4), Span(4, 8), Span(8, 11)),
        entities=(
            Entity("Chemical", (Span(0, 1),), id="C1"),
            Entity("Chemical", (Span(4, 5),), id="C2"),
            Entity("Chemical", (Span(4, 5),), id="C3"),
            Entity("Disease", (Span(6, 7),), id="D1"),
            Entity("Disease", (Span(9, 10),)),
        ),
        relations=(Relation("CID", 1, 3),),
    )
    assert found.extra == {"title_length": 18}
    assert skipped == {"words split where a mention begins or ends": 1}


def test_mentions_may_be_widened_instead() -> None:
    found, skipped = read(PubtatorOptions(words=WordRules(inside_words="widen")))
    assert found.tokens[4] == "DOX)-induced"
    assert found.entities[1].mentions == (Span(4, 5),)
    assert skipped == {
        "mentions that begin or end inside a word widened to it": 1,
        "mentions without a concept skipped": 1,
    }


def test_words_depend_on_no_other_option() -> None:
    expected = read(EVERYTHING)[0].tokens
    assert read(PubtatorOptions())[0].tokens == expected
    assert read(PubtatorOptions(multi_id="drop", ungrounded="drop"))[0].tokens == expected


def test_mentions_of_spaces_are_counted() -> None:
    lines = ["3\t5\tb \tX\tD1", "4\t5\t \tX\tD2", "CID\tD1\tD2"]
    found, skipped = read(
        PubtatorOptions(), with_lines(PubtatorRecord("7", "a  b  c", ""), ["2\t5\t b \tX\tD1"])
    )
    assert found.entities[0].mentions == (Span(1, 2),)
    assert skipped == {"mentions with outer spaces narrowed to their words": 1}
    found, skipped = read(PubtatorOptions(), with_lines(PubtatorRecord("7", "a  b  c", ""), lines))
    assert [item.id for item in found.entities] == ["D1"]
    assert skipped == {
        "mentions with outer spaces narrowed to their words": 1,
        "mentions without a word skipped": 1,
        "relations of concepts without a mention skipped": 1,
    }


def test_a_mention_elsewhere_is_refused() -> None:
    with pytest.raises(DataError, match=r"the mention 'b' is not at its offsets \[0, 1\), where"):
        read(PubtatorOptions(), with_lines(PubtatorRecord("7", "a b", ""), ["0\t1\tb\tX\tD1"]))

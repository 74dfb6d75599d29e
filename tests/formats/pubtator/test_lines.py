from pathlib import Path

import pytest

from jointre.errors import DataError
from jointre.formats.common.reading import StrictReading
from jointre.formats.pubtator.lines import (
    ConceptLink,
    Mention,
    PubtatorRecord,
    parse_line,
    read_records,
    with_lines,
)

TEXT = "Aspirin helps."


def records(tmp_path: Path, content: str) -> list[tuple[str, PubtatorRecord]]:
    path = tmp_path / "a.txt"
    path.write_bytes(content.encode())
    read = read_records(StrictReading(path))
    return [(place.removeprefix(f"{tmp_path}/"), record) for place, record in read]


def test_reads_records_with_and_without_blank_lines(tmp_path: Path) -> None:
    content = "\n1|t|A|B\t\n1|a|\n1\tx\ty\tz\n2|t|\n2|a| c\u2028d \n\n\n"
    first, second = records(tmp_path, content)
    assert first[0] == "a.txt:2"
    assert first[1][:3] == ("1", "A|B\t", "")
    assert [(place[-7:], line) for place, line in first[1].lines] == [("a.txt:4", "x\ty\tz")]
    assert second == ("a.txt:5", PubtatorRecord("2", "", " c\u2028d "))


def test_windows_line_ends_are_no_text(tmp_path: Path) -> None:
    ((_, record),) = records(tmp_path, "1|t|A\r\n1|a|B\r\n1\tx\ty\tz\r\n\r\n")
    assert (record.title, record.abstract, record.lines[0][1]) == ("A", "B", "x\ty\tz")


def test_text_has_a_space_between_title_and_abstract() -> None:
    assert PubtatorRecord("1", "A", "B").text == "A B"
    assert PubtatorRecord("1", "", "B").text == " B"
    assert PubtatorRecord("1", "A", "").text == "A"
    assert with_lines(PubtatorRecord("1", "A", ""), ["x"]).lines == (("", "x"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"a\.txt: the file is empty"),
        ("hello\n", r"a\.txt:1: a document begins with 'ID\|t\|title', not 'hello'"),
        ("1|a|B\n", r"a\.txt:1: a document begins with 'ID\|t\|title', not '1\|a\|B'"),
        ("1|t|A\n\n2|t|A\n", r"a\.txt:1: the document '1' has no line '1\|a\|…'"),
        ("1|t|A\n", r"a\.txt:1: the document '1' has no line"),
        ("1|t|A\n2|a|B\n", r"a\.txt:2: the abstract of '2' in the document '1'; each document"),
        ("1|t|A\n1|a|B\n1|a|B\n", r"a\.txt:3: the abstract of '1' in the document '1'"),
        ("1|t|A\n1\tx\ty\tz\n1|a|B\n", r"a\.txt:3: the abstract of '1' in the document '1'"),
        ("1|t|A\n1|a|B\n2\tx\ty\tz\n", r"a\.txt:3: a line of '2' in the document '1'; annotations"),
        ("1|t|A\n1|a|B\nmore\n", r"a\.txt:3: a line of 'more' in the document '1'"),
    ],
)
def test_lines_out_of_place_are_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        records(tmp_path, content)


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("0\t7\tAspirin\tChemical\tD1", ("D1",)),
        ("0\t7\tAspirin\tChemical\tD1|D2\tone|two", ("D1", "D2")),
        ("0\t7\tAspirin\tChemical\t-1\t", ("-1",)),
        ("0\t7\tAspirin\tChemical\t", ("",)),
        ("0\t7\tAspirin\tChemical", ()),
    ],
)
def test_reads_a_mention(line: str, ids: tuple[str, ...]) -> None:
    assert parse_line(line, TEXT, "f:3") == Mention(0, 7, "Aspirin", "Chemical", ids)


def test_reads_a_relation() -> None:
    assert parse_line("CID\tD1\tD2", TEXT, "f:3") == ConceptLink("CID", "D1", "D2")
    assert parse_line("CID\t5\tD2\tNovel", TEXT, "f:3") == ConceptLink("CID", "5", "D2")


def test_a_tab_in_a_mention_is_written_as_a_space() -> None:
    assert parse_line("0\t3\ta b\tX\tD1", "a\tb", "f:3") == Mention(0, 3, "a b", "X", ("D1",))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "'' is neither a mention .id, start, end, text, label, concept. nor a relation"),
        ("CID\tD1", "is neither a mention"),
        ("0\t7\tAspirin", "is neither a mention"),
        ("0\tseven\tAspirin\tChemical\tD1", "is neither a mention"),
        ("7\t7\t\tX\tD1", r"'' has the offsets \[7, 7\), but 0 <= start < end <= 14 characters"),
        ("8\t15\thelps.\tX\tD1", r"'helps.' has the offsets \[8, 15\)"),
        ("-1\t7\tAspirin\tX\tD1", r"'Aspirin' has the offsets \[-1, 7\)"),
        ("1\t8\tAspirin\tX\tD1", r"'Aspirin' is not at its offsets \[1, 8\), where 'spirin ' stan"),
    ],
)
def test_a_bad_line_is_named(line: str, message: str) -> None:
    with pytest.raises(DataError, match=rf"f:3: .*{message}"):
        parse_line(line, TEXT, "f:3")


@pytest.mark.parametrize(
    "line",
    [
        "T1\tSign\t8\t13\thelps",
        "T1\tSign\t0\t5\tother\tD1",
        "Sign\t8\t13\thelps\tD1",
        "R1\tCID\tArg1:T1\tArg2:T2",
    ],
)
def test_lines_of_another_variant_of_the_format_are_named(line: str) -> None:
    with pytest.raises(DataError, match=r"f:3: .* is a line of another variant of the format"):
        parse_line(line, TEXT, "f:3")


def test_a_relation_of_concepts_that_are_numbers_is_no_mention() -> None:
    assert parse_line("Bind\t7\t9\tNovel", TEXT, "f:3") == ConceptLink("Bind", "7", "9")

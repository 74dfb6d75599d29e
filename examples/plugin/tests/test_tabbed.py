"""The reader passes the suite, and says where a file is wrong."""

from pathlib import Path

import pytest
from jointre_example.tabbed import TabbedReader, TabbedWriter

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.testing.contracts import ReaderContract, WriterContract

SAMPLE = """\
document\ta
words\tMina Orr runs Orr Foods .
entity\tPeop\t0\t2
entity\tOrg\t3\t5
relation\tRuns\t0\t1

document\tb
words\tNobody came .
"""


class TestTabbed(ReaderContract):
    component = "tabbed"
    sample = SAMPLE


class TestTabbedWriter(WriterContract):
    component = "tabbed"
    sample = SAMPLE


def test_reads_what_the_lines_say(tmp_path: Path) -> None:
    path = tmp_path / "a.tabbed"
    path.write_text(SAMPLE)
    first, second = TabbedReader().read(path)
    assert first == Document(
        "a",
        ("Mina", "Orr", "runs", "Orr", "Foods", "."),
        entities=(Entity("Peop", (Span(0, 2),)), Entity("Org", (Span(3, 5),))),
        relations=(Relation("Runs", 0, 1),),
    )
    assert second == Document("b", ("Nobody", "came", "."))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("relation", "link", r"a\.tabbed:5: a line begins with one of document, words, .*'link'"),
        ("Peop\t0\t2", "Peop\t0", r":3: entity needs 3 fields \(label, start, end\) .* it has 2"),
        ("Peop\t0", "Peop\t-1", ":3: start must be a number from 0, not '-1'"),
        ("\t0\t2", "\t0\t9", r":3: the entity spans \[0, 9\), outside the 6 tokens"),
        ("Runs\t0\t1", "Runs\t0\t2", ":5: the relation joins entities 0 and 2, but .* has 2"),
        ("words\tNobody came .\n", "", ":7: a document begins with 'document', then 'words'"),
        ("document\tb\n", "", ":7: a document has one line 'words'; this is a second"),
    ],
)
def test_mistakes_are_told_with_their_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "a.tabbed"
    path.write_text(SAMPLE.replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        list(TabbedReader().read(path))


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (Document("a", ("New York",)), "documents that the format cannot hold skipped"),
        (Document("a\tb", ("x",)), "documents that the format cannot hold skipped"),
        (Document("a", ("", "x")), "empty words skipped"),
        (Document("a", ("x\ud800",)), "halves of surrogate pairs replaced by U+FFFD"),
    ],
)
def test_what_tabs_cannot_part_is_counted(tmp_path: Path, document: Document, kind: str) -> None:
    path = tmp_path / "a.tabbed"
    last = Document("last", ("Bob", "left"))
    skipped = SkippedData()
    TabbedWriter().write([document, last], path, skipped)
    assert [found for found, _ in skipped] == [kind]
    documents = list(TabbedReader().read(path))
    assert documents[-1] == last
    assert len(documents) == (1 if kind.startswith("documents") else 2)

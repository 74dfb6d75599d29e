"""Every reader passes the suite of readers: damage is reported, bad records can be skipped."""

import json
from pathlib import Path

from jointre.testing.contracts import ReaderContract
from tests.formats.docred import test_reader as test_docred
from tests.formats.dygie import test_reader as test_dygie
from tests.formats.pubtator import test_reader as test_pubtator
from tests.formats.spert import test_reader as test_spert
from tests.formats.triples import test_reader as test_triples

ANNOTATION = Path(__file__).parents[2] / "fixtures" / "annotation"


class TestSpert(ReaderContract):
    component = "spert"
    sample = json.dumps([test_spert.SENTENCE | {"ltokens": ["."]}, {"tokens": ["a"]}], indent=1)


class TestDygie(ReaderContract):
    component = "dygie"
    sample = (
        f"{json.dumps(test_dygie.RECORD)}\n{json.dumps(test_dygie.RECORD | {'doc_key': 'e'})}\n"
    )


class TestTriplesInAList(ReaderContract):
    component = "triples"
    sample = json.dumps([test_triples.WHOLE, test_triples.STAR], indent=1)


class TestTriplesInLines(ReaderContract):
    component = {"type": "triples", "occurrence": "first"}
    sample = f"{json.dumps(test_triples.RAW)}\n{json.dumps(test_triples.RAW)}\n"


class TestDocred(ReaderContract):
    component = "docred"
    sample = json.dumps([test_docred.RECORD, test_docred.RECORD | {"title": "B"}], indent=1)


class TestPubtator(ReaderContract):
    component = "pubtator"
    sample = test_pubtator.SAMPLE


class TestJsonl(ReaderContract):
    component = "jsonl"
    sample = """\
{"tokens": ["Ada", "left"], "entities": [{"label": "Peop", "mentions": [[0, 1]]}], "note": 1}
{"id": "b", "text": "Bob left Rome.", "entities": [{"label": "Peop", "chars": [[0, 3]]}, \
{"label": "Loc", "chars": [[9, 13]]}], "relations": [{"label": "Left", "head": 0, "tail": 1}]}
"""


class TestBrat(ReaderContract):
    component = "brat"
    sample = {
        "a.txt": "Ada left Rome.",
        "a.ann": "T1\tPeop 0 3\tAda\nT2\tLoc 9 13\tRome\nR1\tLeft Arg1:T1 Arg2:T2\t\n",
        "b.txt": "Bob stayed.",
        "b.ann": "T1\tPeop 0 3\tBob\n",
    }


class TestDoccano(ReaderContract):
    component = "doccano"
    sample = (ANNOTATION / "doccano" / "all.jsonl").read_text(encoding="utf-8")


class TestLabelStudio(ReaderContract):
    component = "label_studio"
    sample = (ANNOTATION / "label_studio" / "export.json").read_text(encoding="utf-8")


class TestText(ReaderContract):
    component = {"type": "text", "split_by": "line"}
    sample = "Ada left Rome.\n\nBob stayed. He met Ada.\n"

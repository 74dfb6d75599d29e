from jointre.testing.contracts import WriterContract
from tests.formats.test_every_reader import TestTriplesInAList as List
from tests.formats.test_every_reader import TestTriplesInLines as Lines


class TestTriplesWriter(WriterContract):
    component = "triples"
    sample = List.sample


class TestFirstOccurrences(WriterContract):
    component = {"type": "triples", "occurrence": "first"}
    reader = {"type": "triples", "occurrence": "first"}
    sample = Lines.sample

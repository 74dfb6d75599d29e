from jointre.testing.contracts import WriterContract
from tests.formats.prodigy.test_reader import TestProdigy as Sample


class TestProdigyWriter(WriterContract):
    component = "prodigy"
    sample = Sample.sample

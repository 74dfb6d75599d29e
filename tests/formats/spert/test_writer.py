from jointre.testing.contracts import WriterContract
from tests.formats.test_every_reader import TestSpert as Sample


class TestSpertWriter(WriterContract):
    component = "spert"
    sample = Sample.sample

from jointre.testing.contracts import WriterContract
from tests.formats.doccano.test_reader import TestDoccano as Sample


class TestDoccanoWriter(WriterContract):
    component = "doccano"
    sample = Sample.sample

from jointre.testing.contracts import WriterContract
from tests.formats.test_every_reader import TestDygie as Sample


class TestDygieWriter(WriterContract):
    component = "dygie"
    sample = Sample.sample

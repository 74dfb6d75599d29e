from jointre.testing.contracts import WriterContract
from tests.formats.test_every_reader import TestJsonl as Sample


class TestJsonlWriter(WriterContract):
    component = "jsonl"
    sample = Sample.sample

from jointre.testing.contracts import WriterContract
from tests.formats.test_every_reader import TestDocred as Sample


class TestDocredWriter(WriterContract):
    component = "docred"
    sample = Sample.sample

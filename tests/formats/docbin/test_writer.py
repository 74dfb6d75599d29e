from jointre.testing.contracts import WriterContract
from tests.formats.docbin.test_reader import SAMPLE


class TestDocbinWriter(WriterContract):
    component = "docbin"
    sample = SAMPLE.read_bytes()

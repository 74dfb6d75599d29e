"""The interface."""

from jointre.data.samplers import Sampler, SpanSampler
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary


def test_interface() -> None:
    assert Sampler.given == ("vocabulary", "max_width")
    assert Sampler.names() == ["document", "span"]


def test_a_unit_is_its_own_index() -> None:
    """Unless a sampler prepares more."""
    text = Document("d", ("a",))
    assert SpanSampler(Vocabulary(("Loc",), ()), 2).index(text) is text

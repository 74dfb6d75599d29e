"""The interface."""

from jointre.data.samplers import Sampler, SpanSampler
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.span_enumerators import AllSpans


def test_interface() -> None:
    assert Sampler.given == ("vocabulary", "span_enumerator")
    assert Sampler.names() == ["document", "span"]


def test_a_unit_is_its_own_index() -> None:
    """Unless a sampler prepares more."""
    text = Document("d", ("a",))
    assert SpanSampler(Vocabulary(("Loc",), ()), AllSpans(2)).index(text) is text

import pytest
from jointre_docs.references import alike, exists

DOCUMENTED = ["jointre.Document", "jointre.load", "one.Twin", "two.Twin"]


@pytest.mark.parametrize("name", ["Document", "jointre.data.schema.Document"])
def test_a_name_leads_to_its_page_wherever_it_is_defined(name: str) -> None:
    assert alike(name, DOCUMENTED) == "jointre.Document"


@pytest.mark.parametrize("name", ["Twin", "ocument", "Nothing"])
def test_no_name_is_guessed(name: str) -> None:
    assert alike(name, DOCUMENTED) is None


def test_what_exists_without_a_page() -> None:
    assert exists("jointre.data.split")
    assert exists("jointre.data.split.split")
    assert exists("jointre.data.schema.Document.text_of")
    assert exists("pathlib.Path")


@pytest.mark.parametrize("name", ["jointre.data.split.spilt", "jointre.nothing", "Nothing", "..x"])
def test_what_means_nothing(name: str) -> None:
    assert not exists(name)

from jointre.display import page
from tests.display.scenes import Tags, harmless, hostile, plain


def test_a_page_of_several_documents() -> None:
    whole = page.start("two") + page.figure(plain(), "relations", {})
    whole += page.figure(hostile(), "entities", {}) + page.END
    found = Tags(whole)
    assert harmless(whole)
    assert found.tags.count("figure") == 2
    assert found.tags.count("svg") == 1
    assert "x<&>\"'" in found.text
    assert "default-src 'none'" in whole


def test_a_piece_stands_in_any_page() -> None:
    piece = page.inner(plain(), "relations", {})
    assert piece.startswith("<div")
    assert not {"html", "body", "style"} & set(Tags(piece).tags)

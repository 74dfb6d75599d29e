from jointre.data.schema import Document, Entity, Span
from jointre.display.displacy import entities_html
from tests.display.scenes import Tags, crowd, harmless, hostile, plain


def test_flat_mentions_are_highlighted_in_the_text() -> None:
    page = Tags(entities_html(plain(), {"Place": "#123456"}))
    assert page.tags.count("mark") == 3
    assert "Ada Byron" in page.text
    assert sum("#123456" in (value or "") for _, value in page.attributes) == 1


def test_without_raw_text_words_are_joined() -> None:
    document = Document("d", ("Ada", "Byron", "left"), entities=(Entity("P", (Span(0, 2),)),))
    assert "Ada Byron" in Tags(entities_html(document, {})).text


def test_nested_mentions_are_lines_below_the_words() -> None:
    page = entities_html(crowd(0), {})
    assert 'class="spans"' in page
    assert page.count(">\n            Longer label") + page.count("Longer label") > 3


def test_hostile_text_stays_text() -> None:
    for document in (hostile(), Document("d", hostile().tokens, entities=hostile().entities[:2])):
        page = entities_html(document, {})
        assert harmless(page)
        assert "<script>alert(1)</script>" in Tags(page).text
        assert "<b onclick='x'>" in Tags(page).text
        page.encode()


def test_direction_and_emptiness() -> None:
    assert "direction: rtl" in entities_html(Document("d", ("שלום",)), {})
    assert "direction: ltr" in entities_html(Document("d", ()), {})

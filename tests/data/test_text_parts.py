from jointre.data.text_parts import parts

TEXT = (
    "\n  \nA title.\n  Its abstract. \r\n\t\r\nAnother.\rMore of it.\r\r\rThe last\u2028line.\u00a0"
)


def test_a_file_is_the_text_as_it_is() -> None:
    for text in (TEXT, "", " \n"):
        assert list(parts(text, "file")) == [(1, text)]


def test_paragraphs_stand_between_blank_lines_of_any_kind() -> None:
    assert list(parts(TEXT, "paragraph")) == [
        (3, "A title.\n  Its abstract. "),
        (6, "Another.\rMore of it."),
        (10, "The last\u2028line.\u00a0"),
    ]


def test_lines_that_hold_something() -> None:
    assert list(parts(TEXT, "line")) == [
        (3, "A title."),
        (4, "  Its abstract. "),
        (6, "Another."),
        (7, "More of it."),
        (10, "The last\u2028line.\u00a0"),
    ]


def test_white_space_holds_no_paragraph_and_no_line() -> None:
    for text in ("", " ", "\n\n", "\u00a0\r\n\t"):
        assert list(parts(text, "paragraph")) == list(parts(text, "line")) == []


def test_no_word_is_lost() -> None:
    for found in (parts(TEXT, "paragraph"), parts(TEXT, "line")):
        assert " ".join(text for _, text in found).split() == TEXT.split()

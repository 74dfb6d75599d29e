from jointre.data.schema import Span
from jointre.data.words import Words
from jointre.formats.pubtator.words import words_between


def test_no_sentence_goes_from_the_title_into_the_abstract() -> None:
    assert words_between("A title", "goes on. (And on.)") == Words(
        ("A", "title", "goes", "on", ".", "(", "And", "on", ".", ")"),
        tuple(
            (start, start + size)
            for start, size in [
                (0, 1),
                (2, 5),
                (8, 4),
                (13, 2),
                (15, 1),
                (17, 1),
                (18, 3),
                (22, 2),
                (24, 1),
                (25, 1),
            ]
        ),
        (Span(0, 2), Span(2, 5), Span(5, 10)),
    )
    assert words_between("", "") == Words((), (), ())

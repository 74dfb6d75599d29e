import pytest

from jointre.formats.doccano.offsets import CountedIn, LineEndJudge, Ruler


@pytest.mark.parametrize(
    ("unit", "offsets"),
    [
        ("code_points", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("utf16", [0, 2, 4, 5, 7, 8, 9, 10, 11]),
        ("graphemes", [0, None, None, None, 1, 2, None, 3, 4]),
    ],
)
def test_tools_count_otherwise(unit: CountedIn, offsets: list[int | None]) -> None:
    text = "👩🏽\u200d🚀ae\u0301b"  # an astronaut of three parts and a joiner
    ruler = Ruler(text, unit)
    assert [ruler.units(point) for point in range(len(text) + 1)] == offsets
    assert ruler.size == offsets[-1]
    back = [None if offset is None else ruler.code_point(offset) for offset in offsets]
    assert back == [p if o is not None else None for p, o in enumerate(offsets)]
    assert ruler.code_point(ruler.size + 1) is None
    assert ruler.code_point(-1) is None


def test_no_offset_lies_inside_a_character() -> None:
    assert [Ruler("a🎉b", "utf16").code_point(offset) for offset in range(5)] == [0, 1, None, 2, 3]


def test_line_ends_may_be_one() -> None:
    ruler = Ruler("a\r\n🎉\nb", "utf16", joined=True)
    assert [ruler.code_point(offset) for offset in range(7)] == [0, 1, 3, None, 4, 5, 6]


@pytest.mark.parametrize("unit", ["code_points", "utf16"])
def test_mentions_show_how_line_ends_count(unit: CountedIn) -> None:
    text = "one two\r\nthree four"
    judge = LineEndJudge("auto", unit)
    assert not judge.joined(text, [(0, 3)])  # before the line end
    assert not judge.joined(text, [(9, 14)])
    assert judge.joined(text, [(8, 13), (14, 18)])
    assert judge.joined(text, [(8, 13)])
    assert judge.joined(text, [(0, 3)])  # as most texts before
    assert not judge.joined("one two", [(0, 3)])
    assert not LineEndJudge("two", unit).joined(text, [(8, 13)])
    assert LineEndJudge("one", unit).joined(text, [(9, 14)])

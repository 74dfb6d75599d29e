import pytest

from jointre.display.colors import (
    _MORE_FILLS,
    _MORE_LINES,
    FILLS,
    INK,
    LINES,
    PAPER,
    check_colors,
    fill,
    fills,
    line,
    lines,
)
from jointre.errors import DataError


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_accessibility_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("color", [*FILLS, *_MORE_FILLS])
def test_labels_can_be_read_on_their_chips(color: str) -> None:
    assert contrast(INK, color) >= 7


@pytest.mark.parametrize("color", [*LINES, *_MORE_LINES])
def test_labels_can_be_read_in_the_colour_of_their_lines(color: str) -> None:
    assert contrast(color, PAPER) >= 4.5


def test_a_label_has_its_colour_everywhere() -> None:
    # A change of these changes all pictures that people know.
    assert [fill(label, {}) for label in ("Person", "Place", "Ünit", "\ud800")] == [
        "#77aadd",
        "#ffaabb",
        fill("Ünit", {"Person": "gold"}),
        fill("\ud800", {}),
    ]
    assert line("works_for", {}) == line("works_for", {}) == "#6f4bd8"


@pytest.mark.parametrize(
    "labels",
    [
        ("Person", "Organization", "Place", "Event"),
        ("Peop", "Org", "Loc", "Other"),
        ("PER", "ORG", "LOC", "MISC"),
        ("Chemical", "Disease"),
    ],
)
def test_labels_of_a_corpus_differ(labels: tuple[str, ...]) -> None:
    assert len({fill(label, {}) for label in labels}) == len(labels)


def test_no_two_of_twenty_labels_share_a_colour() -> None:
    labels = [f"label {number}" for number in range(20)]
    for choose, usual in ((fills, fill), (lines, line)):
        chosen = choose(labels, {})
        assert len(set(chosen.values())) == len(chosen) == 20
        assert choose(labels[:1], {}) == {labels[0]: usual(labels[0], {})}
    assert fills(labels, {"label 3": "gold"})["label 3"] == "gold"


def test_colors_of_the_user() -> None:
    wanted = {"Person": "gold", "r": "#12345f"}
    check_colors(wanted)
    assert fill("Person", wanted) == "gold"
    assert line("r", wanted) == "#12345f"


@pytest.mark.parametrize(
    "color", ["", "#12", "red;x", "url(http://a)", "#1234567", '"/>', "gold\n"]
)
def test_what_is_no_colour(color: str) -> None:
    with pytest.raises(DataError, match=r"colors\['Person'\]=.* is not a colour; write #77aadd"):
        check_colors({"Person": color})

import io

import matplotlib.image
import numpy as np
import pytest
from numpy.typing import NDArray

from jointre.analysis.attention import AttentionMap, AttentionRow, GoldMention
from jointre.analysis.heatmap_png import png
from jointre.errors import DataError

DARKEST, RED, BLUE = (0, 68, 27), (192, 0, 0), (0, 64, 208)


def drawn(picture: AttentionMap) -> NDArray[np.int64]:
    """Rows, columns and colours of the picture."""
    shown = matplotlib.image.imread(io.BytesIO(png(picture)), format="png")
    return np.rint(shown[..., :3] * 255).astype(np.int64)


def count(pixels: NDArray[np.int64], color: tuple[int, int, int]) -> int:
    return int((pixels == np.array(color)).all(-1).sum())


def picture(
    tokens: list[str], *weights: list[float], gold: tuple[GoldMention, ...] = ()
) -> AttentionMap:
    rows = tuple(AttentionRow((f"ner_{i}",), tuple(row), 0.0) for i, row in enumerate(weights, 1))
    return AttentionMap("x", tuple(tokens), rows, gold, ())


def test_the_maximum_of_each_row_is_darkest() -> None:
    words = ["London", "Londen", "London"]
    found = drawn(picture(words, [0.1, 0.8, 0.1], [0.02, 0.01, 0.01], [0.0, 0.0, 0.0]))
    rows, columns = np.nonzero((found == np.array(DARKEST)).all(-1))
    assert len(rows) > 500
    first = rows < rows.min() + 40
    assert columns[first].min() > columns[~first].max()  # second word above, first word below
    assert rows.max() - rows.min() < 85  # two of the three rows: one of zeros is white


def test_red_and_blue_words() -> None:
    words = ["London", "and", "Rome"]
    plain = drawn(picture(words, [0.2, 0.3, 0.5]))
    gold = (GoldMention("Loc", 0, 1, True), GoldMention("Loc", 2, 3, False))
    marked = drawn(picture(words, [0.2, 0.3, 0.5], gold=gold))
    top = slice(80, 150)  # the line of the words; the legend below has the colours anyway
    assert count(plain[top], RED) == count(plain[top], BLUE) == 0
    assert count(marked[top], RED) > 100
    assert count(marked[top], BLUE) > 50
    red, blue = (np.nonzero((marked[top] == np.array(color)).all(-1))[1] for color in (RED, BLUE))
    assert red.max() < blue.min()


def test_words_wrap_into_lines() -> None:
    one = drawn(picture(["word"] * 10, [0.1] * 10))
    two = drawn(picture(["word"] * 40, [0.025] * 40))
    assert two.shape[1] < 2 * one.shape[1] + 1000
    assert two.shape[1] <= 2500
    assert two.shape[0] > one.shape[0] + 80


def test_any_text_is_drawn_as_it_is() -> None:
    """Dollars are no formula; letters that the font lacks are boxes and no warning."""
    odd = ["$x$", "a_b^c", "\\frac", "🎉", "字", "غادرت", "\n", "\u200b", "%"]
    assert drawn(picture(odd, [1 / 9] * 9)).shape[0] > 100


def test_too_long_for_a_png() -> None:
    message = r"document 'x': 9000 words in 40 rows are too many for a PNG; write \.html"
    with pytest.raises(DataError, match=message):
        png(picture(["word"] * 9000, *[[0.0] * 9000] * 40))

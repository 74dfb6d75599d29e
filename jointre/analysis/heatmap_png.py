"""Attention maps as PNG, drawn by matplotlib (the extra ``plots``)."""

import io
import warnings
from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

from jointre.analysis.attention import AttentionMap
from jointre.analysis.heatmap_parts import (
    COLORS,
    captions,
    ink,
    lines,
    percent,
    shade,
    share,
    title,
)
from jointre.errors import DataError

DPI = 150
WIDTH = 1000.0  # of all words of a line, in points
LEFT = 14.0  # margin, in points
ROW, GAP = 20.0, 2.0  # height of a row and the space between cells, in points
NOTE = 15.0  # height of a line below the picture, in points
WORD, FIGURE, SMALL = 11.0, 8.0, 9.0  # sizes of the letters, in points
TALLEST = 60_000  # maximum height in pixels, above which the library and viewers fail


class Canvas:
    """A page in points, from the top left."""

    def __init__(self) -> None:
        self.figure = Figure(dpi=DPI)
        self.renderer = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]
        self.height = 0.0

    def measure(self, text: str, size: float, bold: bool = False) -> float:
        """The width of a text."""
        font = FontProperties(size=size, weight="bold" if bold else "normal")
        width, _, _ = self.renderer.get_text_width_height_descent(text, font, ismath=False)
        return float(width) * 72 / DPI

    def resize(self, width: float, height: float) -> None:
        """Set the size of the page, before anything is drawn."""
        self.height = height
        self.figure.set_size_inches(width / 72, height / 72)
        self.axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        self.axes.set_axis_off()

    def box(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """A filled rectangle."""
        self.axes.add_patch(Rectangle((x, y), width, height, color=color, linewidth=0))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        color: str = "#202020",
        align: str = "center",
        bold: bool = False,
    ) -> None:
        """A line of text, centred at height y; dollar signs do not start formulas."""
        self.axes.text(
            x,
            y,
            text,
            size=size,
            color=color,
            ha=align,
            va="center_baseline",
            weight="bold" if bold else "normal",
            parse_math=False,
        )

    def png(self) -> bytes:
        """The page."""
        stream = io.BytesIO()
        self.figure.savefig(stream, format="png", dpi=DPI)
        return stream.getvalue()


def png(picture: AttentionMap) -> bytes:
    """The picture as PNG; letters that matplotlib's font lacks are shown as boxes.

    Raises:
        DataError: The picture would be too tall.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        return _drawn(picture, Canvas())


def plain(text: str) -> str:
    """The text in one line, without surrogates, which cannot be drawn."""
    return " ".join(text.encode(errors="replace").decode().split()) or " "


def _drawn(picture: AttentionMap, canvas: Canvas) -> bytes:
    tokens = [plain(token) for token in picture.tokens]
    bold = [mark is not None for mark in picture.marks]
    figure = canvas.measure("00.00", FIGURE)
    sizes = [
        max(canvas.measure(token, WORD, heavy), figure) + 8
        for token, heavy in zip(tokens, bold, strict=True)
    ]
    names = [f"{plain(title(row))}  max {percent(row.top)} %" for row in picture.rows]
    left = LEFT + max(canvas.measure(name, SMALL) for name in names) + 8
    blocks = lines(sizes, WIDTH)
    block = (len(names) + 1) * ROW + ROW / 2
    remarks = captions(picture)
    height = 2 * ROW + len(blocks) * block + 2 * ROW + len(remarks) * NOTE
    if height * DPI / 72 > TALLEST:
        raise DataError(
            f"document {picture.id!r}: {len(tokens)} words in {len(names)} rows are too many for "
            "a PNG; write .html"
        )
    width = left + max(sum(sizes[i] for i in line) for line in blocks) + LEFT
    foot = max(canvas.measure(text, SMALL) for text in [*remarks, "0" * 75]) + 2 * LEFT
    canvas.resize(max(width, foot), height)
    canvas.text(LEFT, ROW, f"Attention: {plain(picture.id)}", WORD + 1, align="left", bold=True)
    for number, line in enumerate(blocks):
        _block(canvas, picture, line, (left, 2 * ROW + number * block), tokens, sizes, names)
    _legend(canvas, 2 * ROW + len(blocks) * block, remarks)
    return canvas.png()


def _block(
    canvas: Canvas,
    picture: AttentionMap,
    line: range,
    corner: tuple[float, float],
    tokens: Sequence[str],
    sizes: Sequence[float],
    names: Sequence[str],
) -> None:
    """The words of a line and their cells."""
    left, top = corner
    marks = picture.marks
    tops = [row.top for row in picture.rows]
    for number, name in enumerate(names, start=1):
        canvas.text(left - 8, top + (number + 0.5) * ROW, name, SMALL, align="right")
    x = left
    for column in line:
        mark, size = marks[column], sizes[column]
        middle = x + size / 2
        color = COLORS[mark]
        canvas.text(middle, top + ROW / 2, tokens[column], WORD, color, bold=mark is not None)
        for number, (row, maximum) in enumerate(zip(picture.rows, tops, strict=True), start=1):
            weight, y = row.weights[column], top + number * ROW
            fraction = share(weight, maximum)
            canvas.box(x + GAP / 2, y + GAP / 2, size - GAP, ROW - GAP, shade(fraction))
            canvas.text(middle, y + ROW / 2, percent(weight), FIGURE, ink(fraction))
        x += size


def _legend(canvas: Canvas, top: float, remarks: Sequence[str]) -> None:
    """The scale, what the colours of the words mean, and the remarks."""
    y, steps, bar = top + ROW / 2, 50, 120.0
    canvas.text(LEFT, y, "0", SMALL, align="left")
    x = LEFT + canvas.measure("0", SMALL) + 6
    for step in range(steps):
        color = shade((step + 0.5) / steps)
        canvas.box(x + step * bar / steps, y - 5, bar / steps, 10.0, color)
    x += bar + 6
    for text, color, bold in (
        ("maximum of the row; figures in percent.   Gold: ", COLORS[None], False),
        ("entity in a relation", COLORS["related"], True),
        (", ", COLORS[None], False),
        ("other entity", COLORS["entity"], True),
    ):
        canvas.text(x, y, text, SMALL, color, align="left", bold=bold)
        x += canvas.measure(text, SMALL, bold)
    for number, text in enumerate(remarks, start=1):
        canvas.text(LEFT, y + 4 + number * NOTE, text, SMALL, align="left")

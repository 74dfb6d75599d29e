"""A document as an SVG: words in lines, entities as chips above them, relations as arcs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from jointre.data.schema import Document
from jointre.display.arcs import Arcs, Strip, route
from jointre.display.colors import FAINT, INK, PAPER, fill, fills, line
from jointre.display.colors import lines as line_colors
from jointre.display.lines import LABEL_FONT, LIMIT, WORD_FONT, Lines, arrange
from jointre.display.measure import clean, markup, right_to_left, short, width
from jointre.display.titles import entity_title, relation_title
from jointre.plurals import counted

MARGIN = 12.0
_FONT = "'Liberation Sans', Arial, Helvetica, sans-serif"
_LEVEL, _LAYER, _CHIP, _WORDS = 19.0, 18.0, 15.0, 21.0  # heights
_ABOVE, _BETWEEN = 14.0, 12.0  # room over the chips for arrows, room between two lines
_ROUND, _ARROW = 5.0, 5.0


@dataclass(frozen=True, slots=True)
class _Frame:
    """Converts positions among the lines of words to positions in the picture."""

    words: tuple[float, ...]  # the base line of each line of words
    chips: tuple[float, ...]  # the upper edge of each line's highest layer
    left: float
    width: float
    height: float
    mirrored: bool

    def x(self, x: float) -> float:
        placed = MARGIN + self.left + x
        return self.width - placed if self.mirrored else placed

    def layer(self, line: int, layer: int) -> float:
        """The upper edge of a chip."""
        return self.words[line] - WORD_FONT - _LAYER * (layer + 1)

    def level(self, strip: Strip) -> float:
        """The height at which a relation runs."""
        return self.chips[strip.line] - _ABOVE - _LEVEL * strip.level


def svg(document: Document, colors: Mapping[str, str] | None = None, limit: float = LIMIT) -> str:
    """Draw entities and relations.

    A text in a right-to-left script is drawn from right to left as a whole. Titles, which browsers
    show on hover, describe entities and relations with their probabilities. The picture needs no
    other file.

    Args:
        document: Document to draw; long texts are broken into lines.
        colors: Colours of labels, in place of the default ones.
        limit: Maximum width of a line of words in pixels.
    """
    lines = arrange(document, limit)
    arcs = route(document, lines)
    frame = _frame(document, lines, arcs)
    label_colors = colors or {}
    chips = fills((entity.label or "?" for entity in document.entities), label_colors)
    strokes = line_colors((relation.label for relation in document.relations), label_colors)
    names = (
        f"{counted(len(document.entities), 'entities')}, "
        f"{counted(len(document.relations), 'relations')}"
    )
    size = f'width="{frame.width:.0f}" height="{frame.height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} '
        f'viewBox="0 0 {frame.width:.0f} {frame.height:.0f}" font-family="{_FONT}" '
        f'text-anchor="middle" direction="{"rtl" if frame.mirrored else "ltr"}" '
        f'aria-label="{markup(document.id)}: {names}">',
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        *_paths(document, lines, arcs, frame, strokes),
        *_labels(document, arcs, frame, strokes),
        *_chips(document, lines, frame, chips),
        *_words(document, lines, frame),
        "</svg>",
    ]
    return "\n".join(parts)


def _frame(document: Document, lines: Lines, arcs: Arcs) -> _Frame:
    levels, layers = [0] * lines.count, [0] * lines.count
    for strip in (strip for relation_strips in arcs.strips for strip in relation_strips):
        levels[strip.line] = max(levels[strip.line], strip.level + 1)
    for chip in lines.chips:
        layers[chip.line] = max(layers[chip.line], chip.layer + 1)
    arc_heights = [(_ABOVE + _LEVEL * count if count else 0.0) for count in levels]
    chip_heights = [_LAYER * count for count in layers]
    heights = [
        arc_height + chip_height + _WORDS + _BETWEEN
        for arc_height, chip_height in zip(arc_heights, chip_heights, strict=True)
    ]
    tops = list(accumulate(heights, initial=MARGIN))
    words = [top - _BETWEEN - _WORDS + WORD_FONT for top in tops[1:]]
    return _Frame(
        tuple(words),
        tuple(
            base - WORD_FONT - chip_height
            for base, chip_height in zip(words, chip_heights, strict=True)
        ),
        arcs.left,
        max(arcs.left + arcs.width + arcs.right, 120.0) + 2 * MARGIN,
        max(tops[-1] + MARGIN - _BETWEEN, 3 * MARGIN),
        right_to_left(document),
    )


def _text(text: str, x: float, y: float, font: int, color: str, max_width: float = 1e9) -> str:
    """A text centred at ``x``; if its width is known, it is drawn that wide in every font."""
    text_width, known = width(text, font)
    drawn_width = min(text_width, max_width)
    fixed_width = ""
    if drawn_width and (known or drawn_width < text_width):
        fixed_width = f' textLength="{drawn_width:.1f}" lengthAdjust="spacingAndGlyphs"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{font}" fill="{color}" xml:space="preserve"'
        f"{fixed_width}>{markup(text)}</text>"
    )


def _words(document: Document, lines: Lines, frame: _Frame) -> Iterator[str]:
    for token, word in zip(document.tokens, lines.words, strict=True):
        shown = short(token)
        center = frame.x((word.left + word.right) / 2), frame.words[word.line]
        text = _text(shown, *center, WORD_FONT, INK)
        shortened = shown != clean(token)
        yield f"<g><title>{markup(token)}</title>{text}</g>" if shortened else text
    if not document.tokens:
        yield _text("(no words)", frame.width / 2, frame.height / 2 + 4, LABEL_FONT, FAINT)


def _chips(
    document: Document, lines: Lines, frame: _Frame, colors: Mapping[str, str]
) -> Iterator[str]:
    for chip in lines.chips:
        mark = lines.marks[chip.mark]
        color = fill(document.entities[mark.entity].label or "?", colors)
        size = chip.right - chip.left
        y = frame.layer(chip.line, chip.layer)
        x = min(frame.x(chip.left), frame.x(chip.right))
        label = _text(mark.text, x + size / 2, y + 11.3, LABEL_FONT, INK, max(size - 4, 1.0))
        yield (
            f"<g><title>{markup(entity_title(document, mark.entity, mark.mention))}</title>"
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{_CHIP}" rx="3" '
            f'fill="{color}"/>{label}</g>'
        )


def _paths(
    document: Document, lines: Lines, arcs: Arcs, frame: _Frame, colors: Mapping[str, str]
) -> Iterator[str]:
    for number, strips in enumerate(arcs.strips):
        relation = document.relations[number]
        points = _points(strips, lines, frame)
        path, (x, y) = _rounded(points), points[-1]
        tip = f"M{x:.1f},{y:.1f} l{-_ARROW / 1.5:.1f},{-_ARROW * 1.3:.1f} h{_ARROW * 1.33:.1f} z"
        color = line(relation.label, colors)
        yield (
            f"<g><title>{markup(relation_title(document, relation))}</title>"
            f'<path d="{path}" fill="none" stroke="{PAPER}" stroke-width="3.5"/>'
            f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.3"/>'
            f'<path d="{tip}" fill="{color}"/></g>'
        )


def _points(strips: Sequence[Strip], lines: Lines, frame: _Frame) -> list[tuple[float, float]]:
    """The corners of a relation's line, from the head to the tail."""
    points: list[tuple[float, float]] = []
    for strip in strips:
        for x, index in zip(strip.xs, strip.chips, strict=True):
            ends = [frame.level(strip)]
            if index is not None:
                ends.append(frame.layer(strip.line, lines.chips[index].layer))
            # Up from the head, down to the tail.
            ends = ends if points else ends[::-1]
            points += [(frame.x(x), y) for y in ends]
    return points


def _rounded(points: Sequence[tuple[float, float]]) -> str:
    """A path along the points, its corners rounded."""
    parts = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for previous, corner, following in zip(points, points[1:], points[2:], strict=False):
        (a, b), (c, d) = (_toward(corner, end) for end in (previous, following))
        parts.append(f"L{a:.1f},{b:.1f} Q{corner[0]:.1f},{corner[1]:.1f} {c:.1f},{d:.1f}")
    return " ".join([*parts, f"L{points[-1][0]:.1f},{points[-1][1]:.1f}"])


def _toward(corner: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """A point near a corner on the way to another point."""
    x, y = end[0] - corner[0], end[1] - corner[1]
    distance = abs(x) + abs(y)  # one of them is 0
    share = min(_ROUND, distance / 2) / distance if distance else 0.0
    return corner[0] + x * share, corner[1] + y * share


def _labels(
    document: Document, arcs: Arcs, frame: _Frame, colors: Mapping[str, str]
) -> Iterator[str]:
    for strip in (
        strip for relation_strips in arcs.strips for strip in relation_strips if strip.half
    ):
        relation = document.relations[strip.relation]
        x, y = frame.x(strip.label), frame.level(strip)
        yield (
            f"<g><title>{markup(relation_title(document, relation))}</title>"
            f'<rect x="{x - strip.half + 2:.1f}" y="{y - 7:.1f}" '
            f'width="{2 * strip.half - 4:.1f}" height="14" fill="{PAPER}"/>'
            f"{_text(short(relation.label), x, y + 3.8, LABEL_FONT, line(relation.label, colors))}"
            "</g>"
        )

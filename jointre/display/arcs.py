"""Where the lines of relations run: level above level, and beside the words from line to line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jointre.data.schema import Document
from jointre.display.lines import LABEL_FONT, Chip, Lines
from jointre.display.measure import short, width

LANE = 9.0  # from one line beside the words to the next
_FIRST_LANE = 12.0  # from the words to the first
_PAD = 5.0  # beside a relation's label
_APART = 4.0  # between two lines at one level
_STEP = 4.0  # by which a label moves to give way


@dataclass(slots=True)
class Strip:
    """The part of a relation that runs above one line of words.

    Args:
        relation: Index of the relation.
        chips: Chips at which the strip begins and ends; None: in the lane beside the words.
        line: Number of the line of words.
        xs: Horizontal positions of both ends, in pixels.
        half: Half of the label's width in pixels; 0 if the label is on the other strip.
        label: Horizontal middle of the label, in pixels.
        level: Height above the words, as the number of strips below.
    """

    relation: int
    chips: tuple[int | None, int | None]
    line: int
    xs: list[float]
    half: float
    label: float = 0.0
    level: int = 0

    @property
    def low(self) -> float:
        """The left edge of line and label."""
        return min(*self.xs, self.label - self.half)

    @property
    def high(self) -> float:
        """The right edge of line and label."""
        return max(*self.xs, self.label + self.half)


@dataclass(frozen=True, slots=True)
class Arcs:
    """The arcs of all relations of a picture.

    Args:
        strips: One strip per relation, or the strips of its head and its tail if these are on
            different lines.
        left: Width in pixels of the lanes to the left of the words.
        right: Width in pixels of the lanes to the right of the words.
        width: Width in pixels of the words and labels between the lanes.
    """

    strips: tuple[tuple[Strip, ...], ...]
    left: float
    right: float
    width: float


def route(document: Document, lines: Lines) -> Arcs:
    """Route the lines of all relations.

    Longer relations run above the shorter ones that they enclose, no two labels or lines
    overlap at one level, and labels give way to lines that rise through their level.

    Args:
        document: Document with the relations.
        lines: Positions of their mentions.
    """
    halves = [
        width(short(relation.label), LABEL_FONT).size / 2 + _PAD for relation in document.relations
    ]
    inner_width = max([lines.width, *(2 * half for half in halves)])
    first_chips: dict[int, int] = {}
    for index, chip in enumerate(lines.chips):
        first_chips.setdefault(chip.mark, index)
    chip_pairs = [(first_chips[link.head], first_chips[link.tail]) for link in lines.links]
    lanes = _lanes(
        [(lines.chips[head], lines.chips[tail]) for head, tail in chip_pairs], inner_width
    )
    strips = [
        _strips(relation, chip_pair, lines.chips, lanes.get(relation), halves[relation])
        for relation, chip_pair in enumerate(chip_pairs)
    ]
    all_strips = [strip for relation_strips in strips for strip in relation_strips]
    _spread(all_strips, lines.chips)
    for relation_strips in strips:
        _drop_label_of_short_strip(relation_strips, inner_width)
    for line_strips in _by_line(all_strips):
        _rank(line_strips, inner_width)
    sides = [*lanes.values(), 0.0, inner_width]
    left, right = -min(sides), max(sides) - inner_width
    return Arcs(tuple(strips), left, right, inner_width)


def _lanes(pairs: Sequence[tuple[Chip, Chip]], inner_width: float) -> dict[int, float]:
    """The lane of each relation between two lines, on the side that is nearer to its ends."""
    taken_lanes: dict[bool, list[list[range]]] = {False: [], True: []}
    lanes: dict[int, float] = {}
    ranges = {
        i: range(min(head.line, tail.line), max(head.line, tail.line) + 1)
        for i, (head, tail) in enumerate(pairs)
        if head.line != tail.line
    }
    for i in sorted(ranges, key=lambda i: (len(ranges[i]), i)):
        head, tail = pairs[i]
        on_right = head.middle + tail.middle > inner_width
        number = _take_free_lane(taken_lanes[on_right], ranges[i])
        distance = _FIRST_LANE + LANE * number
        lanes[i] = inner_width + distance if on_right else -distance
    return lanes


def _take_free_lane(lanes: list[list[range]], line_range: range) -> int:
    """Take the first lane that is free beside these lines, and return its number."""
    for number, lane in enumerate(lanes):
        if all(
            taken_range.stop <= line_range.start or line_range.stop <= taken_range.start
            for taken_range in lane
        ):
            lane.append(line_range)
            return number
    lanes.append([line_range])
    return len(lanes) - 1


def _strips(
    relation: int,
    ends: tuple[int, int],
    chips: Sequence[Chip],
    lane: float | None,
    half: float,
) -> tuple[Strip, ...]:
    head, tail = (chips[end] for end in ends)
    if lane is None:
        return (Strip(relation, ends, head.line, [head.middle, tail.middle], half),)
    return (
        Strip(relation, (ends[0], None), head.line, [head.middle, lane], half),
        Strip(relation, (None, ends[1]), tail.line, [lane, tail.middle], half),
    )


def _spread(strips: Sequence[Strip], chips: Sequence[Chip]) -> None:
    """Give each line that ends at a chip a position of its own, so that few cross."""
    line_ends: dict[int, list[tuple[tuple[float, ...], Strip, int]]] = defaultdict(list)
    for strip in strips:
        for end, chip in enumerate(strip.chips):
            if chip is not None:
                distance = strip.xs[1 - end] - strip.xs[end]
                # To the left the longest is the last, to the right it is the first.
                side = -1 if distance < 0 else 1
                line_ends[chip].append(((side, -distance, side * strip.relation), strip, end))
    covers = _covers(chips)
    for index, ends_at_chip in line_ends.items():
        low, high = _widest_free_range(chips[index], covers[index])
        step = (high - low) / (len(ends_at_chip) + 1)
        for number, (_, strip, end) in enumerate(
            sorted(ends_at_chip, key=lambda line_end: line_end[0]), 1
        ):
            strip.xs[end] = low + step * number


def _drop_label_of_short_strip(strips: tuple[Strip, ...], inner_width: float) -> None:
    """Label a relation between two lines on one strip only if its other strip is too short."""
    visible_widths = [min(max(strip.xs), inner_width) - max(min(strip.xs), 0.0) for strip in strips]
    shortest, longest = (
        visible_widths.index(min(visible_widths)),
        visible_widths.index(max(visible_widths)),
    )
    if shortest != longest and visible_widths[shortest] < 2 * strips[shortest].half:
        strips[shortest].half = 0.0


def _covers(chips: Sequence[Chip]) -> Mapping[int, list[Chip]]:
    """The chips that lie on top of each chip, by index."""
    lines: dict[int, list[int]] = defaultdict(list)
    for index, chip in enumerate(chips):
        lines[chip.line].append(index)
    return {
        index: [
            chips[cover]
            for cover in chip_indices
            if chips[cover].layer > chips[index].layer
            and chips[cover].left < chips[index].right
            and chips[index].left < chips[cover].right
        ]
        for chip_indices in lines.values()
        for index in chip_indices
    }


def _widest_free_range(chip: Chip, above: Sequence[Chip]) -> tuple[float, float]:
    """The widest part of a chip that no other chip covers."""
    free_ranges, low = [], chip.left
    for cover in sorted(above, key=lambda cover: cover.left):
        free_ranges.append((low, cover.left))
        low = max(low, cover.right)
    free_ranges.append((low, chip.right))
    return max(free_ranges, key=lambda free_range: free_range[1] - free_range[0])


def _by_line(strips: Iterable[Strip]) -> list[list[Strip]]:
    lines: dict[int, list[Strip]] = defaultdict(list)
    for strip in strips:
        lines[strip.line].append(strip)
    return list(lines.values())


def _rank(strips: list[Strip], inner_width: float) -> None:
    """Set the levels and the labels of the strips of one line."""
    for strip in strips:
        strip.label = min(max(sum(strip.xs) / 2, strip.half), inner_width - strip.half)
    strips.sort(key=lambda strip: (strip.high - strip.low, strip.relation))
    for number, strip in enumerate(strips):
        placed = strips[:number]
        overlapping = [
            other
            for other in placed
            if other.low < strip.high + _APART and strip.low < other.high + _APART
        ]
        enclosed = [
            other for other in overlapping if strip.low <= other.low and other.high <= strip.high
        ]
        strip.level = max((other.level + 1 for other in enclosed), default=0)
        while any(other.level == strip.level for other in overlapping):
            strip.level += 1
    for strip in strips:
        _give_way(strip, strips, inner_width)


def _give_way(strip: Strip, strips: Sequence[Strip], inner_width: float) -> None:
    """Move a label along its line to a position through which no other line rises."""
    legs = [
        x
        for other in strips
        if other.level > strip.level
        for x, chip in zip(other.xs, other.chips, strict=True)
        if chip is not None
    ]
    low = max(min(strip.xs), 0.0) + strip.half
    high = min(max(strip.xs), inner_width) - strip.half
    steps = range(int(max(high - low, 0.0) / _STEP) + 1)
    for label_x in sorted(
        (low + _STEP * step for step in steps), key=lambda x: abs(x - strip.label)
    ):
        if label_x <= high and all(abs(leg - label_x) > strip.half for leg in legs):
            strip.label = label_x
            return

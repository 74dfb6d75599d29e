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
    """Find the way of each relation.

    Longer relations run above the shorter ones that they enclose, no two labels or lines
    overlap at one level, and labels give way to lines that rise through their level.

    Args:
        document: the relations.
        lines: the places of their mentions.
    """
    halves = [
        width(short(relation.label), LABEL_FONT).size / 2 + _PAD for relation in document.relations
    ]
    area = max([lines.width, *(2 * half for half in halves)])
    first: dict[int, int] = {}
    for index, chip in enumerate(lines.chips):
        first.setdefault(chip.mark, index)
    ends = [(first[link.head], first[link.tail]) for link in lines.links]
    lanes = _lanes([(lines.chips[head], lines.chips[tail]) for head, tail in ends], area)
    strips = [
        _strips(relation, pair, lines.chips, lanes.get(relation), halves[relation])
        for relation, pair in enumerate(ends)
    ]
    every = [strip for some in strips for strip in some]
    _spread(every, lines.chips)
    for own in strips:
        _leave_out_a_label(own, area)
    for beside in _by_line(every):
        _rank(beside, area)
    sides = [*lanes.values(), 0.0, area]
    left, right = -min(sides), max(sides) - area
    return Arcs(tuple(strips), left, right, area)


def _lanes(pairs: Sequence[tuple[Chip, Chip]], area: float) -> dict[int, float]:
    """The lane of each relation between two lines, on the side that is nearer to its ends."""
    taken: dict[bool, list[list[range]]] = {False: [], True: []}
    lanes: dict[int, float] = {}
    ranges = {
        i: range(min(head.line, tail.line), max(head.line, tail.line) + 1)
        for i, (head, tail) in enumerate(pairs)
        if head.line != tail.line
    }
    for i in sorted(ranges, key=lambda i: (len(ranges[i]), i)):
        head, tail = pairs[i]
        right = head.middle + tail.middle > area
        number = _free(taken[right], ranges[i])
        far = _FIRST_LANE + LANE * number
        lanes[i] = area + far if right else -far
    return lanes


def _free(lanes: list[list[range]], wanted: range) -> int:
    """The first lane that is free in these lines, which it then is no more."""
    for number, lane in enumerate(lanes):
        if all(other.stop <= wanted.start or wanted.stop <= other.start for other in lane):
            lane.append(wanted)
            return number
    lanes.append([wanted])
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
    """Give each line that ends at a chip a place of its own, so that few cross."""
    hooks: dict[int, list[tuple[tuple[float, ...], Strip, int]]] = defaultdict(list)
    for strip in strips:
        for end, chip in enumerate(strip.chips):
            if chip is not None:
                away = strip.xs[1 - end] - strip.xs[end]
                # To the left the longest is the last, to the right it is the first.
                side = -1 if away < 0 else 1
                hooks[chip].append(((side, -away, side * strip.relation), strip, end))
    covers = _covers(chips)
    for index, hooked in hooks.items():
        low, high = _open_part(chips[index], covers[index])
        step = (high - low) / (len(hooked) + 1)
        for number, (_, strip, end) in enumerate(sorted(hooked, key=lambda hook: hook[0]), 1):
            strip.xs[end] = low + step * number


def _leave_out_a_label(strips: tuple[Strip, ...], area: float) -> None:
    """A relation from line to line has its label twice, unless one end is too short for it."""
    rooms = [min(max(strip.xs), area) - max(min(strip.xs), 0.0) for strip in strips]
    shortest, longest = rooms.index(min(rooms)), rooms.index(max(rooms))
    if shortest != longest and rooms[shortest] < 2 * strips[shortest].half:
        strips[shortest].half = 0.0


def _covers(chips: Sequence[Chip]) -> Mapping[int, list[Chip]]:
    """The chips that stand on each chip."""
    lines: dict[int, list[int]] = defaultdict(list)
    for index, chip in enumerate(chips):
        lines[chip.line].append(index)
    return {
        index: [
            chips[other]
            for other in some
            if chips[other].layer > chips[index].layer
            and chips[other].left < chips[index].right
            and chips[index].left < chips[other].right
        ]
        for some in lines.values()
        for index in some
    }


def _open_part(chip: Chip, above: Sequence[Chip]) -> tuple[float, float]:
    """The widest part of a chip on which no other stands."""
    parts, low = [], chip.left
    for other in sorted(above, key=lambda other: other.left):
        parts.append((low, other.left))
        low = max(low, other.right)
    parts.append((low, chip.right))
    return max(parts, key=lambda part: part[1] - part[0])


def _by_line(strips: Iterable[Strip]) -> list[list[Strip]]:
    lines: dict[int, list[Strip]] = defaultdict(list)
    for strip in strips:
        lines[strip.line].append(strip)
    return list(lines.values())


def _rank(strips: list[Strip], area: float) -> None:
    """Set the levels and the labels of the strips of one line."""
    for strip in strips:
        strip.label = min(max(sum(strip.xs) / 2, strip.half), area - strip.half)
    strips.sort(key=lambda strip: (strip.high - strip.low, strip.relation))
    for number, strip in enumerate(strips):
        lower = strips[:number]
        beside = [
            other
            for other in lower
            if other.low < strip.high + _APART and strip.low < other.high + _APART
        ]
        inside = [o for o in beside if strip.low <= o.low and o.high <= strip.high]
        strip.level = max((other.level + 1 for other in inside), default=0)
        while any(other.level == strip.level for other in beside):
            strip.level += 1
    for strip in strips:
        _give_way(strip, strips, area)


def _give_way(strip: Strip, strips: Sequence[Strip], area: float) -> None:
    """Move a label along its line to where no other line rises through it."""
    legs = [
        x
        for other in strips
        if other.level > strip.level
        for x, chip in zip(other.xs, other.chips, strict=True)
        if chip is not None
    ]
    low = max(min(strip.xs), 0.0) + strip.half
    high = min(max(strip.xs), area) - strip.half
    steps = range(int(max(high - low, 0.0) / _STEP) + 1)
    for place in sorted((low + _STEP * step for step in steps), key=lambda x: abs(x - strip.label)):
        if place <= high and all(abs(leg - place) > strip.half for leg in legs):
            strip.label = place
            return

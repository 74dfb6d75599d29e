from itertools import combinations

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.display.arcs import Arcs, route
from jointre.display.lines import Lines, arrange
from tests.display.scenes import crowd, plain

SEEDS = range(8)


def routed(document: Document, limit: float = 500.0) -> tuple[Lines, Arcs]:
    lines = arrange(document, limit)
    return lines, route(document, lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_and_labels_at_one_level_keep_apart(seed: int) -> None:
    _, arcs = routed(crowd(seed))
    strips = [strip for some in arcs.strips for strip in some]
    for one, other in combinations(strips, 2):
        if (one.line, one.level) == (other.line, other.level):
            assert one.high < other.low or other.high < one.low


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_end_on_the_open_part_of_their_chips(seed: int) -> None:
    document = crowd(seed)
    lines, arcs = routed(document)
    places = set()
    for link, strips in zip(lines.links, arcs.strips, strict=True):
        ends = [(x, index) for s in strips for x, index in zip(s.xs, s.chips, strict=True)]
        hooked = [(x, lines.chips[index]) for x, index in ends if index is not None]
        assert [chip.mark for _, chip in hooked] == [link.head, link.tail]
        for x, chip in hooked:
            assert chip.left < x < chip.right
            over = [c for c in lines.chips if c.line == chip.line and c.layer > chip.layer]
            assert not any(c.left < x < c.right for c in over)
            places.add((chip, x))
    assert len(places) == 2 * len(document.relations)


@pytest.mark.parametrize("seed", SEEDS)
def test_lanes_beside_the_words_are_not_shared(seed: int) -> None:
    _, arcs = routed(crowd(seed), 300.0)
    taken: dict[float, set[int]] = {}
    crossing = [strips for strips in arcs.strips if len(strips) == 2]
    assert crossing
    for head, tail in crossing:
        assert head.xs[1] == tail.xs[0]
        assert head.xs[1] < 0 or head.xs[1] > arcs.width
        assert -arcs.left <= head.xs[1] <= arcs.width + arcs.right
        rows = set(range(min(head.line, tail.line), max(head.line, tail.line) + 1))
        assert not rows & taken.get(head.xs[1], set())
        taken.setdefault(head.xs[1], set()).update(rows)
        assert head.half or tail.half


def test_the_enclosing_relation_runs_above() -> None:
    _, arcs = routed(plain())
    (short,), (long,) = arcs.strips
    assert (short.level, long.level) == (0, 1)
    # Both leave Ada; the longer one at the left, so that they do not cross.
    assert long.xs[0] < short.xs[0]
    assert (arcs.left, arcs.right) == (0, 0)


def test_a_label_gives_way_to_a_line_that_rises() -> None:
    entities = tuple(Entity("X", (Span(i, i + 1),)) for i in (0, 5, 10, 30))
    relations = (Relation("near", 0, 2), Relation("far", 1, 3))
    document = Document("d", ("word",) * 40, entities=entities, relations=relations)
    _, arcs = routed(document, 1e9)
    (near,), (far,) = arcs.strips
    assert far.level > near.level
    assert abs(far.xs[0] - sum(near.xs) / 2) < near.half  # it rises where the label would be
    assert abs(far.xs[0] - near.label) > near.half
    assert near.xs[0] + near.half <= near.label <= near.xs[1] - near.half


def test_a_label_longer_than_all_words_has_room() -> None:
    entities = (Entity("X", (Span(0, 1),)), Entity("X", (Span(1, 2),)))
    document = Document("d", ("a", "b"), entities=entities, relations=(Relation("l" * 40, 0, 1),))
    lines, arcs = routed(document)
    ((strip,),) = arcs.strips
    assert arcs.width > lines.width
    assert (strip.low, strip.high) == (0, arcs.width)

import pytest

from jointre.analysis.attention import AttentionMap, AttentionRow
from jointre.analysis.heatmap_parts import captions, ink, lines, percent, shade, share, title


@pytest.mark.parametrize(
    ("sizes", "limit", "wanted"),
    [
        ([1.0], 10.0, [range(1)]),
        ([20.0, 20.0], 10.0, [range(1), range(1, 2)]),
        ([1.0] * 10, 10.0, [range(10)]),
        ([1.0] * 12, 10.0, [range(7), range(7, 12)]),
        ([5.0, 5.0, 1.0, 9.0], 10.0, [range(2), range(2, 4)]),
    ],
)
def test_lines(sizes: list[float], limit: float, wanted: list[range]) -> None:
    assert lines(sizes, limit) == wanted


@pytest.mark.parametrize("count", [1, 7, 23, 100])
def test_lines_hold_all_columns_once_and_fit(count: int) -> None:
    sizes = [1.0 + number * 7 % 5 for number in range(count)]
    found = lines(sizes, 12.0)
    assert [place for line in found for place in line] == list(range(count))
    assert max(sum(sizes[place] for place in line) for line in found) <= 12
    assert len(found) <= sum(sizes) / (12 - max(sizes)) + 1


def test_darker_is_more() -> None:
    assert (shade(0.0), shade(1.0)) == ("#ffffff", "#00441b")
    greys = [int(shade(part / 10)[1:3], 16) for part in range(11)]
    assert greys == sorted(greys, reverse=True)
    assert len(set(greys)) == 11
    assert (ink(0.0), ink(1.0)) == ("#202020", "#ffffff")


def test_shares_of_the_maximum() -> None:
    assert (share(0.1, 0.4), share(0.4, 0.4)) == (0.25, 1.0)
    assert share(0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("weight", "text"),
    [
        (0.0, "0.00"),
        (0.00123, "0.12"),
        (0.0094, "0.94"),
        (0.0123, "1.2"),
        (0.999, "99.9"),
        (1.0, "100"),
    ],
)
def test_figures(weight: float, text: str) -> None:
    assert percent(weight) == text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (("bert",), "BERT"),
        (("re_3",), "RE 3"),
        (("memory", "relation", "works_for"), "relation: works_for"),
        (("memory_2", "entity", "A"), "entity: A 2"),
    ],
)
def test_titles(key: tuple[str, ...], text: str) -> None:
    assert title(AttentionRow(key, (), 0.0)) == text


def test_captions() -> None:
    rows = [AttentionRow((key,), (1.0,), rest) for key, rest in (("ner", 0.0), ("ner_2", 0.5))]
    found = captions(AttentionMap("x", ("a",), tuple(rows), (), ("cut",)))
    assert [text.split()[0] for text in found] == ["NER:", "[SEP]", "cut"]
    found = captions(AttentionMap("x", ("a",), tuple(rows[:1]), (), ()))
    assert found == [
        "NER: what the entity agent reads: tokens of the relation task; first column: itself"
    ]

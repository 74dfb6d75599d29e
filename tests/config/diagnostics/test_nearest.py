import pytest

from jointre.config import nearest


@pytest.mark.parametrize(
    ("word", "choices", "expected"),
    [
        ("ctm", ["ctam", "none"], "ctam"),
        ("head", ["heads", "agent"], "heads"),
        ("tpye", ["type", "heads"], "type"),
        ("rl", ["lr", "epochs"], "lr"),
        ("Max-Width", ["max_width"], "max_width"),
        ("rel_threshold", ["relation_threshold", "entity_threshold"], "relation_threshold"),
        ("max", ["mean", "sum"], None),
        ("zebra", ["heads", "agent"], None),
        ("x", [], None),
    ],
)
def test_nearest(word: str, choices: list[str], expected: str | None) -> None:
    assert nearest(word, choices) == expected

import pytest

from jointre.config.diagnostics.problem import Problem, raise_problems
from jointre.errors import ConfigError


def test_a_problem_is_path_message_and_line() -> None:
    assert str(Problem("a.b", "1", "wrong", None, "c.jsonnet:3")) == "a.b: wrong (c.jsonnet:3)"
    assert str(Problem("", "1", "wrong")) == "wrong"


def test_all_problems_are_raised_one_a_line() -> None:
    with pytest.raises(ConfigError, match=r"^a: one\nb: two$"):
        raise_problems([Problem("a", "", "one"), Problem("b", "", "two")])
    raise_problems([])


def test_many_or_long_problems_give_a_short_message() -> None:
    problems = [Problem("a" * 5000, "1", "wrong") for _ in range(5000)]
    with pytest.raises(ConfigError) as caught:
        raise_problems(problems)
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1]) == (51, "and 4,950 further mistakes")
    assert max(map(len, lines)) < 250

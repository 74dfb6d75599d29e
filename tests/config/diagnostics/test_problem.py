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

from jointre.config import describe
from jointre.config.diagnostics.describe import argument_docs
from tests.config.toys import CrossTaskAttention, Experiment, NoInteraction


def test_describe_tells_options_bounds_defaults_and_docs() -> None:
    heads, agent, dropout, directions = describe(CrossTaskAttention)
    assert (heads.name, heads.accepts, heads.default) == ("heads", "an integer, at least 1", 4)
    assert heads.doc == "number of heads; they divide the width."
    assert agent.accepts == '"cls", "max" or "mean"'
    assert dropout.accepts == "a number, at least 0, below 1"
    assert directions.default == ["entity"]
    assert describe(NoInteraction) == []
    assert [option.required for option in describe(Experiment)] == [True, True, False]


def test_docs_of_arguments_come_from_all_bases() -> None:
    class Base:
        """Base.

        Args:
            one: the first,
                over two lines.
            two (int): the second.

        Raises:
            ValueError: never.
        """

    class Child(Base):
        """Child.

        Args:
            two: said better: with a colon.
        """

    assert argument_docs(Child) == {
        "one": "the first, over two lines.",
        "two": "said better: with a colon.",
    }

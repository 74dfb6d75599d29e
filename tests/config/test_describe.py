from jointre.config import describe
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

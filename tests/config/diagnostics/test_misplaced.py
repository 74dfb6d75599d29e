from typing import Any

import pytest

from jointre.config import check
from tests.config.toys import Experiment, config, edited


def moved(key: str, source: str, target: str) -> dict[str, Any]:
    data = config()
    objects: dict[str, Any] = {"": data, "model": data["model"], "training": data["training"]}
    objects["model.interaction"] = data["model"]["interaction"]
    objects[target][key] = objects[source].pop(key)
    return data


@pytest.mark.parametrize(
    ("key", "source", "target", "message"),
    [
        ("max_width", "model", "", "max_width: not a key here; it belongs at model.max_width"),
        ("max_width", "model", "model.interaction",
         "model.interaction.max_width: not a key here; it belongs at model.max_width"),
        ("heads", "model.interaction", "", "heads: not a key here; it belongs at "
         "model.interaction.heads"),
        ("epochs", "training", "model",
         "model.epochs: not a key here; it belongs at training.epochs"),
        ("interaction", "model", "training",
         "training.interaction: not a key here; it belongs at model.interaction"),
        ("training", "", "model", "model.training: not a key here; it belongs at training"),
    ],
)  # fmt: skip
def test_a_key_at_the_wrong_place_is_one_problem(
    key: str, source: str, target: str, message: str
) -> None:
    problems = check(Experiment, moved(key, source, target))
    assert [str(problem) for problem in problems] == [message]
    assert problems[0].suggestion == message.rpartition("belongs at ")[2]


def test_a_key_may_belong_to_an_object_that_is_there_by_default() -> None:
    (problem,) = check(Experiment, edited("model.threshold", 0.4))
    assert str(problem) == "model.threshold: not a key here; it belongs at model.decoder.threshold"


def test_all_places_that_fit_equally_are_named() -> None:
    data = edited("model.agent", "max")
    data["model"]["second"] = "ctam"
    (problem,) = check(Experiment, data)
    assert problem.suggestion == "model.interaction.agent or model.second.agent"


def test_a_value_that_does_not_fit_elsewhere_does_not_belong_there() -> None:
    (problem,) = check(Experiment, edited("model.lr", "many"))
    assert problem.message == (
        "span takes no 'lr'; training.lr takes one, but not this value: a number. "
        "It takes decoder, interaction, max_width, refiners, second"
    )


def test_a_misspelt_required_key_is_one_problem() -> None:
    data = edited("model.max_width", ...)
    data["model"]["max_widht"] = 8
    (problem,) = check(Experiment, data)
    assert (problem.path, problem.suggestion) == ("model.max_widht", "max_width")


def test_what_an_owner_gives_may_belong_elsewhere() -> None:
    data = edited("model.interaction.input_dim", 3)
    (problem,) = check(Experiment, data)
    assert problem.message == "not a config key: whoever builds ctam gives it; leave it out"

    class Owner:
        def __init__(self, part: Experiment, input_dim: int = 3) -> None:
            pass

    (problem,) = check(Owner, {"part": data})
    assert problem.message == "not a key here; it belongs at input_dim"
    assert problem.path == "part.model.interaction.input_dim"


def test_a_name_written_as_a_key() -> None:
    (problem,) = check(Experiment, edited("model.ctam", {"heads": 2}))
    assert problem.message == (
        "span takes no 'ctam' ('ctam' is a toy interaction: interaction: {type: 'ctam', …}). "
        "It takes decoder, interaction, max_width, refiners, second"
    )


def test_a_key_that_is_set_at_its_right_place_too() -> None:
    (problem,) = check(Experiment, edited("model.epochs", 7))
    assert problem.message == (
        "span takes no 'epochs'; training.epochs is set already. "
        "It takes decoder, interaction, max_width, refiners, second"
    )


def test_a_slip_is_likelier_than_a_wrong_place_unless_the_place_needs_the_key() -> None:
    class Inner:
        def __init__(self, size: int = 1) -> None:
            pass

    class Needy:
        def __init__(self, size: int) -> None:
            pass

    class Outer:
        def __init__(self, inner: Inner | Needy, sizes: int = 1) -> None:
            pass

    class WithNeedy:
        def __init__(self, inner: Needy, sizes: int = 1) -> None:
            pass

    class WithText:
        def __init__(self, inner: Inner, sizes: str = "") -> None:
            pass

    suggestions = [
        check(outer, {"inner": {}, "size": 3})[0].suggestion
        for outer in (Outer, WithNeedy, WithText)
    ]
    assert suggestions == ["sizes", "inner.size", "inner.size"]

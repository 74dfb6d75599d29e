"""Every number that a config can set has a lower and an upper bound."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from jointre.config import Registrable, check
from jointre.config.schema import (
    factory_target,
    is_factory,
    is_plain_class,
    members,
    options_of,
    peel,
)
from jointre.training.experiment import Experiment
from jointre.training.optimizers import Optimizer


def classes() -> Iterator[type]:
    """All components of the package and the plain classes of options, each once."""
    waiting: list[type] = [Experiment]
    for interface in Registrable.interfaces().values():
        waiting += [interface.by_name(name) for name in interface.names()]
    seen: set[type] = set()
    while waiting:
        cls = waiting.pop()
        if cls in seen or not cls.__module__.startswith("jointre."):
            continue
        seen.add(cls)
        yield cls
        for option in options_of(cls).values():
            for hint in parts(option.hint):
                if is_plain_class(hint):
                    waiting.append(hint)


def parts(hint: Any) -> Iterator[Any]:
    """A hint and all hints within it; a number comes with its annotations."""
    for member in members(hint):
        inner, annotations = peel(member)
        if len(members(inner)) > 1:
            yield from parts(inner)
            continue
        yield member if annotations else inner
        if is_factory(inner):
            yield from parts(factory_target(inner))
        else:
            for argument in get_args(inner):
                if argument is not Ellipsis and not isinstance(argument, str | int | float):
                    yield from parts(argument)


def unbounded(hint: Any) -> bool:
    inner, annotations = peel(hint)
    if inner not in (int, float):
        return False
    bounds = [
        bound
        for each in annotations
        for bound in (each.metadata if isinstance(each, FieldInfo) else [each])
    ]
    lower = any(isinstance(each, Ge | Gt) for each in bounds)
    return not (lower and any(isinstance(each, Le | Lt) for each in bounds))


def test_every_number_is_bounded_on_both_sides() -> None:
    found = list(classes())
    missing = [
        f"{cls.__name__}.{name}"
        for cls in found
        for name, option in options_of(cls).items()
        if any(unbounded(hint) for hint in parts(option.hint))
    ]
    assert len(found) > 40
    assert missing == []


def test_the_check_itself_sees_numbers_within_other_hints() -> None:
    assert any(unbounded(hint) for hint in parts(tuple[float, float] | None))
    assert any(unbounded(hint) for hint in parts(dict[str, list[int]]))
    assert not any(unbounded(hint) for hint in parts(bool | str | None))


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("betas", [0.9, 1], "a number, at least 0, below 1"),
        ("betas", [1.5, 0.9], "a number, at least 0, below 1"),
        ("betas", [-0.1, 0.9], "a number, at least 0, below 1"),
        ("lr", 0, "a number, above 0, at most 10"),
        ("lr", -1, "a number, above 0, at most 10"),
        ("lr", 1e308, "a number, above 0, at most 10"),
        ("lr", float("inf"), "a number, above 0, at most 10"),
        ("lr", float("nan"), "a number, above 0, at most 10"),
        ("eps", 0, "a number, above 0, at most 1"),
        ("eps", 1e300, "a number, above 0, at most 1"),
        ("weight_decay", 1e9, "a number, at least 0, at most 100"),
    ],
)
@pytest.mark.parametrize("name", ["adam", "adamw", "bert_adamw"])
def test_rates_that_no_optimizer_has(name: str, option: str, value: Any, message: str) -> None:
    (problem,) = check(Optimizer, {"type": name, "lr": 0.001, option: value})
    assert problem.path.split(".")[0] == option
    assert message in problem.message


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("seed", 2**64, "an integer, at least 0, at most 18446744073709551615"),
        ("seed", -1, "an integer, at least 0"),
        ("data.dev_seed", -1, "an integer, at least 0"),
        ("data.dev_seed", 2**70, "at most 18446744073709551615"),
        ("training.batch_size", 10**9, "an integer, at least 1, at most 100000"),
        ("training.workers", 10**9, "an integer, at least 0, at most 1000"),
        ("training.epochs", 10**12, "an integer, at least 1, at most 1000000"),
        ("model.width_dim", 10**9, "an integer, at least 0, at most 16384"),
        ("model.entity_classifier.dropout", 1, "a number, at least 0, below 1"),
    ],
)
def test_values_that_no_experiment_has(path: str, value: int, message: str) -> None:
    config: dict[str, Any] = {"model": {"type": "span", "entity_classifier": {"type": "linear"}}}
    inner = config
    *keys, last = path.split(".")
    for key in keys:
        inner = inner.setdefault(key, {})
    inner[last] = value
    found = {problem.path: problem.message for problem in check(Experiment, config)}
    assert message in found[path]

from pathlib import Path

import pytest

from jointre.training.experiment import Experiment
from tests.config.mutations import (
    KINDS,
    Mutant,
    Outcome,
    judge,
    misnamed,
    misplaced,
    mutants,
    report,
    shipped,
)
from tests.config.toys import Experiment as Toy


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [judge(Experiment, each) for each in mutants(Experiment, shipped(), seed=0, each=14)]


def test_there_are_enough_mutants_of_every_kind(outcomes: list[Outcome]) -> None:
    kinds = [outcome.mutant.kind for outcome in outcomes]
    assert len(shipped()) >= 5
    assert len(kinds) >= 300
    assert len(set(kinds)) == len(KINDS)
    assert min(kinds.count(kind) for kind in kinds) >= 40, report(outcomes)


def test_every_mistake_is_detected(outcomes: list[Outcome]) -> None:
    assert all(outcome.detected for outcome in outcomes), report(outcomes)


def test_path_and_suggestion_are_right_for_95_percent_of_each_kind(
    outcomes: list[Outcome],
) -> None:
    for kind in {outcome.mutant.kind for outcome in outcomes}:
        of_kind = [outcome for outcome in outcomes if outcome.mutant.kind == kind]
        assert sum(each.right for each in of_kind) >= 0.95 * len(of_kind), report(outcomes)


def test_the_judge_tells_right_from_wrong() -> None:
    data = {"training": {"epochs": 1}, "model": {"type": "span", "interaction": "non"}}
    said = judge(Toy, Mutant("name", "", data, "model.interaction", "none"))
    assert (said.detected, said.right) == (True, True)
    assert not judge(Toy, Mutant("name", "", data, "model.interaction", "ctam")).right
    assert not judge(Toy, Mutant("name", "", data, "model", "none")).right
    table = report([said, judge(Toy, Mutant("name", "here", data, "model", "none"))])
    assert "name             2         2       1" in table
    assert "name: here: expected model: none; said model.interaction: no toy inter" in table


def test_the_shipped_files_have_names_and_nested_keys_to_get_wrong() -> None:
    assert all(isinstance(path, Path) for path in shipped())
    made = mutants(Experiment, shipped()[:1], seed=1, each=1000)
    assert {misnamed.__name__, misplaced.__name__} <= {kind.__name__ for kind in KINDS}
    assert any(each.path.endswith(".type") and each.kind == "name" for each in made)
    assert any(each.kind == "nesting" and each.path.count(".") == 0 for each in made)

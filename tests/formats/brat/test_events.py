import pytest

from jointre.data.schema import Relation
from jointre.data.skipped import SkippedData
from jointre.formats.brat.events import argument_relations, role_labels, triggers
from jointre.formats.brat.lines import Event


def event(*roles: str, id: str = "E1", trigger: str = "T1") -> Event:
    return Event(id, "Mix", trigger, tuple((role, f"T{n}") for n, role in enumerate(roles, 2)))


@pytest.mark.parametrize(
    ("roles", "labels"),
    [
        (("Theme", "Theme2", "Site2"), ["Theme", "Theme", "Site"]),
        (("Arg1", "Arg2"), ["Arg1", "Arg2"]),
        (("Arg2",), ["Arg2"]),
        (("Step1", "Step2"), ["Step1", "Step2"]),
        (("Acts-on", "Acts-on12"), ["Acts-on", "Acts-on"]),
        (("2",), ["2"]),
    ],
)
def test_numbers_of_repeated_roles_are_no_part_of_the_label(
    roles: tuple[str, ...], labels: list[str]
) -> None:
    assert role_labels(event(*roles)) == labels


def test_arguments_become_relations() -> None:
    skipped = SkippedData()
    index = {"T1": 5, "T2": 0, "T4": 1}
    found = list(argument_relations(event("Theme", "Site", "Theme2"), index, "f:1", skipped))
    assert found == [Relation("Theme", 5, 0), Relation("Theme", 5, 1)]
    assert {kind for kind, _ in skipped} == {
        "arguments of events skipped, because their trigger or value is not a mention here",
        "numbers of repeated roles not part of labels",
    }


def test_the_first_of_two_events_has_the_id() -> None:
    skipped = SkippedData()
    lines = [("f:1", event()), ("f:2", event(id="E2")), ("f:3", event(trigger="T7"))]
    assert triggers(lines, skipped) == {"E1": "T1", "E2": "T1"}
    assert skipped["events with the id of an earlier event; the id names the earlier one"] == 1

"""Events of brat files: an event stands for its trigger, and its arguments may become relations."""

import re
from collections.abc import Iterable, Iterator, Mapping

from jointre.data.schema import Relation
from jointre.data.skipped import SkippedData
from jointre.formats.brat.lines import AnnotationLine, Event

_NUMBERED = re.compile(r"(.*\D)([2-9]|[1-9]\d+)")


def triggers(lines: Iterable[tuple[str, AnnotationLine]], skipped: SkippedData) -> dict[str, str]:
    """The id of each event and that of the mention which is its trigger.

    Args:
        lines: All lines of a document, each with its place.
        skipped: Counts events whose id is that of an event before.
    """
    found: dict[str, str] = {}
    for here, line in lines:
        if isinstance(line, Event):
            if line.id in found:
                skipped.add("events with the id of an event before; ids name the first", here)
            found.setdefault(line.id, line.trigger)
    return found


def role_labels(event: Event) -> list[str]:
    """The relation label of each argument: its role.

    brat numbers the roles that an event has several times, from 2: ``Theme:T1 Theme2:T3``. Such a
    number is no part of the label. Where the event has the same role with the number 1, as
    ``Arg1:T1 Arg2:T3``, numbers tell roles apart and stay.

    Example:
        >>> role_labels(Event("E1", "Bind", "T2", (("Theme", "T1"), ("Theme2", "T3"))))
        ['Theme', 'Theme']
    """
    roles = {role for role, _ in event.arguments}
    labels = []
    for role, _ in event.arguments:
        numbered = _NUMBERED.fullmatch(role)
        plain = numbered is not None and f"{numbered[1]}1" not in roles and numbered[1] != "Arg"
        labels.append(numbered[1] if numbered is not None and plain else role)
    return labels


def argument_relations(
    event: Event, index: Mapping[str, int], place: str, skipped: SkippedData
) -> Iterator[Relation]:
    """A relation from the trigger to each argument, labelled by the argument's role.

    Args:
        event: An argument may be an event, which stands for its trigger.
        index: The number of the entity of each mention and event.
        place: Of the line, for messages.
        skipped: Counts arguments that cannot be relations, and roles without their number.
    """
    head = index.get(event.trigger)
    labels = role_labels(event)
    for (role, argument), label in zip(event.arguments, labels, strict=True):
        tail = index.get(argument)
        if head is None or tail is None:
            kind = (
                "arguments of events skipped, because their trigger or value is not a mention here"
            )
            skipped.add(kind, f"{place}, {role}:{argument}")
            continue
        if label != role:
            skipped.add("numbers of repeated roles not part of labels", f"{place}, {role}")
        yield Relation(label, head, tail)

"""Events of brat files: an event stands for its trigger, and its arguments may become relations."""

import re
from collections.abc import Iterable, Iterator, Mapping

from jointre.data.schema import Relation
from jointre.data.skipped import SkippedData
from jointre.formats.brat.lines import AnnotationLine, Event

_NUMBERED = re.compile(r"(.*\D)([2-9]|[1-9]\d+)")


def triggers(lines: Iterable[tuple[str, AnnotationLine]], skipped: SkippedData) -> dict[str, str]:
    """The id of the mention that triggers each event, by the id of the event.

    Args:
        lines: All lines of a document, each with its location.
        skipped: Counts events whose id an earlier event has.
    """
    trigger_ids: dict[str, str] = {}
    for location, line in lines:
        if isinstance(line, Event):
            if line.id in trigger_ids:
                skipped.add(
                    "events with the id of an earlier event; the id names the earlier one", location
                )
            trigger_ids.setdefault(line.id, line.trigger)
    return trigger_ids


def role_labels(event: Event) -> list[str]:
    """The relation label of each argument: its role.

    brat numbers the roles that an event has several times, from 2: ``Theme:T1 Theme2:T3``. Such a
    number is not part of the label. If the event has the same role with the number 1, as in
    ``Arg1:T1 Arg2:T3``, the numbers distinguish roles and are kept.

    Example:
        >>> role_labels(Event("E1", "Bind", "T2", (("Theme", "T1"), ("Theme2", "T3"))))
        ['Theme', 'Theme']
    """
    roles = {role for role, _ in event.arguments}
    labels = []
    for role, _ in event.arguments:
        match = _NUMBERED.fullmatch(role)
        is_repetition = match is not None and f"{match[1]}1" not in roles and match[1] != "Arg"
        labels.append(match[1] if match is not None and is_repetition else role)
    return labels


def argument_relations(
    event: Event, index: Mapping[str, int], location: str, skipped: SkippedData
) -> Iterator[Relation]:
    """A relation from the trigger to each argument, labelled by the argument's role.

    Args:
        event: The event; an argument that is an event stands for its trigger.
        index: Index of the entity of each mention and event, by id.
        location: Location of the line, for messages.
        skipped: Counts arguments that cannot be relations, and roles whose number is not part of
            the label.
    """
    head = index.get(event.trigger)
    labels = role_labels(event)
    for (role, argument), label in zip(event.arguments, labels, strict=True):
        tail = index.get(argument)
        if head is None or tail is None:
            kind = (
                "arguments of events skipped, because their trigger or value is not a mention here"
            )
            skipped.add(kind, f"{location}, {role}:{argument}")
            continue
        if label != role:
            skipped.add("numbers of repeated roles not part of labels", f"{location}, {role}")
        yield Relation(label, head, tail)

"""Relations under ``doc._.rel``, where spaCy's tutorial on relation extraction keeps them."""

from collections.abc import Iterator, Sequence
from typing import Any

from jointre.data.fields import shown
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.docbin.record import EntityRecord, RelationRecord
from jointre.plurals import counted

KEY = ("._.", "rel", None, None)
"""The key of the extension attribute in ``user_data``."""
THRESHOLD = 0.5
"""Score from which a relation is read; gold relations have 1, unrelated pairs 0."""


def rel_relations(
    doc: Any, entities: Sequence[EntityRecord], location: str, skipped: SkippedData
) -> list[RelationRecord]:
    """The relations of ``doc._.rel``, a dict ``{(head, tail): {label: score}}``.

    Head and tail are the first tokens of two entities.

    Source: https://github.com/explosion/projects/tree/v3/tutorials/rel_component

    Args:
        doc: A Doc, with or without the attribute.
        entities: The entities of the Doc.
        location: Location of the Doc, for messages.
        skipped: Counts relations of tokens at which no entity starts.

    Raises:
        DataError: The attribute has another form.
    """
    starting = _starting_entities(doc, entities)
    relations = []
    for pair, label, score in _scored(doc, location):
        ends = [starting.get(doc[token].idx) for token in pair]
        if None in ends:
            example = f"{location}, {label} of the tokens {pair[0]} and {pair[1]}"
            skipped.add("relations skipped, because no entity starts at their tokens", example)
            continue
        head, tail = (int(end) for end in ends if end is not None)
        relations.append(RelationRecord(label, head, tail, None if score == 1 else score, ()))
    return relations


def _starting_entities(doc: Any, entities: Sequence[EntityRecord]) -> dict[int, int]:
    """The entity that starts at each character; those of ``doc.ents`` take precedence."""
    starting = {
        chars[0]: index
        for index, entity in reversed(list(enumerate(entities)))
        for chars in entity.mentions
    }
    by_label_and_chars = {
        (entity.label or "", *chars): index
        for index, entity in enumerate(entities)
        for chars in entity.mentions
    }
    for span in doc.ents:  # the attribute counts the entities of doc.ents
        chars = doc[span.start].idx, doc[span.end - 1].idx + len(doc[span.end - 1])
        key = (span.label_, *chars)
        if key in by_label_and_chars:
            starting[chars[0]] = by_label_and_chars[key]
    return starting


def _scored(doc: Any, location: str) -> Iterator[tuple[tuple[int, int], str, float]]:
    """The pairs of tokens with each label whose score reaches the threshold."""
    attribute = f"{location}, doc._.rel"
    value = doc.user_data.get(KEY) or {}
    if not isinstance(value, dict):
        raise DataError(f"{attribute} must be a dict of pairs of tokens, not {shown(value)}")
    for pair, scores in value.items():
        if (
            not isinstance(pair, tuple | list)
            or len(pair) != 2
            or not all(type(token) is int and 0 <= token < len(doc) for token in pair)
        ):
            raise DataError(
                f"{attribute}: {shown(pair)} must be two of the Doc's {counted(len(doc), 'tokens')}"
            )
        if not isinstance(scores, dict):
            raise DataError(f"{attribute}: {shown(scores)} must be a dict of labels and scores")
        for label, score in scores.items():
            if not isinstance(label, str) or not isinstance(score, int | float):
                raise DataError(f"{attribute}: {shown({str(label): str(score)})} must be a score")
            if score >= THRESHOLD:
                yield (pair[0], pair[1]), label, float(score)

"""The triples of one sentence: from strings to spans, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, Literal

from jointre.data.fields import mapping, sequence, shown, string, strings
from jointre.data.schema import Document, Entity, Relation, Span, extra_keys
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.triples.alignment import Finder, Places, closest, split_words

UNALIGNED = "unaligned"
"""The key of ``extra`` with the triples that the sentence does not hold."""

FORMS = ("text", "triple_list"), ("sentText", "relationMentions")
"""The two forms of a record: the keys of its text and of its triples."""

Triple = tuple[str, str, str]
Occurrence = Literal["closest", "first"]

_TAKEN = frozenset({*FORMS[0], *FORMS[1], UNALIGNED})
_MENTION = ("em1Text", "label", "em2Text")


def triples_of(
    record: dict[str, Any], key: str, place: str, skipped: SkippedData
) -> list[tuple[str, Triple]]:
    """The (head, relation, tail) of a record, each with its place in the record.

    Args:
        record: Record of one sentence.
        key: ``triple_list`` or ``relationMentions``, whose items have different shapes.
        place: Place of the record, for messages.
        skipped: Counts further keys of ``relationMentions``.
    """
    found: list[tuple[str, Triple]] = []
    for index, item in enumerate(sequence(record[key], place, key)):
        what = f"{key}[{index}]"
        if key == "relationMentions":
            fields = mapping(item, place, what)
            head, label, tail = (string(fields.get(k), place, f"{what}.{k}") for k in _MENTION)
            unknown = len(fields.keys() - set(_MENTION))
            if unknown:
                skipped.add(f"unknown keys of {key} skipped", place, unknown)
        else:
            if not isinstance(item, list) or len(item) != 3:
                raise DataError(
                    f"{place}: {what} must be [head, relation, tail], not {shown(item)}"
                )
            head, label, tail = strings(item, place, what)
        found.append((what, (head, label, tail)))
    return found


class TriplesAnnotation:
    """Collects entities and relations of one sentence while its triples are read.

    Args:
        tokens: Words of the sentence.
        entity_label: Label of every entity.
        occurrence: Which occurrence of a repeated name is used.
        place: Place of the sentence, for messages.
        skipped: Counts triples that are skipped or differ from those listed.
    """

    def __init__(
        self,
        tokens: Sequence[str],
        entity_label: str,
        occurrence: Occurrence,
        place: str,
        skipped: SkippedData,
    ) -> None:
        self.entities: list[Entity] = []
        self.relations: list[Relation] = []
        self.unaligned: list[list[str]] = []
        self._label = entity_label
        self._occurrence = occurrence
        self._place = place
        self._losses = skipped
        self._finder = Finder(tokens)
        self._index: dict[Span, int] = {}
        self._ambiguous: set[str] = set()

    def read(self, triples: Iterable[tuple[str, Triple]], required: bool = False) -> None:
        """Aligns triples.

        Args:
            triples: each with its place in the record.
            required: raise instead of leaving a triple out.

        Raises:
            DataError: ``required``, and the sentence does not hold a head or a tail.
        """
        listed: set[Triple] = set()
        kept: set[Relation] = set()
        for what, triple in triples:
            if triple in listed:
                self._lose("triples listed twice kept once", what)
                continue
            listed.add(triple)
            relation = self._relation(what, triple, required)
            if relation is None:
                self.unaligned.append(list(triple))
                self._lose("triples skipped, because their head or tail was not found", what)
            elif relation in kept:
                self._lose("triples of the same words as another kept once", what)
            else:
                kept.add(relation)
                self.relations.append(relation)
                if relation.head == relation.tail:
                    self._lose("triples that relate a mention to itself, kept", what)

    def _relation(self, what: str, triple: Triple, required: bool) -> Relation | None:
        name, label, other = triple
        heads, tails = self._finder.find(name), self._finder.find(other)
        if not heads.spans or not tails.spans:
            if required:
                raise self._missing(what, ("tail", other) if heads.spans else ("head", name))
            return None
        ways = {heads.way, tails.way}
        if "glued" in ways:
            self._lose("triples found only without accents and punctuation, kept", what)
        elif "folded" in ways:
            self._lose("triples found only without accents, kept", what)
        self._note(what, name, heads)
        self._note(what, other, tails)
        head, tail = heads.spans[0], tails.spans[0]
        if self._occurrence == "closest" and name != other:
            head, tail = closest(heads.spans, tails.spans)
        return Relation(label, self._entity(head), self._entity(tail))

    def _note(self, what: str, name: str, places: Places) -> None:
        """Counts a name that has several places, once a sentence."""
        if len(places.spans) > 1 and name not in self._ambiguous:
            self._ambiguous.add(name)
            self._lose(f"entities found at several places, the {self._occurrence} taken", what)

    def _entity(self, span: Span) -> int:
        if span not in self._index:
            self._index[span] = len(self.entities)
            self.entities.append(Entity(self._label, (span,)))
        return self._index[span]

    def _missing(self, what: str, argument: tuple[str, str]) -> DataError:
        role, name = argument
        return DataError(
            f"{self._place}: {what} has the {role} {shown(name)}, which the sentence does not "
            "hold, not even without accents and punctuation; correct it, or set "
            "unaligned='count' to leave such triples out and count them"
        )

    def _lose(self, kind: str, what: str) -> None:
        self._losses.add(kind, f"{self._place}, {what}")


def record_of(
    document: Document, entity_label: str, occurrence: Occurrence, skipped: SkippedData
) -> dict[str, Any]:
    """The JSON object of a sentence whose entities have one mention each.

    Args:
        document: Document to write.
        entity_label: the label that reading will give to every entity.
        occurrence: how reading will choose among several places.
        skipped: counts what strings cannot hold.
    """
    place = f"document {document.id!r}"
    spaced = sum(split_words(token) != (token,) for token in document.tokens)
    if spaced:
        skipped.add("words that are empty or hold blanks, read otherwise", place, spaced)
    _count_entities(document, entity_label, place, skipped)
    names = [" ".join(document.tokens[slice(*item.span)]) for item in document.entities]
    triples = [(names[item.head], item.label, names[item.tail]) for item in document.relations]
    _count_moved(document, triples, occurrence, place, skipped)
    extra = dict(document.extra)
    unaligned = _listed(extra.get(UNALIGNED))
    if unaligned is not None:
        del extra[UNALIGNED]
    name = extra.pop("id", document.id)
    return {
        "id": document.id if name is None or str(name) != document.id else name,
        "text": " ".join(document.tokens),
        "triple_list": [list(item) for item in dict.fromkeys([*triples, *(unaligned or ())])],
        **extra_keys(replace(document, extra=extra), _TAKEN, skipped),
    }


def _count_entities(
    document: Document, entity_label: str, place: str, skipped: SkippedData
) -> None:
    related = {end for item in document.relations for end in (item.head, item.tail)}
    held = [document.entities[index] for index in sorted(related)]
    counts = {
        "entities in no relation skipped": len(document.entities) - len(held),
        f"entity labels other than {entity_label!r} skipped": sum(
            entity.label != entity_label for entity in held
        ),
        "entities with the mention of another merged": len(held)
        - len({entity.span for entity in held}),
    }
    for kind, count in counts.items():
        if count:
            skipped.add(kind, place, count)


def _count_moved(
    document: Document,
    triples: list[Triple],
    occurrence: Occurrence,
    place: str,
    skipped: SkippedData,
) -> None:
    """Counts relations that reading will give to other mentions, or to none."""
    words = [split_words(token) for token in document.tokens]
    starts = list(accumulate(map(len, words), initial=0))
    spans = [Span(starts[item.span.start], starts[item.span.end]) for item in document.entities]
    wanted = [(item.label, spans[item.head], spans[item.tail]) for item in document.relations]
    tokens = tuple(part for parts in words for part in parts)
    again = TriplesAnnotation(tokens, "", occurrence, place, SkippedData())
    again.read(("", triple) for triple in triples)
    entities = again.entities
    read = {(r.label, entities[r.head].span, entities[r.tail].span) for r in again.relations}
    copies, moved = len(wanted) - len(set(wanted)), len(set(wanted) - read)
    if copies:
        skipped.add("relations listed twice written once", place, copies)
    if moved:
        skipped.add("relations of repeated words, read at other places", place, moved)


def _listed(value: Any) -> list[Triple] | None:
    """The triples of ``extra``, unless something else has its key."""
    if not isinstance(value, list | tuple):
        return None
    items = [tuple(item) if isinstance(item, list | tuple) else () for item in value]
    if not all(len(item) == 3 and all(isinstance(part, str) for part in item) for item in items):
        return None
    return [(item[0], item[1], item[2]) for item in items]

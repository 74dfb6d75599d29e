"""The triples of a sentence: their strings as spans, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, Literal

from jointre.data.fields import mapping, sequence, shown, string, strings
from jointre.data.schema import Document, Entity, Relation, Span, extra_keys, written_id
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.triples.alignment import Finder, Places, closest, split_words

UNALIGNED = "unaligned"
"""The key of ``extra`` with the triples whose head or tail is not in the sentence."""

FORMS = ("text", "triple_list"), ("sentText", "relationMentions")
"""The two forms of a record: the keys of its text and of its triples."""

Triple = tuple[str, str, str]
Occurrence = Literal["closest", "first"]

_TAKEN = frozenset({*FORMS[0], *FORMS[1], UNALIGNED})
_MENTION = ("em1Text", "label", "em2Text")


def triples_of(
    record: dict[str, Any], key: str, location: str, skipped: SkippedData
) -> list[tuple[str, Triple]]:
    """The (head, relation, tail) of a record, each with its location in the record.

    Args:
        record: Record of one sentence.
        key: ``triple_list`` or ``relationMentions``, whose items have different shapes.
        location: Location of the record, for messages.
        skipped: Counts further keys of ``relationMentions``.
    """
    triples: list[tuple[str, Triple]] = []
    for index, item in enumerate(sequence(record[key], location, key)):
        what = f"{key}[{index}]"
        if key == "relationMentions":
            fields = mapping(item, location, what)
            head, label, tail = (string(fields.get(k), location, f"{what}.{k}") for k in _MENTION)
            unknown_keys = len(fields.keys() - set(_MENTION))
            if unknown_keys:
                skipped.add(f"unknown keys of {key} skipped", location, unknown_keys)
        else:
            if not isinstance(item, list) or len(item) != 3:
                raise DataError(
                    f"{location}: {what} must be [head, relation, tail], not {shown(item)}"
                )
            head, label, tail = strings(item, location, what)
        triples.append((what, (head, label, tail)))
    return triples


class TriplesAnnotation:
    """Collects entities and relations of one sentence while its triples are read.

    Args:
        tokens: Words of the sentence.
        entity_label: Label of every entity.
        occurrence: Which occurrence of a repeated name is used.
        location: Location of the sentence, for messages.
        skipped: Counts triples that are skipped or differ from those listed.
    """

    def __init__(
        self,
        tokens: Sequence[str],
        entity_label: str,
        occurrence: Occurrence,
        location: str,
        skipped: SkippedData,
    ) -> None:
        self.entities: list[Entity] = []
        self.relations: list[Relation] = []
        self.unaligned: list[list[str]] = []
        self._label = entity_label
        self._occurrence = occurrence
        self._location = location
        self._skipped = skipped
        self._finder = Finder(tokens)
        self._index: dict[Span, int] = {}
        self._ambiguous: set[str] = set()

    def read(self, triples: Iterable[tuple[str, Triple]], required: bool = False) -> None:
        """Align triples with the words of the sentence.

        Args:
            triples: Location in the record and content of each triple.
            required: Whether a triple that is not in the sentence is an error; else it is skipped.

        Raises:
            DataError: With ``required``, a head or a tail is not in the sentence.
        """
        distinct_triples: set[Triple] = set()
        distinct_relations: set[Relation] = set()
        for what, triple in triples:
            if triple in distinct_triples:
                self._count("triples listed twice kept once", what)
                continue
            distinct_triples.add(triple)
            relation = self._relation(what, triple, required)
            if relation is None:
                self.unaligned.append(list(triple))
                self._count("triples skipped, because their head or tail was not found", what)
            elif relation in distinct_relations:
                self._count("triples of the same words as another kept once", what)
            else:
                distinct_relations.add(relation)
                self.relations.append(relation)
                if relation.head == relation.tail:
                    self._count("triples that relate a mention to itself, kept", what)

    def _relation(self, what: str, triple: Triple, required: bool) -> Relation | None:
        head_name, label, tail_name = triple
        heads, tails = self._finder.find(head_name), self._finder.find(tail_name)
        if not heads.spans or not tails.spans:
            if required:
                raise self._missing(
                    what, ("tail", tail_name) if heads.spans else ("head", head_name)
                )
            return None
        ways = {heads.way, tails.way}
        if "glued" in ways:
            self._count("triples found only without accents and punctuation, kept", what)
        elif "folded" in ways:
            self._count("triples found only without accents, kept", what)
        self._count_ambiguous(what, head_name, heads)
        self._count_ambiguous(what, tail_name, tails)
        head, tail = heads.spans[0], tails.spans[0]
        if self._occurrence == "closest" and head_name != tail_name:
            head, tail = closest(heads.spans, tails.spans)
        return Relation(label, self._entity(head), self._entity(tail))

    def _count_ambiguous(self, what: str, name: str, places: Places) -> None:
        """Count a name that has several places, once per sentence."""
        if len(places.spans) > 1 and name not in self._ambiguous:
            self._ambiguous.add(name)
            self._count(f"entities found at several places, the {self._occurrence} taken", what)

    def _entity(self, span: Span) -> int:
        if span not in self._index:
            self._index[span] = len(self.entities)
            self.entities.append(Entity(self._label, (span,)))
        return self._index[span]

    def _missing(self, what: str, argument: tuple[str, str]) -> DataError:
        role, name = argument
        return DataError(
            f"{self._location}: {what} has the {role} {shown(name)}, which is not in the "
            "sentence, even without accents and punctuation; correct it, or set "
            "unaligned='count' to skip and count such triples"
        )

    def _count(self, kind: str, what: str) -> None:
        self._skipped.add(kind, f"{self._location}, {what}")


def record_of(
    document: Document, entity_label: str, occurrence: Occurrence, skipped: SkippedData
) -> dict[str, Any]:
    """The JSON object of a sentence whose entities have one mention each.

    Args:
        document: Document to write.
        entity_label: Label that reading will give to every entity.
        occurrence: How reading will choose among several occurrences.
        skipped: Counts what strings cannot represent.
    """
    location = f"document {document.id!r}"
    unusual_words = sum(split_words(token) != (token,) for token in document.tokens)
    if unusual_words:
        skipped.add("words that are empty or hold blanks, read otherwise", location, unusual_words)
    _count_entities(document, entity_label, location, skipped)
    names = [" ".join(document.tokens[slice(*item.span)]) for item in document.entities]
    triples = [(names[item.head], item.label, names[item.tail]) for item in document.relations]
    _count_moved(document, triples, occurrence, location, skipped)
    extra = dict(document.extra)
    unaligned = _unaligned(extra.get(UNALIGNED))
    if unaligned is not None:
        del extra[UNALIGNED]
    extra.pop("id", None)
    return {
        "id": written_id(document),
        "text": " ".join(document.tokens),
        "triple_list": [list(item) for item in dict.fromkeys([*triples, *(unaligned or ())])],
        **extra_keys(replace(document, extra=extra), _TAKEN, skipped),
    }


def _count_entities(
    document: Document, entity_label: str, location: str, skipped: SkippedData
) -> None:
    related = {end for item in document.relations for end in (item.head, item.tail)}
    related_entities = [document.entities[index] for index in sorted(related)]
    counts = {
        "entities in no relation skipped": len(document.entities) - len(related_entities),
        f"entity labels other than {entity_label!r} skipped": sum(
            entity.label != entity_label for entity in related_entities
        ),
        "entities with the mention of another merged": len(related_entities)
        - len({entity.span for entity in related_entities}),
    }
    for kind, count in counts.items():
        if count:
            skipped.add(kind, location, count)


def _count_moved(
    document: Document,
    triples: list[Triple],
    occurrence: Occurrence,
    location: str,
    skipped: SkippedData,
) -> None:
    """Count relations that will be read between other mentions, or not at all."""
    split_tokens = [split_words(token) for token in document.tokens]
    starts = list(accumulate(map(len, split_tokens), initial=0))
    spans = [Span(starts[item.span.start], starts[item.span.end]) for item in document.entities]
    located_relations = [
        (item.label, spans[item.head], spans[item.tail]) for item in document.relations
    ]
    tokens = tuple(token for tokens_of_word in split_tokens for token in tokens_of_word)
    reread = TriplesAnnotation(tokens, "", occurrence, location, SkippedData())
    reread.read(("", triple) for triple in triples)
    entities = reread.entities
    reread_relations = {
        (r.label, entities[r.head].span, entities[r.tail].span) for r in reread.relations
    }
    duplicates, moved = (
        len(located_relations) - len(set(located_relations)),
        len(set(located_relations) - reread_relations),
    )
    if duplicates:
        skipped.add("relations listed twice written once", location, duplicates)
    if moved:
        skipped.add("relations of repeated words, read at other places", location, moved)


def _unaligned(value: Any) -> list[Triple] | None:
    """The unaligned triples of ``extra``; None if the value has a different form."""
    if not isinstance(value, list | tuple):
        return None
    items = [tuple(item) if isinstance(item, list | tuple) else () for item in value]
    if not all(len(item) == 3 and all(isinstance(part, str) for part in item) for item in items):
        return None
    return [(item[0], item[1], item[2]) for item in items]

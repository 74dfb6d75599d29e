"""Facts of the training data, by the names of their arguments."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jointre.data.char_spans import SPLIT_WORDS
from jointre.data.fields import integer, mapping, sequence, shown, string, strings
from jointre.data.schema import Document, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.evaluation.clusters import clusters_of
from jointre.formats import JsonlReader, detect
from jointre.formats.common.files import parse, read_text
from jointre.plurals import counted, there_are


class Fact(NamedTuple):
    """A relation between two names, without their white space.

    Corpora put spaces around punctuation differently in names and in tokens; without white space,
    they are equal.
    """

    head: str
    tail: str
    label: str


def read_train_facts(paths: Iterable[Path]) -> frozenset[Fact]:
    """The facts of several files; a relation is a fact for each name of its head and of its tail.

    A file is DocRED's JSON (names are those of ``vertexSet``), the official scorer's own
    ``[[head name, tail name, label], …]``, or ``jsonl`` (names are the mentions' tokens). All
    may be gzipped.

    Args:
        paths: The files.

    Raises:
        DataError: A file is missing, has another form, or has no relations.
    """
    facts: set[Fact] = set()
    for path in paths:
        file_facts = _facts_of(path)
        if not file_facts:
            raise DataError(
                f"{path}: no relation in it; training facts come from the annotated training "
                "file, or from a list of [head name, tail name, label]"
            )
        facts |= file_facts
    return frozenset(facts)


def names_of(document: Document, mentions: Iterable[Span]) -> list[str]:
    """The names of mentions, without white space."""
    return [_squeezed("".join(document.tokens[start:end])) for start, end in mentions]


def _facts_of(path: Path) -> set[Fact]:
    text = read_text(path)
    if text.lstrip().startswith("["):
        records = sequence(parse(text, path), str(path), "the content")
        if records and isinstance(records[0], list):
            return {_listed(item, f"{path}: fact {n}") for n, item in enumerate(records)}
        if any(isinstance(item, dict) and "vertexSet" in item for item in records):
            pairs = enumerate(records)
            return {fact for n, item in pairs for fact in _docred(item, f"{path}: document {n}")}
    if detect(path) != "jsonl":
        raise DataError(
            f"{path}: no training facts; accepted are DocRED's JSON, a JSON list of [head name, "
            "tail name, label], and jsonl (jointre convert writes it from other formats)"
        )
    reader, skipped = JsonlReader(), SkippedData()
    documents = reader.read(path, skipped)
    facts = {fact for document in documents for fact in _of_document(document)}
    lost = [counted(count, kind) for kind, (count, _) in skipped if kind != SPLIT_WORDS]
    if lost:
        raise DataError(f"{path}: not all of it can be read: {'; '.join(lost)}")
    return facts


def _listed(value: Any, place: str) -> Fact:
    fields = strings(value, place, "a fact")
    if len(fields) != 3:
        raise DataError(f"{place} must be [head name, tail name, label], not {shown(value)}")
    return Fact(_squeezed(fields[0]), _squeezed(fields[1]), fields[2])


def _docred(value: Any, place: str) -> list[Fact]:
    record = mapping(value, place, "a document")
    vertices = [
        [
            _squeezed(string(mapping(mention, place, "a mention").get("name"), place, "a name"))
            for mention in sequence(vertex, place, "an entity")
        ]
        for vertex in sequence(record.get("vertexSet"), place, "vertexSet")
    ]
    facts = []
    for number, item in enumerate(sequence(record.get("labels", []), place, "labels")):
        path = f"labels[{number}]"
        fields = mapping(item, place, path)
        label = string(fields.get("r"), place, f"{path}.r")
        heads, tails = (_names(fields.get(key), vertices, place, f"{path}.{key}") for key in "ht")
        facts += [Fact(head, tail, label) for head in heads for tail in tails]
    return facts


def _names(index: Any, vertices: Sequence[list[str]], place: str, path: str) -> list[str]:
    position = integer(index, place, path)
    if not 0 <= position < len(vertices):
        raise DataError(
            f"{place}: {path} is {position}, but {there_are(len(vertices), 'entities')}"
        )
    return vertices[position]


def _of_document(document: Document) -> list[Fact]:
    names = [names_of(document, cluster) for cluster in clusters_of(document)]
    return [
        Fact(head, tail, relation.label)
        for relation in document.relations
        for head in names[relation.head]
        for tail in names[relation.tail]
    ]


def _squeezed(name: str) -> str:
    return "".join(name.split())

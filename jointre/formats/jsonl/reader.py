"""The project's own record, one document a line: all that a Document holds."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, final

from jointre.data.mentions import renumbered
from jointre.data.schema import Document, Span
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import DataError
from jointre.formats.common.char_spans import ENGLISH, SPLIT_WORDS, InsideWords, WordRules
from jointre.formats.common.faults import OnError
from jointre.formats.common.fields import identity, mapping, shown, string, strings
from jointre.formats.common.files import dump, parse, read_lines, replaced, stem
from jointre.formats.common.writable import writable
from jointre.formats.jsonl.record import (
    Annotation,
    read_offsets,
    read_sentences,
    record_of,
)
from jointre.formats.jsonl.words import CutWords, Given, cut_words
from jointre.formats.reader import Reader
from jointre.plurals import counted

_KEYS = frozenset(
    {"text", "tokens", "offsets", "sentences", "entities", "relations", "clusters", "flags"}
)


@final
@Reader.register("jsonl")
class JsonlReader(Reader):
    """Records of ``tokens`` or ``text``, with ``entities``, ``relations``, ``sentences``, ….

    ``{"id", "text"?, "tokens", "offsets"?, "sentences"?, "entities": [{"label", "mentions",
    "chars"?, "score"?, "mention_scores"?, "id"?}], "relations": [{"label", "head", "tail",
    "score"?, "evidence"?}], "clusters"?, "flags"?}``. Spans are half-open. A record with
    only ``text`` is cut into words and sentences by spaCy's rules and gives its mentions
    as ``chars``; words are cut where these begin or end, given ``tokens`` too. Further keys of
    a record are kept in ``extra``.

    Source: this project's own format.

    Args:
        types: the types file (the one of :class:`SpertReader`).
        on_error: ``"stop"`` at errors, listing the first 20, or ``"skip"`` and count such records.
        language: spaCy's code of the language of the texts, such as ``"zh"``; ``"xx"`` for any.
        inside_words: where a mention begins or ends inside a word, ``"split"`` cuts the
            word, so that the mention keeps its characters; ``"widen"`` makes the mention
            larger, so that words never depend on annotations, as in a text to be predicted.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)

    def __init__(
        self,
        types: Path | None = None,
        language: str = "en",
        inside_words: InsideWords = "split",
        on_error: OnError = "stop",
    ) -> None:
        super().__init__(types, on_error)
        self.language = check_language(language)
        self.words = WordRules(language, inside_words)

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        for line, text in read_lines(path, self.faults.guard):
            place = f"{path}:{line}"
            with self.guard(path):
                record = _checked(parse(text, path, line), place)
                name = f"{stem(path)}:{line}"
                yield place, _document(record, name, place, self.skipped, self.words)

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        """Writes documents, whatever they hold."""
        skipped = SkippedData()
        with replaced(path) as stream:
            for document in writable(documents, skipped):
                line = dump(record_of(document, skipped), f"document {document.id!r}")
                stream.write(f"{line}\n".encode())
        return skipped


def document_of(record: Any) -> Document:
    """The document of a record that is in memory.

    Args:
        record: as the reader takes it, and as ``record_of`` makes it.

    Raises:
        DataError: it is no record, or something in it has no place in a document.
    """
    skipped = SkippedData()
    document = _document(_checked(record, "record"), "0", "record", skipped)
    for kind, (count, example) in skipped:
        if kind != SPLIT_WORDS:
            raise DataError(
                f"this record cannot be held as a document whole: {counted(count, kind)}; "
                f"first: {example}"
            )
    return document


def _checked(record: Any, place: str) -> dict[str, Any]:
    fields = mapping(record, place, "a document")
    if fields.get("tokens") is None and fields.get("text") is None:
        raise DataError(
            f"{place}: a document needs 'tokens' or 'text'; found {shown(sorted(fields))}"
        )
    return fields


def _document(
    record: dict[str, Any],
    default: str,
    place: str,
    skipped: SkippedData,
    rules: WordRules = ENGLISH,
) -> Document:
    text = record.get("text")
    text = None if text is None else string(text, place, "text")
    cut = _words(record, text, place, skipped, rules)
    words = cut.words
    offsets = words.offsets if cut.known else None
    found = Annotation(len(words.tokens), offsets, place, skipped, cut.spans, cut.starts)
    found.cut = record.get("tokens") is None
    found.read_entities(record.get("entities", []))
    found.read_relations(record.get("relations", []))
    found.read_clusters(record.get("clusters", []))
    kept = [index for index, entity in enumerate(found.entities) if entity.mentions]
    relations, clusters = renumbered(kept, found.relations, found.clusters)
    lost = len(found.entities) - len(kept)
    if lost:
        skipped.add("entities without a mention left out", place, lost)
    gone = len(found.relations) - len(relations)
    if gone:
        skipped.add("relations of entities without a mention left out", place, gone)
    name = record.get("id")
    # Beyond a string id, the extra keeps how the file wrote it.
    unused = _KEYS | ({"id"} if isinstance(name, str) else set())
    return Document(
        id=identity(name, default, place, "id"),
        tokens=words.tokens,
        text=text,
        offsets=offsets,
        sentences=words.sentences,
        entities=tuple(found.entities[index] for index in kept),
        relations=relations,
        clusters=clusters,
        flags=strings(record.get("flags", []), place, "flags"),
        extra={key: value for key, value in record.items() if key not in unused},
    )


def _words(
    record: dict[str, Any], text: str | None, place: str, skipped: SkippedData, rules: WordRules
) -> CutWords:
    tokens, offsets = None, None
    sentences: tuple[Span, ...] = ()
    if record.get("tokens") is not None:
        tokens = strings(record["tokens"], place, "tokens")
        offsets = read_offsets(record.get("offsets"), tokens, text, place)
        sentences = read_sentences(record.get("sentences", []), tokens, place)
    elif record.get("offsets") is not None or record.get("sentences"):
        raise DataError(f"{place}: 'offsets' and 'sentences' need 'tokens'")
    entities = record.get("entities", [])
    return cut_words(Given(tokens, offsets, sentences, text), entities, rules, place, skipped)

"""PubTator's text files: titles and abstracts, mentions by characters, relations of concepts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal, final

from jointre.data.char_spans import InsideWords, WordRules
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import ConfigError
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.pubtator.lines import PubtatorRecord, read_records
from jointre.formats.pubtator.mesh import hypernym_pairs, read_tree_numbers
from jointre.formats.pubtator.record import PubtatorOptions, document_of
from jointre.formats.pubtator.writer import annotation_lines
from jointre.formats.reader import Reader

_LOOKS = re.compile(r"\A\s*[^|\s]+\|t\|", re.DOTALL)


@final
@Reader.register("pubtator")
class PubtatorReader(Reader):
    """Abstracts of BioCreative V CDR and others in its form: ``ID|t|title``, ``ID|a|abstract``.

    These are followed by one line per mention, ``ID, start, end, text, label, concept``, and one
    per relation, ``ID, label, concept, concept``, separated by tabs. An entity is a concept with
    all its mentions; its id is that of the concept. Words and sentences come from spaCy's rules,
    and no sentence goes from the title into the abstract. Lists of concepts are separated by ``|``,
    ``,``, ``;`` or ``+`` if the parts have the form of identifiers; a variant such as
    ``p|SUB|V|5|M`` is one identifier. ``extra`` keeps the length of the title and, if writing would
    change them, the annotation lines.

    Paper: https://doi.org/10.1093/database/baw068

    Differences: published systems give a composite mention to all of its concepts and skip
    mentions without a concept, as the defaults do; they then widen mentions to whole words.

    Args:
        types: Types file, see :class:`SpertReader`.
        multi_id: What a mention with several concepts (``D1|D2``) belongs to: to ``"all"``, to the
            ``"first"``, or it is skipped (``"drop"``).
        ungrounded: What happens to a mention without a concept (``-1``): it is skipped
            (``"drop"``), so that predicting it is wrong, or becomes a separate entity
            (``"singleton"``).
        inside_words: What happens if a mention begins or ends inside a word. ``"split"``: the word
            is split, so that the mention stays exact. ``"widen"``: the mention is extended to the
            whole word, so that words never depend on annotations.
        hypernym_pairs: ``"drop"`` lists in ``extra["hypernym_pairs"]`` the unrelated pairs of
            concepts whose tail is broader than the tail of a relation of the same head, so that
            they can be excluded from negatives and from scores over given entities; ``"keep"``
            lists none.
        mesh: File of MeSH descriptors in ASCII (``dYYYY.bin``), for ``hypernym_pairs: "drop"``.
        language: Language of the texts, as a spaCy code such as ``"zh"``; ``"xx"`` for any
            language.
        on_error: What happens at errors. ``"stop"``: reading ends with a list of the first 20.
            ``"skip"``: such lines and documents are skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: 1,024, and
            above 64 at most 200 times the size of the file.

    Raises:
        ConfigError: Only one of ``hypernym_pairs: "drop"`` and ``mesh`` is given, or spaCy does not
            know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".PubTator.txt", ".pubtator")

    def __init__(
        self,
        types: Path | None = None,
        multi_id: Literal["all", "first", "drop"] = "all",
        ungrounded: Literal["drop", "singleton"] = "drop",
        inside_words: InsideWords = "split",
        hypernym_pairs: Literal["keep", "drop"] = "keep",
        mesh: Path | None = None,
        language: str = "en",
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        if hypernym_pairs == "drop" and mesh is None:
            raise ConfigError(
                "hypernym_pairs='drop' needs mesh=FILE, MeSH's hierarchy: the descriptors in "
                "ASCII (dYYYY.bin, plain or gzipped) of the National Library of Medicine; or "
                "take 'keep'"
            )
        if hypernym_pairs == "keep" and mesh is not None:
            raise ConfigError(
                f"mesh={str(mesh)!r} is only used with hypernym_pairs='drop'; give both or none"
            )
        self.language = check_language(language)
        self.options = PubtatorOptions(multi_id, ungrounded, WordRules(language, inside_words))
        self.mesh = None if mesh is None else Path(mesh)

    @cached_property
    def _tree(self) -> dict[str, tuple[str, ...]]:
        return {} if self.mesh is None else read_tree_numbers(self.mesh)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the first line is a title."""
        return 0.95 if _LOOKS.match(head) else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        for location, record in read_records(reading, self.max_unpacked):
            with reading.record():
                yield location, self._document(record, location, reading)

    def _document(self, record: PubtatorRecord, location: str, reading: Reading) -> Document:
        document = document_of(record, self.options, location, reading.skipped, reading)
        extra = dict(document.extra)
        lines = [line for _, line in record.lines]
        if lines != annotation_lines(document, record.text, document.offsets or (), SkippedData()):
            extra["annotations"] = lines
        if self.mesh is not None:
            extra["hypernym_pairs"] = hypernym_pairs(document, self._tree)
        return replace(document, extra=extra)

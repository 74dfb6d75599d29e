"""Predictor: a trained model that reads text."""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal, final

import torch

from jointre.data.context import places_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.split import join, split
from jointre.data.vocabulary import Vocabulary
from jointre.data.windows import Limit
from jointre.data.words import LONG_RUNS, words_of
from jointre.decoding import Overlap
from jointre.errors import ArchiveError, ConfigError
from jointre.models import archive
from jointre.models.model import Model
from jointre.models.predict import MAX_PIECES, MAX_UNITS, Entities, default_limit, predict
from jointre.nn.half import halve_feed_forward
from jointre.start_up import garbage_collection_paused

Precision = Literal["fp32", "bf16"]
Source = str | Sequence[str] | Document
_LONG_RUNS_FLAG = "long_runs"
"""Flag of a Document made of a raw text, with the number of runs that were cut into words."""


@final
class Predictor:
    """Extracts entities and relations from texts, lists of words or Documents.

    Args:
        model: Trained model.
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``.
        precision: ``"bf16"`` computes the encoder's feed-forward layers in bfloat16, which is
            faster if the processor supports it.
        language: Language of plain texts, as a spaCy code; its rules find words and sentences.
        threshold: Minimum probability of all relations, or of single entity and relation labels
            (``{"works_for": 0.7}``), where ``"default"`` means all other relation labels; None:
            the thresholds of the model.
        overlap: Which mentions may overlap: ``"all"``, ``"learned"`` (as in the training data),
            ``"nested"`` or ``"flat"``; None: the rule of the model.

    Example:
        >>> extract = Predictor.load("runs/quickstart", device="cpu")
        >>> [document.id for document in extract.pipe(["One text.", "Another text."])]
        ['0', '1']
        >>> extract.entity_labels
        ('Person', 'Organization', 'Place', 'Event')

    Raises:
        ConfigError: The device or a label does not exist, or a threshold is not a probability.
    """

    def __init__(
        self,
        model: Model,
        *,
        device: str = "auto",
        precision: Precision = "fp32",
        language: str = "en",
        threshold: float | Mapping[str, float] | None = None,
        overlap: Overlap | None = None,
    ) -> None:
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        model.adjust(threshold, overlap)
        if precision == "bf16":
            halve_feed_forward(self.model.encoder)
        self.language = language
        words_of("", language)  # raises at once if the language is unknown
        self._preparers = {
            "predict": model.preparer("predict"),
            "given": model.preparer("given"),
        }

    @classmethod
    def load(
        cls,
        source: str | Path,
        *,
        device: str = "auto",
        precision: Precision = "fp32",
        language: str | None = None,
        threshold: float | Mapping[str, float] | None = None,
        overlap: Overlap | None = None,
        raw: bool = False,
    ) -> "Predictor":
        """Load a predictor from a run directory, an archive folder or a ``.tar.gz``.

        Args:
            source: Path of the model.
            device: See the class.
            precision: See the class.
            language: See the class; None: that of the reader of the training data, so that
                texts are split into words as in training.
            threshold: See the class.
            overlap: See the class.
            raw: Whether to ignore the calibration that the archive may contain.

        Raises:
            ArchiveError: The archive cannot be used.
            ConfigError: spaCy does not know the language, or needs another package for it.
        """
        with garbage_collection_paused():
            loaded = archive.load(Path(source), raw=raw)
            language = language_of(loaded.about) if language is None else language
            return cls(
                loaded.model,
                device=device,
                precision=precision,
                language=language,
                threshold=threshold,
                overlap=overlap,
            )

    @property
    def vocabulary(self) -> Vocabulary:
        """The labels that can be predicted."""
        return self.model.vocabulary

    @property
    def entity_labels(self) -> tuple[str, ...]:
        """The entity types that can be predicted."""
        return self.vocabulary.entity_labels

    @property
    def relation_labels(self) -> tuple[str, ...]:
        """The relation types that can be predicted."""
        return self.vocabulary.relation_labels

    def __call__(self, source: Source, *, entities: Entities = "predict") -> Document:
        """Entities and relations of one text, token list or Document.

        Args:
            source: Raw text, the tokens of one sentence, or a Document.
            entities: Whether to predict the entities or to use those of the Document.
        """
        return self.documents([self.read(source)], entities=entities)[0]

    def pipe(
        self,
        sources: Iterable[Source],
        *,
        entities: Entities = "predict",
        buffer: int = 256,
        skipped: SkippedData | None = None,
    ) -> Iterator[Document]:
        """Predict a stream of texts in batches; the results are in the order of the texts.

        Args:
            sources: Texts, lists of words or Documents.
            entities: Whether to predict the entities or to use those of the Documents.
            buffer: Number of sources that are read ahead, so that batches have texts of similar
                length.
            skipped: Counts what was cut; None: a warning reports it.

        Raises:
            TypeError: A single text or Document is given where several are expected.
        """
        if isinstance(sources, str | Document):
            raise TypeError(
                f"pipe takes several texts or Documents, but this is a single "
                f"{type(sources).__name__}: call extract(...) instead, or put it into a list"
            )
        return self._pipe(sources, entities, buffer, skipped)

    def _pipe(
        self,
        sources: Iterable[Source],
        entities: Entities,
        buffer: int,
        skipped: SkippedData | None,
    ) -> Iterator[Document]:
        remaining = iter(sources)
        count = 0
        while chunk := list(islice(remaining, buffer)):
            documents = [self.read(source, f"{count + i}") for i, source in enumerate(chunk)]
            count += len(chunk)
            yield from self.documents(documents, entities=entities, skipped=skipped)

    def documents(
        self,
        documents: Sequence[Document],
        *,
        entities: Entities = "predict",
        max_pieces: int = MAX_PIECES,
        max_units: int = MAX_UNITS,
        max_words: int | None = None,
        skipped: SkippedData | None = None,
        progress: Callable[[int], None] = lambda units: None,
    ) -> list[Document]:
        """Predict documents, which are split into sentences if the model reads sentences.

        Args:
            documents: Documents to predict; their entities are used only with ``"given"``.
            entities: Whether to predict the entities or to use those of the documents.
            max_pieces: Maximum number of padded pieces in a batch.
            max_units: Maximum number of units in a batch.
            max_words: Number of words above which a sentence, or a document for a model of
                documents, is read in overlapping windows; None: the limit of the predictor.
            skipped: Counts what was cut; None: a warning reports it.
            progress: Called with the number of units of each finished batch.
        """
        units = split(documents, self.model.unit)
        counts = SkippedData() if skipped is None else skipped
        _count_long_runs(documents, counts)
        limit = self._limit(max_words)
        predictions = predict(
            self.model,
            [unit.document for unit in units],
            self._preparers[entities],
            places=places_of(documents, units),
            max_pieces=max_pieces,
            max_units=max_units,
            entities=entities,
            limit=limit,
            skipped=counts,
            progress=progress,
        )
        if skipped is None:
            for line in counts.lines():
                warnings.warn(line, stacklevel=3)
        return join(documents, units, predictions)

    def _limit(self, max_words: int | None) -> Limit:
        limit = default_limit(self.model)
        if max_words is None:
            return limit
        return replace(limit, words=max_words, overlap=min(limit.overlap, max_words // 4))

    def read(self, source: Source, id: str = "0") -> Document:
        """A source as a Document."""
        if isinstance(source, Document):
            return source
        if isinstance(source, str):
            source = source.removeprefix("\ufeff")
            skipped = SkippedData()
            words = words_of(source, self.language, skipped, id)
            count = skipped[LONG_RUNS]
            flags = (f"{_LONG_RUNS_FLAG}:{count}",) if count else ()
            return Document(id, words.tokens, source, words.offsets, words.sentences, flags=flags)
        return Document(id, tuple(source))


def _count_long_runs(documents: Iterable[Document], skipped: SkippedData) -> None:
    """Count the long runs without white space that were cut when raw texts became Documents."""
    for document in documents:
        for flag in document.flags:
            name, _, count = flag.partition(":")
            if name == _LONG_RUNS_FLAG and count.isdigit():
                skipped.add(LONG_RUNS, repr(document.id), int(count))


def language_of(about: Mapping[str, Any]) -> str:
    """The language of a model's training data; English if its archive does not name one.

    Raises:
        ArchiveError: The archive names something that is not the code of a language.
    """
    language = about.get("language", "en")
    if not isinstance(language, str) or not re.fullmatch(r"[A-Za-z]{2,8}", language):
        raise ArchiveError(
            f"the archive's language is {str(language)[:60]!r}, which is not a code such as 'en'; "
            "give another one with language=..."
        )
    return language


def choose_device(name: str) -> torch.device:
    """The device with a name; ``"auto"`` is a GPU if there is one.

    Raises:
        ConfigError: There is no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigError(
            f"device={name!r} is not available here ({str(error).splitlines()[0]}); "
            "take auto, cpu, or cuda on a machine with a GPU"
        ) from error
    return device

"""Corpus: the training, dev and test documents of an experiment, and their vocabulary."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jointre.data.pieces import LONG_WORDS
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.split import (
    Unit,
    UnitKind,
    carve_dev,
    draw_fraction,
    hold_out_fold,
    split,
)
from jointre.data.vocabulary import LabelSets, Vocabulary
from jointre.errors import DataError
from jointre.inference.trained_on import digests
from jointre.models.model import Item
from jointre.plurals import counted
from jointre.training.experiment import CorpusSettings, DataSettings


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the documents of a corpus come from; each source is a file or documents in memory.

    Args:
        sources: SHA-256 of each source by its name (the path of a file), types file included.
        trained_on: Those of them whose documents are trained on.
        deciding: Those of them that decide the weights: all but the test documents.
        language: Language by whose rules texts are cut into words.
    """

    sources: Mapping[str, str]
    trained_on: Mapping[str, str]
    deciding: Mapping[str, str]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents of the splits; a split that is not configured is empty.

    Args:
        train, dev, test: The documents.
        vocabulary: Labels of the training documents.
        origin: Where the documents come from.
    """

    train: Sequence[Document]
    dev: Sequence[Document]
    test: Sequence[Document]
    vocabulary: Vocabulary
    origin: Origin


def read_corpus(settings: DataSettings, warn: Callable[[str], None]) -> Corpus:
    """Read all splits from files.

    Args:
        settings: The ``data`` section.
        warn: Called with a line about what a reader cannot represent.

    Raises:
        DataError: A file is missing (with the config's hint) or wrong, or train is empty.
    """
    reader = settings.reader()
    splits = [path for path in (settings.train, settings.dev, settings.test) if path is not None]
    types_files = [] if reader.types is None else [reader.types]
    _require_files(splits + types_files, settings.hint)
    labels = reader.label_sets()
    skipped = SkippedData()
    train = list(reader.read(settings.train, skipped))
    dev = list(reader.read(settings.dev, skipped)) if settings.dev else []
    test = list(reader.read(settings.test, skipped)) if settings.test else []
    _log(skipped, "", warn)
    learnt = [settings.train]
    if settings.train_on == "train+dev" and settings.dev is not None:
        learnt.append(settings.dev)
    held_out = [] if settings.test is None else reader.files(settings.test)
    sources = digests([file for path in splits for file in reader.files(path)] + types_files)
    origin = Origin(
        sources,
        {str(file): sources[str(file)] for path in learnt for file in reader.files(path)},
        {
            name: digest
            for name, digest in sources.items()
            if Path(name) not in held_out or Path(name) in types_files
        },
        reader.language,
    )
    return assembled(settings, (train, dev, test), labels, origin, str(settings.train), warn)


def _require_files(paths: Sequence[Path], hint: str | None) -> None:
    """Raise an error if files are missing; readers report a missing absolute path themselves.

    Raises:
        DataError: A relative path is missing, or any path of a config with a hint.
    """
    missing = [path for path in paths if not path.exists()]
    listed = ", ".join(str(path) for path in missing)
    if missing and hint:
        raise DataError(f"missing: {listed}\n{hint}")
    if any(not path.is_absolute() for path in missing):
        raise DataError(
            f"{listed}: no such file; data paths are relative to the working directory, "
            f"{Path.cwd()}, imports to the file that has them"
        )


def assembled(
    settings: CorpusSettings,
    documents: tuple[Sequence[Document], Sequence[Document], Sequence[Document]],
    labels: LabelSets | None,
    origin: Origin,
    name: str,
    warn: Callable[[str], None],
) -> Corpus:
    """Make a corpus of documents that have been read.

    Args:
        settings: Settings that say which documents are trained on and which are dev data.
        documents: Documents of train, dev and test.
        labels: Labels that the data declare.
        origin: Where the documents come from.
        name: Name of the training documents, for errors.
        warn: Called with a line about what training cannot use.

    Raises:
        DataError: There is nothing to train on.
    """
    train, dev, test = documents
    if settings.fold is not None:
        fold = settings.fold
        train, test = hold_out_fold(train, fold.number, fold.of, fold.seed)
    if settings.dev_fraction is not None:
        train, dev = carve_dev(train, settings.dev_fraction, settings.dev_seed)
    if settings.train_on == "train+dev":
        train = [*train, *dev]
    if settings.fraction < 1:
        train = draw_fraction(train, settings.fraction, settings.fraction_seed)
    vocabulary = Vocabulary.build(train, labels, settings.symmetric)
    if not any(document.tokens for document in train):
        raise DataError(f"{name}: no words to train on")
    _require_entities(name, train)
    if not vocabulary.relation_labels:
        warn("train: there are no relation labels; only entities are learnt")
    for split_name, held_out in (("dev", dev), ("test", test)):
        for kind, counts in vocabulary.unknown_labels(held_out).items():
            for label, count in counts.items():
                warn(
                    f"{split_name}: {counted(count, f'{kind} with label {label!r}')}, which "
                    "the training data does not have; "
                    f"{'it counts' if count == 1 else 'they count'} as missed"
                )
    return Corpus(train, dev, test, vocabulary, origin)


def _require_entities(name: str, train: Sequence[Document]) -> None:
    """Refuse training documents without entities: there would be nothing to learn.

    Raises:
        DataError: No training document has an entity.
    """
    if not any(document.entities for document in train):
        raise DataError(
            f"{name}: no entities in {counted(len(train), 'training documents')}, so there is "
            "nothing to learn; annotate entities, or check that data.reader is the file's format"
        )


def training_units(
    documents: Sequence[Document], model_unit: UnitKind, warn: Callable[[str], None]
) -> list[Unit]:
    """Units to train on; empty units are skipped.

    Raises:
        DataError: An entity has no label.
    """
    for document in documents:
        for index, entity in enumerate(document.entities):
            if entity.label is None:
                words = " ".join(document.tokens[entity.span.start : entity.span.end])
                raise DataError(
                    f"document {document.id!r}: entity {index} ({words!r}) has no label, so it "
                    "cannot be learnt; give it one or leave it out"
                )
    skipped = SkippedData()
    units = split(documents, model_unit, skipped)
    _log(skipped, "train: ", warn)
    return [unit for unit in units if unit.document.tokens]


def cut_off(items: Sequence[Item]) -> SkippedData:
    """Counts of the words, mentions and relations that the encoder does not see."""
    skipped = SkippedData()
    for item in items:
        example = f"document {item.document.id!r}"
        if item.pieces.shortened:
            skipped.add(LONG_WORDS, example, len(item.pieces.shortened))
        if not item.pieces.truncated:
            continue
        skipped.add("units longer than the encoder's input are cut (long_inputs)", example)
        full, visible = item.document, item.visible
        for kind, count in (
            ("mentions beyond the cut", _mentions(full) - _mentions(visible)),
            ("relations beyond the cut", len(full.relations) - len(visible.relations)),
        ):
            if count:
                skipped.add(kind, example, count)
    return skipped


def _mentions(document: Document) -> int:
    return sum(len(entity.mentions) for entity in document.entities)


def _log(skipped: SkippedData, prefix: str, warn: Callable[[str], None]) -> None:
    for line in skipped.lines():
        warn(prefix + line)

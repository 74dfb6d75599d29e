"""Training on documents in memory instead of files."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from jointre.config import LoadedConfig
from jointre.data.schema import Document
from jointre.errors import ConfigError, DataError
from jointre.formats.common.files import dump
from jointre.training.corpus import Corpus, Origin, assembled
from jointre.training.experiment import MemorySettings

_ABOUT_FILES = ("reader", "train", "dev", "test", "hint")  # of the data section


@dataclass(frozen=True, slots=True)
class InMemory:
    """Documents in memory to train on and to score.

    Args:
        train: Documents to train on.
        dev: Documents that are scored after every epoch.
        test: Documents that are scored once, at the end.
    """

    train: Sequence[Document]
    dev: Sequence[Document]
    test: Sequence[Document]

    @classmethod
    def of(
        cls,
        train: Iterable[Document] | None,
        dev: Iterable[Document] | None,
        test: Iterable[Document] | None,
    ) -> Self | None:
        """The documents that were passed to a training; None if there are none.

        Args:
            train: Documents to train on.
            dev: Documents that are scored after every epoch.
            test: Documents that are scored once, at the end.

        Raises:
            ConfigError: There are dev or test documents without training documents.
            DataError: Something in a list is not a Document, or has the id of another one.
        """
        if train is None:
            if dev is not None or test is not None:
                raise ConfigError(
                    "dev and test documents need training documents beside them: pass "
                    "train=documents too, or name all files in the config's data section"
                )
            return None
        splits = {"train": train, "dev": dev, "test": test}
        return cls(*(_checked(name, documents or ()) for name, documents in splits.items()))

    def origin(self, language: str, train_on_dev: bool) -> Origin:
        """Where the documents come from, with a digest of each split.

        Args:
            language: Language by whose rules the trained model cuts texts into words.
            train_on_dev: Whether the dev documents are trained on.
        """
        splits = {"train": self.train, "dev": self.dev, "test": self.test}
        digests = {
            f"{name} documents in memory": _digest(documents)
            for name, documents in splits.items()
            if documents
        }
        learnt = ("train", "dev") if train_on_dev else ("train",)
        return Origin(
            digests,
            {name: digest for name, digest in digests.items() if name.startswith(learnt)},
            {name: digest for name, digest in digests.items() if not name.startswith("test")},
            language,
        )


def _checked(name: str, documents: Iterable[Document]) -> list[Document]:
    listed, seen = list(documents), dict[str, int]()
    for index, document in enumerate(listed):
        if not isinstance(document, Document):
            raise DataError(
                f"{name}[{index}] is of type {type(document).__name__}, not a Document; make one "
                "with jointre.Document(...) or, from a record, Document.from_dict(record)"
            )
        first = seen.setdefault(document.id, index)
        if first != index:
            raise DataError(
                f"{name}[{first}] and {name}[{index}] have the same id {document.id!r}; ids must "
                "differ, so that predictions can be told apart"
            )
    return listed


def _digest(documents: Sequence[Document]) -> str:
    """SHA-256 of the documents as the lines of a ``jsonl`` file."""
    digest = hashlib.sha256()
    for document in documents:
        digest.update((dump(document.to_dict(), f"document {document.id!r}") + "\n").encode())
    return digest.hexdigest()


def memory_config(
    loaded: LoadedConfig, documents: InMemory, log: Callable[[str], None]
) -> LoadedConfig:
    """The experiment without what its ``data`` section says about files.

    The language of its reader is kept, because the trained model cuts texts by its rules.

    Args:
        loaded: The experiment.
        documents: The documents that take the place of the files.
        log: Called with a line about a setting that is not used.

    Raises:
        ConfigError: The ``data`` section is not an object.
    """
    section: Any = loaded.data.get("data", {})
    if not isinstance(section, dict):
        raise ConfigError(f"data={section!r}: it must be an object")
    data = {key: value for key, value in section.items() if key not in _ABOUT_FILES}
    reader = section.get("reader")
    if isinstance(reader, dict) and "language" in reader:
        data.setdefault("language", reader["language"])
    if documents.dev and data.get("dev_fraction") is not None:
        log("data.dev_fraction is not used, because dev documents are given")
        del data["dev_fraction"]
    return replace(loaded, data={**loaded.data, "data": data})


def memory_corpus(
    settings: MemorySettings, documents: InMemory, warn: Callable[[str], None]
) -> Corpus:
    """The corpus of documents in memory.

    Args:
        settings: The ``data`` section.
        documents: The documents.
        warn: Called with a line about what training cannot use.

    Raises:
        ConfigError: ``train_on`` asks for dev documents that are not given, or there are test
            documents beside a fold.
        DataError: There is nothing to train on.
    """
    train_on_dev = settings.train_on == "train+dev"
    if train_on_dev and not documents.dev:
        raise ConfigError("data.train_on='train+dev' needs dev documents: pass dev=documents")
    if settings.fold is not None and documents.test:
        raise ConfigError(
            "data.fold and test documents exclude each other: the fold's documents are the test "
            "data; leave test=documents out, or set data.fold to null"
        )
    splits = documents.train, documents.dev, documents.test
    origin = documents.origin(settings.language, train_on_dev)
    return assembled(settings, splits, None, origin, "train documents in memory", warn)

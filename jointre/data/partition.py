"""Partition a corpus into train, dev and test documents, stratified by label."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy

from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.plurals import counted

PARTS = ("train", "dev", "test")
_NAMES = {
    "train": re.compile(r"(^|[^a-z])(train|training)([^a-z]|$)"),
    "dev": re.compile(r"(^|[^a-z])(dev|devel|development|val|valid|validation)([^a-z]|$)"),
    "test": re.compile(r"(^|[^a-z])(test|testing)([^a-z]|$)"),
}


def partition(
    documents: Sequence[Document], dev: float, test: float, seed: int = 0
) -> dict[str, list[Document]]:
    """Distribute documents over train, dev and test so that every part has each label's share.

    Iterative stratification: labels are processed from the rarest to the most frequent, and each
    document goes to the part that still lacks most of that label. Documents with the same words
    stay together, so no text is on both sides. The order in the file does not matter.

    Source: https://doi.org/10.1007/978-3-642-23808-6_10 (Sechidis, Tsoumakas, Vlahavas; 2011)

    Args:
        documents: All documents.
        dev: Share of the documents for dev, at least 0.
        test: Share of the documents for test, at least 0.
        seed: Random seed for breaking ties.

    Returns:
        The documents of each part, in the given order; a part whose share is 0 is empty.

    Raises:
        DataError: The shares leave nothing to train on, or there are too few documents.
    """
    shares = {"train": 1 - dev - test, "dev": dev, "test": test}
    if min(dev, test) < 0 or shares["train"] <= 0:
        raise DataError(
            f"the shares of dev ({dev}) and test ({test}) must be at least 0 and leave something "
            "to train on"
        )
    groups = _groups(documents)
    parts = [part for part in PARTS if shares[part] > 0]
    if len(groups) < len(parts):
        raise DataError(
            f"{counted(len(groups), 'different documents')} cannot be split into "
            f"{', '.join(parts)}; at least {len(parts)} are needed"
        )
    used_shares = {part: shares[part] for part in parts}
    distribution = _Distribution(groups, documents, used_shares, seed)
    documents_of: dict[str, list[Document]] = {part: [] for part in PARTS}
    for document, part in zip(documents, distribution.parts_of_documents(), strict=True):
        documents_of[part].append(document)
    return documents_of


def _groups(documents: Sequence[Document]) -> list[list[int]]:
    """Indices of documents with the same words; ordered by words, not as in the file."""
    groups: dict[str, list[int]] = {}
    for index, document in enumerate(documents):
        groups.setdefault(" ".join(document.tokens).casefold(), []).append(index)
    return [groups[words] for words in sorted(groups)]


class _Distribution:
    """Groups of documents, and the numbers of labels and documents that each part still lacks."""

    def __init__(
        self,
        groups: Sequence[Sequence[int]],
        documents: Sequence[Document],
        shares: Mapping[str, float],
        seed: int,
    ) -> None:
        self.groups, self.size = groups, len(documents)
        self.labels = [_labels(documents, group) for group in groups]
        totals = sum(self.labels, Counter[tuple[str, str]]())
        self.rarest_first = sorted(totals, key=lambda label: (totals[label], label))
        self.order = numpy.random.default_rng(seed).permutation(len(groups)).tolist()
        self.lacking = {
            part: {label: share * total for label, total in totals.items()}
            for part, share in shares.items()
        }
        self.room = {part: share * len(documents) for part, share in shares.items()}
        self.chosen: dict[int, str] = {}

    def parts_of_documents(self) -> list[str]:
        """The part of each document."""
        for label in self.rarest_first:
            for group in self.order:
                if group not in self.chosen and label in self.labels[group]:
                    self._assign(group, max(self.room, key=lambda part: self._need(part, label)))
        for group in self.order:
            if group not in self.chosen:
                self._assign(group, max(self.room, key=lambda part: self.room[part]))
        self._fill_empty_parts()
        parts_of_documents = [""] * self.size
        for group, part in self.chosen.items():
            for index in self.groups[group]:
                parts_of_documents[index] = part
        return parts_of_documents

    def _need(self, part: str, label: tuple[str, str]) -> tuple[float, float]:
        return self.lacking[part][label], self.room[part]

    def _assign(self, group: int, part: str) -> None:
        self.chosen[group] = part
        self.room[part] -= len(self.groups[group])
        for label, count in self.labels[group].items():
            self.lacking[part][label] -= count

    def _fill_empty_parts(self) -> None:
        """Give each part at least one group, from the part with the most groups."""
        for part in self.room:
            if part in self.chosen.values():
                continue
            largest = Counter(self.chosen.values()).most_common(1)[0][0]
            last = next(group for group in reversed(self.order) if self.chosen[group] == largest)
            self._assign(last, part)


def _labels(documents: Sequence[Document], group: Sequence[int]) -> Counter[tuple[str, str]]:
    """How often each entity and relation label occurs in a group of documents."""
    counts: Counter[tuple[str, str]] = Counter()
    for index in group:
        counts.update(("entity", entity.label or "") for entity in documents[index].entities)
        counts.update(("relation", relation.label) for relation in documents[index].relations)
    return counts


def parts_in(folder: Path) -> dict[str, Path]:
    """The files or folders named train, dev (or validation) and test in a folder.

    Args:
        folder: Any path; a file has no parts.

    Returns:
        The path of each part; empty unless there is one for train and one for dev or test.

    Raises:
        DataError: Two entries of the folder claim to be the same part.
    """
    parts: dict[str, Path] = {}
    if not folder.is_dir():
        return parts
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.suffix in (".md", ".cfg", ".log"):
            continue
        if path.suffix == ".ann" or path.with_suffix(".ann").exists():
            continue  # a brat document that is called train
        for part, name in _NAMES.items():
            if not name.search(path.name.lower()):
                continue
            if part in parts:
                raise DataError(
                    f"{folder}: {parts[part].name} and {path.name} both look like the {part} "
                    "data; name one of them, or keep one of them in the folder"
                )
            parts[part] = path
    ordered = {part: parts[part] for part in PARTS if part in parts}
    return ordered if "train" in ordered and len(ordered) > 1 else {}

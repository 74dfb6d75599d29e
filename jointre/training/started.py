"""Started: the data and labels with which a run was started, to compare when it is recovered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

from jointre.data.vocabulary import Vocabulary

_FORMAT = 1
_MOST = 10  # changes that are listed


@dataclass(frozen=True, slots=True)
class Started:
    """Facts that must not change before a run is recovered.

    Args:
        data: SHA-256 of each source of documents that decides the training: files by path,
            documents in memory by name.
        labels: The labels of each kind in the order in which the model numbers them.
    """

    data: Mapping[str, str]
    labels: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, data: Mapping[str, str], vocabulary: Vocabulary) -> Self:
        """The facts about some data.

        Args:
            data: SHA-256 of each source that decides the training, by its name.
            vocabulary: The labels.
        """
        labels = {
            "entity": list(vocabulary.entity_labels),
            "relation": list(vocabulary.relation_labels),
            "symmetric relation": sorted(vocabulary.symmetric),
        }
        return cls(dict(data), labels)

    def to_dict(self) -> dict[str, Any]:
        """The content of the file that marks a directory as a run."""
        return {
            "jointre_run": _FORMAT,
            "version": version("jointre"),
            "data_sha256": dict(self.data),
            "labels": {kind: list(labels) for kind, labels in self.labels.items()},
        }

    def changes(self, record: Mapping[str, Any]) -> list[str]:
        """How these facts differ from those that were recorded, one change per line.

        Args:
            record: What :meth:`to_dict` returned; a fact that it lacks is not compared.
        """
        return [*self._data_changes(record), *self._label_changes(record)]

    def _data_changes(self, record: Mapping[str, Any]) -> list[str]:
        recorded = record.get("data_sha256")
        if not isinstance(recorded, Mapping):
            return []
        lines = []
        for path in sorted(recorded.keys() | self.data.keys()):
            if path not in self.data:
                lines.append(f"{path}: missing now")
            elif path not in recorded:
                lines.append(f"{path}: new since the start")
            elif recorded[path] != self.data[path]:
                lines.append(f"{path}: the content is different")
        more = len(lines) - _MOST
        return [*lines[:_MOST], f"and {more} more"] if more > 0 else lines

    def _label_changes(self, record: Mapping[str, Any]) -> list[str]:
        recorded = record.get("labels")
        if not isinstance(recorded, Mapping):
            return []
        return [
            f"{kind} labels: {_listed(recorded[kind])} at the start, {_listed(labels)} now"
            for kind, labels in self.labels.items()
            if kind in recorded and list(recorded[kind]) != list(labels)
        ]


def _listed(labels: Sequence[str]) -> str:
    more = f", … ({len(labels)})" if len(labels) > _MOST else ""
    return (", ".join(labels[:_MOST]) or "none") + more

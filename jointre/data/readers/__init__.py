"""Readers, one a corpus format: files → documents, and back where a format can be written."""

from jointre.data.readers.reader import LabelSets, Losses, Reader
from jointre.data.readers.spert import SpertReader

__all__ = ["LabelSets", "Losses", "Reader", "SpertReader"]

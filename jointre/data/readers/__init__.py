"""Readers, one a corpus format: files → documents, and back where a format can be written."""

from jointre.data.readers.dygie import DygieReader
from jointre.data.readers.jsonl import JsonlReader
from jointre.data.readers.reader import LabelSets, Losses, Reader
from jointre.data.readers.spert import SpertReader

__all__ = ["DygieReader", "JsonlReader", "LabelSets", "Losses", "Reader", "SpertReader"]

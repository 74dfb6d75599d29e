"""Readers, one a corpus format: files → documents, and back where a format can be written."""

from jointre.data.readers.brat import BratReader
from jointre.data.readers.docbin import DocbinReader
from jointre.data.readers.doccano import DoccanoReader
from jointre.data.readers.docred import DocredReader
from jointre.data.readers.dygie import DygieReader
from jointre.data.readers.jsonl import JsonlReader
from jointre.data.readers.label_studio import LabelStudioReader
from jointre.data.readers.prodigy import ProdigyReader
from jointre.data.readers.pubtator import PubtatorReader
from jointre.data.readers.reader import LabelSets, Losses, Reader
from jointre.data.readers.spert import SpertReader
from jointre.data.readers.triples import TriplesReader

__all__ = [
    "BratReader",
    "DocbinReader",
    "DoccanoReader",
    "DocredReader",
    "DygieReader",
    "JsonlReader",
    "LabelSets",
    "LabelStudioReader",
    "Losses",
    "ProdigyReader",
    "PubtatorReader",
    "Reader",
    "SpertReader",
    "TriplesReader",
]

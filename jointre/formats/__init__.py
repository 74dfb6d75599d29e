"""Readers, one a corpus format: files → documents, and back where a format can be written."""

from jointre.formats.brat.reader import BratReader
from jointre.formats.docbin.reader import DocbinReader
from jointre.formats.doccano.reader import DoccanoReader
from jointre.formats.docred.reader import DocredReader
from jointre.formats.dygie.reader import DygieReader
from jointre.formats.jsonl.reader import JsonlReader
from jointre.formats.label_studio.reader import LabelStudioReader
from jointre.formats.prodigy.reader import ProdigyReader
from jointre.formats.pubtator.reader import PubtatorReader
from jointre.formats.reader import LabelSets, Reader, SkippedData
from jointre.formats.spert.reader import SpertReader
from jointre.formats.triples.reader import TriplesReader

__all__ = [
    "BratReader",
    "DocbinReader",
    "DoccanoReader",
    "DocredReader",
    "DygieReader",
    "JsonlReader",
    "LabelSets",
    "LabelStudioReader",
    "ProdigyReader",
    "PubtatorReader",
    "Reader",
    "SkippedData",
    "SpertReader",
    "TriplesReader",
]

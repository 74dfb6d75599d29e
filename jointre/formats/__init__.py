"""Corpus formats: a reader for each, and a writer for those that can be written."""

from jointre.formats.brat.reader import BratReader
from jointre.formats.brat.writer import BratWriter
from jointre.formats.docbin.reader import DocbinReader
from jointre.formats.docbin.writer import DocbinWriter
from jointre.formats.doccano.reader import DoccanoReader
from jointre.formats.doccano.writer import DoccanoWriter
from jointre.formats.docred.reader import DocredReader
from jointre.formats.docred.writer import DocredWriter
from jointre.formats.dygie.reader import DygieReader
from jointre.formats.dygie.writer import DygieWriter
from jointre.formats.jsonl.reader import JsonlReader
from jointre.formats.jsonl.writer import JsonlWriter
from jointre.formats.label_studio.reader import LabelStudioReader
from jointre.formats.label_studio.writer import LabelStudioWriter
from jointre.formats.prodigy.reader import ProdigyReader
from jointre.formats.prodigy.writer import ProdigyWriter
from jointre.formats.pubtator.reader import PubtatorReader
from jointre.formats.pubtator.writer import PubtatorWriter
from jointre.formats.reader import Reader, detect
from jointre.formats.spert.reader import SpertReader
from jointre.formats.spert.writer import SpertWriter
from jointre.formats.text.reader import TextReader
from jointre.formats.triples.reader import TriplesReader
from jointre.formats.triples.writer import TriplesWriter
from jointre.formats.writer import Writer

__all__ = [
    "BratReader",
    "BratWriter",
    "DocbinReader",
    "DocbinWriter",
    "DoccanoReader",
    "DoccanoWriter",
    "DocredReader",
    "DocredWriter",
    "DygieReader",
    "DygieWriter",
    "JsonlReader",
    "JsonlWriter",
    "LabelStudioReader",
    "LabelStudioWriter",
    "ProdigyReader",
    "ProdigyWriter",
    "PubtatorReader",
    "PubtatorWriter",
    "Reader",
    "SpertReader",
    "SpertWriter",
    "TextReader",
    "TriplesReader",
    "TriplesWriter",
    "Writer",
    "detect",
]

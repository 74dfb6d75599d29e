"""Detect the format of a corpus file or folder from its content."""

import re
from pathlib import Path

from jointre.errors import DataError
from jointre.formats.common.files import opened

_HEAD = 2**20  # bytes; enough for the first records of every format

# The first pattern that matches decides, so the more specific formats come first.
_PATTERNS = (
    ("docbin", "\\Ax\ufffd"),  # zlib's first bytes, which are not UTF-8
    ("pubtator", r"\A\s*[^|\s]+\|t\|"),
    ("brat", r"\A(?:[TRENAM][0-9]+|#[0-9]*|\*)\t"),
    ("label_studio", r'\A\s*\[\s*\{(?=.*"annotations"\s*:)(?=.*"data"\s*:\s*\{)'),
    ("label_studio", r'\A\s*\[\s*\{(?=.*"annotations"\s*:\s*\[\s*\{\s*"(id|result|completed_by)")'),
    ("docred", r'\A\s*\[(?=.*"(vertexSet|sents)"\s*:)'),
    ("triples", r'\A\s*[\[{](?=.*"(triple_list|sentText)"\s*:)'),
    ("spert", r'\A\s*\[\s*\{(?=.*"tokens"\s*:\s*\[)(?!.*"start_offset"\s*:)'),
    ("jsonl", r'\A\s*\{(?=.*"(mentions|chars)"\s*:)'),
    ("doccano", r'\A\s*[\[{](?=.*"(text|data)"\s*:)(?=.*"(start_offset|labels?"\s*:\s*\[))'),
    ("prodigy", r'\A\s*\{(?=.*"(_input_hash|_view_id|token_start|answer)"\s*:)'),
    ("dygie", r'\A\s*\{(?=.*"sentences"\s*:)(?=.*"(ner|doc_key|clusters|predicted_ner)"\s*:)'),
    ("jsonl", r'\A\s*\{(?=.*"(tokens|text)"\s*:)'),
)


def detect(path: Path) -> str | None:
    """The registered name of the reader for a corpus, or None when no pattern matches.

    Args:
        path: A plain or gzipped file, or a folder.

    Example:
        >>> detect(Path("fixtures/newswire/train.jsonl"))
        'jsonl'
    """
    if path.is_dir():
        return "brat" if any(path.rglob("*.ann")) else None
    if path.suffix == ".ann":
        return "brat"  # also a file without a single annotation
    try:
        with opened(path) as stream:
            head = stream.read(_HEAD)
    except (DataError, OSError):
        return None
    text = head.decode("utf-8-sig", errors="replace")
    for name, pattern in _PATTERNS:
        if re.search(pattern, text, re.DOTALL):
            return name
    return None

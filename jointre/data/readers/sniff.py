"""Which format a file looks like, to say which reader would read it."""

import re
from pathlib import Path

from jointre.data.readers.files import opened
from jointre.errors import DataError

_HEAD = 65_536  # bytes; one record of any of the formats tells

_SIGNS = (
    ("docbin", "\\Ax\ufffd"),  # zlib's first bytes, which are no UTF-8
    ("pubtator", r"\A\s*[^|\s]+\|t\|"),
    ("brat", r"\A(?:[TRNEAM][0-9]+|#[0-9]*|\*)\t"),
    ("label_studio", r'\A\s*\[\s*\{(?=.*"annotations"\s*:)'),
    ("doccano", r'\A\s*\{(?=.*"(start_offset|labels?"\s*:\s*\[))'),
    ("prodigy", r'\A\s*\{(?=.*"(_input_hash|_view_id|token_start|answer)"\s*:)'),
    ("triples", r'\A\s*[\[{](?=.*"(triple_list|sentText)"\s*:)'),
    ("docred", r'\A\s*\[(?=.*"(vertexSet|sents)"\s*:)'),
    ("spert", r'\A\s*\[\s*\{(?=.*"tokens"\s*:)'),
    ("jsonl", r'\A\s*\{(?=.*"(mentions|chars)"\s*:)'),
    ("dygie", r'\A\s*\{(?=.*"sentences"\s*:)(?=.*"(ner|doc_key|clusters|predicted_ner)"\s*:)'),
    ("jsonl", r'\A\s*\{(?=.*"(tokens|text)"\s*:)'),
)


def sniff(path: Path) -> str | None:
    """The registered name of the reader whose files look like this one, or None."""
    try:
        with opened(path) as stream:
            head = stream.read(_HEAD)
    except DataError:
        return None
    text = head.decode("utf-8-sig", errors="replace")
    for name, pattern in _SIGNS:
        if re.search(pattern, text, re.DOTALL):
            return name
    return None

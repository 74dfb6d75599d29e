"""Every format into every other, with odd documents: written, read again, and losses counted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.formats import Reader, Writer
from jointre.formats.convert import convert
from jointre.testing.contracts.reader import facts
from tests.data.documents import TYPES_ARE_SAMPLED, cluster_lists, sentence_lists, spans

pytestmark = TYPES_ARE_SAMPLED
FORMATS = (
    "brat",
    "docbin",
    "doccano",
    "docred",
    "dygie",
    "jsonl",
    "label_studio",
    "prodigy",
    "pubtator",
    "spert",
    "triples",
)

ODD_WORDS = ["", " ", "\n", "a\tb", "x|y", "\r\n", "\u2028", "\ud800", "\u200b", "\x00", "\ufeff"]
WORDS = st.sampled_from([*ODD_WORDS, "Ada", "met", ".", "e\u0301", "🎉", "中文", "-LRB-", "12"])
GAPS = st.sampled_from(["", " ", "  ", "\n", "\r\n", "\t", "\u00a0"])
LABELS = st.sampled_from(["Org", "a b", "", "17", "-1", "x\ty", "x\ny", "x|y", "\ud800", "*", "T1"])
ODD_IDS = ["", "a/b", "../x", ".hidden", "a\nb", "a|b", "a\tb", "CON", "x" * 300, "\ud800", " "]
IDS = st.sampled_from([*ODD_IDS, "d", "17", "a.txt", "A", "a"])
ENTITY_IDS = st.none() | st.sampled_from(
    ["C1", "C2", "", "-1", "a|b", "a b", "x\n", "id:x", "\ud800"]
)
SCORES = st.sampled_from([0.5, 1.0, float("nan"), float("inf"), 5e-324])
NUMBERS = st.sampled_from([0, 1, -1, 10**30])


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


EXTRA = st.dictionaries(
    st.sampled_from(["note", "tokens", "text", "id", "annotations", "prodigy", "label_studio"]),
    st.sampled_from(
        [float("nan"), [float("-inf")], 10**40, _nested(40), None, "\ud800", {"a": 1}, ["T1"], {3}]
    ),
    max_size=2,
)


@st.composite
def odd_documents(draw: st.DrawFn, id: str) -> Document:
    """Documents with much that some format cannot hold."""
    tokens = draw(st.lists(WORDS, max_size=6))
    text, offsets = draw(GAPS), []
    for token in tokens:
        offsets.append((len(text), len(text) + len(token)))
        text += token + draw(GAPS)
    known = draw(st.booleans())
    size = len(tokens)
    entities = []
    for _ in range(draw(st.integers(0, 4)) if size else 0):
        mentions = tuple(draw(st.lists(spans(size), min_size=1, max_size=3)))
        every = st.tuples(*[SCORES for _ in mentions])
        entities.append(
            Entity(
                draw(st.none() | LABELS),
                mentions,
                draw(st.none() | SCORES),
                draw(st.none() | every),
                draw(ENTITY_IDS),
            )
        )
    index = st.integers(0, max(len(entities) - 1, 0))
    evidence = st.lists(NUMBERS, max_size=2).map(tuple)
    relation = st.builds(Relation, LABELS, index, index, st.none() | SCORES, evidence)
    return Document(
        id,
        tuple(tokens),
        text=text if known else None,
        offsets=tuple(offsets) if known else None,
        sentences=draw(st.just(()) | sentence_lists(size)),
        entities=tuple(entities),
        relations=tuple(draw(st.lists(relation, max_size=3)) if entities else ()),
        clusters=tuple(draw(cluster_lists(len(entities)))),
        flags=tuple(draw(st.lists(st.sampled_from(["truncated", "x"]), unique=True))),
        extra=draw(EXTRA),
    )


CORPORA = st.lists(IDS, min_size=1, max_size=3, unique=True).flatmap(
    lambda ids: st.tuples(*[odd_documents(id) for id in ids])
)


def reader_of(name: str) -> Reader:
    made: Reader = Reader.by_name(name)()
    return made


def writer_of(name: str) -> Writer:
    made: Writer = Writer.by_name(name)()
    return made


def path_of(folder: str, name: str, writer: Writer) -> Path:
    return Path(folder) / (name if writer.folders else f"{name}{writer.suffixes[0]}")


def same(before: Document, after: Document) -> bool:
    """Whether nothing was lost; rules may divide what had no sentence borders."""
    if len(before.sentences) <= 1:
        after = replace(after, sentences=())
    return facts(before) == facts(after)


def check_explained(
    before: Sequence[Document], after: Sequence[Document], skipped: SkippedData
) -> None:
    """What is read is what was written, or the difference was counted."""
    if len(before) != len(after) or not all(map(same, before, after)):
        assert skipped
    counted = sum(count for _, (count, _) in skipped)
    for kind in ("entities", "relations"):
        lost = sum(len(getattr(item, kind)) for item in before)
        lost -= sum(len(getattr(item, kind)) for item in after)
        assert lost <= counted, f"{lost} {kind} lost: {skipped.lines()}"


@pytest.mark.parametrize("source", FORMATS)
@given(CORPORA)
@example((Document("d", ("a", "", "b"), entities=(Entity("X", (Span(2, 3),)),)),))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_pair(source: str, documents: tuple[Document, ...]) -> None:
    with TemporaryDirectory() as folder:
        writer, skipped = writer_of(source), SkippedData()
        path = path_of(folder, "source", writer)
        writer.write(documents, path, skipped)
        found = read(source, path, skipped)
        if writer.unit == "document":
            check_explained(documents, found, skipped)
        if not found:
            return
        for target in FORMATS:
            writer = writer_of(target)
            made = path_of(folder, f"to_{target}", writer)
            skipped = convert(path, made, reader_of(source), writer)
            again = read(target, made, skipped)
            if writer.unit == "document":
                check_explained(found, again, skipped)


def read(name: str, path: Path, skipped: SkippedData) -> list[Document]:
    return list(reader_of(name).read(path, skipped)) if any_content(path) else []


def any_content(path: Path) -> bool:
    """Whether documents were written at all."""
    return any(path.iterdir()) if path.is_dir() else path.stat().st_size > 0

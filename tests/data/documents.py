"""Documents for the tests of data: written by hand, or drawn by Hypothesis."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from jointre.data.schema import Document, Entity, Relation, Span

# The run-time type checks look at random items of a tuple; the documents do not depend on that.
TYPES_ARE_SAMPLED = pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)

LABELS = st.sampled_from(["Org", "Peop", "Ünit", "a b"])
WORDS = st.text(min_size=1, max_size=5)


def document(
    tokens: str = "Ada met Bob in Rome .",
    entities: tuple[tuple[str, int, int], ...] = (),
    relations: tuple[tuple[str, int, int], ...] = (),
    id: str = "d",
    sentences: tuple[tuple[int, int], ...] = (),
    clusters: tuple[tuple[int, ...], ...] = (),
) -> Document:
    """Entities are (label, start, end), relations (label, head, tail)."""
    return Document(
        id,
        tuple(tokens.split()),
        sentences=tuple(Span(*sentence) for sentence in sentences),
        entities=tuple(Entity(label, (Span(start, end),)) for label, start, end in entities),
        relations=tuple(Relation(*relation) for relation in relations),
        clusters=clusters,
    )


@st.composite
def spans(draw: st.DrawFn, size: int) -> Span:
    """A span, not empty, of ``size`` tokens; nested and equal ones come by themselves."""
    start = draw(st.integers(0, size - 1))
    return Span(start, draw(st.integers(start + 1, size)))


@st.composite
def sentence_lists(draw: st.DrawFn, size: int) -> tuple[Span, ...]:
    """Sentences that cover ``size`` tokens; some are empty."""
    cuts = sorted(draw(st.lists(st.integers(0, size), max_size=3)))
    return tuple(Span(*pair) for pair in zip([0, *cuts], [*cuts, size], strict=True))


@st.composite
def plain_documents(draw: st.DrawFn, id: str = "d", split: bool = False) -> Document:
    """One labelled mention an entity, as SpERT's and DyGIE's files hold them."""
    tokens = tuple(draw(st.lists(WORDS, max_size=8)))
    found = st.builds(lambda label, span: Entity(label, (span,)), LABELS, spans(len(tokens) or 1))
    entities = draw(st.lists(found, max_size=5)) if tokens else []
    return Document(
        id,
        tokens,
        sentences=draw(sentence_lists(len(tokens))) if split else (),
        entities=tuple(entities),
        relations=tuple(draw(relation_lists(len(entities)))),
        clusters=tuple(draw(cluster_lists(len(entities)))) if split else (),
    )


@st.composite
def relation_lists(draw: st.DrawFn, count: int, scored: bool = False) -> list[Relation]:
    """Relations among ``count`` entities; repeated ones and self relations too."""
    if not count:
        return []
    index = st.integers(0, count - 1)
    scores = st.none() | st.floats(0, 1) if scored else st.none()
    evidence = st.lists(st.integers(0, 9), max_size=2).map(tuple) if scored else st.just(())
    return draw(st.lists(st.builds(Relation, LABELS, index, index, scores, evidence), max_size=5))


@st.composite
def cluster_lists(draw: st.DrawFn, count: int) -> list[tuple[int, ...]]:
    """Groups of entity indices."""
    if not count:
        return []
    members = st.lists(st.integers(0, count - 1), min_size=1, max_size=3, unique=True)
    return draw(st.lists(members.map(tuple), max_size=2))


@st.composite
def rich_documents(draw: st.DrawFn, id: str = "d") -> Document:
    """Everything a Document may hold."""
    text = draw(st.text(max_size=12))
    cuts = st.lists(st.integers(0, len(text)), min_size=2, max_size=2).map(sorted).map(tuple)
    offsets = draw(st.none() | st.lists(cuts, min_size=1, max_size=6))
    tokens = tuple(
        draw(st.lists(WORDS, max_size=8))
        if offsets is None
        else [text[left:right] for left, right in offsets]
    )
    entities = []
    for _ in range(draw(st.integers(0, 4)) if tokens else 0):
        mentions = tuple(draw(st.lists(spans(len(tokens)), min_size=1, max_size=3)))
        scores = st.floats(0, 1)
        every = st.tuples(*[scores for _ in mentions])
        entities.append(
            Entity(
                draw(st.none() | LABELS),
                mentions,
                draw(st.none() | scores),
                draw(st.none() | every),
                draw(st.none() | st.text(max_size=3)),
            )
        )
    return Document(
        id,
        tokens,
        text=draw(st.just(text) | st.none()) if offsets is None else text,
        offsets=None if offsets is None else tuple(offsets),
        sentences=draw(st.just(()) | sentence_lists(len(tokens))),
        entities=tuple(entities),
        relations=tuple(draw(relation_lists(len(entities), scored=True))),
        clusters=tuple(draw(cluster_lists(len(entities)))),
        flags=tuple(draw(st.lists(st.sampled_from(["truncated", "long"]), unique=True))),
        extra=draw(st.dictionaries(st.sampled_from(["note", "_x"]), st.text(max_size=3))),
    )


@st.composite
def clustered_documents(draw: st.DrawFn, labels: st.SearchStrategy[str] = LABELS) -> Document:
    """Entities of several mentions, some of them shared or listed twice; sentences, ids."""
    tokens = tuple(draw(st.lists(st.sampled_from(["a", "b", "ab", " "]), min_size=1, max_size=9)))
    mentions = st.lists(spans(len(tokens)), min_size=1, max_size=4).map(tuple)
    ids = st.none() | st.sampled_from(["C1", "C2", "C3"])
    entities = draw(st.lists(st.builds(Entity, labels, mentions, id=ids), max_size=4))
    pairs = draw(st.lists(st.tuples(ids, ids).map(list), max_size=2))
    return Document(
        "d",
        tokens,
        sentences=draw(st.just(()) | sentence_lists(len(tokens))),
        entities=tuple(entities),
        relations=tuple(draw(relation_lists(len(entities)))),
        extra={"hypernym_pairs": pairs} if pairs else {},
    )


def files_of(documents: st.SearchStrategy[Document]) -> st.SearchStrategy[list[Document]]:
    """One to four documents with different ids."""
    names = st.lists(st.text(max_size=4), min_size=1, max_size=4, unique=True)
    return names.flatmap(
        lambda ids: st.tuples(*[documents.map(lambda d, i=i: replace(d, id=i)) for i in ids])
    ).map(list)


ODD_TEXTS = st.text(alphabet="aB.\n \u00a0e\u0301\u200d\u200b🎉👩🏽中", max_size=20)


@st.composite
def text_documents(draw: st.DrawFn, id: str = "d") -> Document:
    """A text in words that may end anywhere but hold no white space; one mention an entity."""
    text = draw(ODD_TEXTS)
    cuts = draw(st.sets(st.integers(0, len(text))))
    offsets: list[tuple[int, int]] = []
    for index, char in enumerate(text):
        glued = offsets and offsets[-1][1] == index and index not in cuts
        if not char.isspace():
            offsets.append((offsets.pop()[0] if glued else index, index + 1))
    count = len(offsets)
    mentions = st.lists(spans(count), max_size=6) if count else st.just([])
    entities = [Entity(draw(LABELS), (mention,)) for mention in draw(mentions)]
    return Document(
        id,
        tuple(text[left:right] for left, right in offsets),
        text=text,
        offsets=tuple(offsets),
        sentences=draw(st.just(()) | sentence_lists(count)),
        entities=tuple(entities),
        relations=tuple(draw(relation_lists(len(entities)))),
    )


def chars(whole: Document, entity: Entity) -> tuple[str | None, str]:
    """The label of an entity and the characters of its first mention."""
    assert whole.text is not None
    assert whole.offsets is not None
    start, end = entity.span
    return entity.label, whole.text[whole.offsets[start][0] : whole.offsets[end - 1][1]]

"""What a document's samples are drawn from, by loops over the rules (memory §4.1, §8.12)."""

from jointre.data.schema import Document, Span

Pair = tuple[int, int]


def candidates(document: Document, max_width: int) -> list[Span]:
    """All spans inside one sentence."""
    borders = document.sentences or (Span(0, len(document.tokens)),)
    return [
        Span(start, start + width)
        for first, last in borders
        for width in range(1, max_width + 1)
        for start in range(first, last - width + 1)
    ]


def gold(document: Document) -> list[list[Span]]:
    """The mentions of each entity, each once."""
    clusters: list[list[Span]] = []
    for entity in document.entities:
        own: list[Span] = []
        for mention in entity.mentions:
            if mention not in own:
                own.append(mention)
        clusters.append(own)
    return clusters


def negatives(document: Document, max_width: int) -> tuple[list[Span], list[Span]]:
    """Candidates that equal no gold span: those inside one, and the others."""
    spans = [span for own in gold(document) for span in own]
    inside, outside = [], []
    for one in candidates(document, max_width):
        if one in spans:
            continue
        held = any(span.start <= one.start and one.end <= span.end for span in spans)
        (inside if held else outside).append(one)
    return inside, outside


def mention_pairs(document: Document) -> tuple[list[tuple[Span, Span]], list[tuple[Span, Span]]]:
    """Ordered pairs of mentions of one entity, and of different entities; never one with itself."""
    clusters = gold(document)
    same, different = [], []
    for one, first in enumerate(clusters):
        for other, second in enumerate(clusters):
            for a in first:
                for b in second:
                    if a != b:
                        (same if one == other else different).append((a, b))
    return same, different


def entity_pairs(
    document: Document, symmetric: frozenset[str]
) -> tuple[dict[Pair, set[str]], list[Pair]]:
    """Related entities with their labels, and pairs without a relation in that direction."""
    entities = document.entities
    related: dict[Pair, set[str]] = {}
    for relation in document.relations:
        head, tail = relation.head, relation.tail
        if relation.label in symmetric and entities[tail].span.start < entities[head].span.start:
            head, tail = tail, head
        if head != tail:
            related.setdefault((head, tail), set()).add(relation.label)
    hidden = document.extra.get("hypernym_pairs", [])
    unrelated = [
        (head, tail)
        for head in range(len(entities))
        for tail in range(len(entities))
        if head != tail
        and (head, tail) not in related
        and [entities[head].id, entities[tail].id] not in hidden
    ]
    return related, unrelated


def levenshtein(one: str, other: str) -> int:
    """Insertions, deletions and substitutions that make one text the other."""
    before = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
        before = row
    return before[-1]

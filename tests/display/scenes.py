"""Documents that are hard to draw."""

import random
from html.parser import HTMLParser
from xml.etree import ElementTree

from jointre.data.schema import Document, Entity, Relation, Span

SVG = "{http://www.w3.org/2000/svg}"


def plain() -> Document:
    """One sentence, three entities, two relations, with probabilities and characters."""
    text = "Ada Byron lives in Ockham and works for Babbage."
    tokens = tuple(text.removesuffix(".").split())
    starts = [text.index(token) for token in tokens]
    return Document(
        "plain",
        (*tokens, "."),
        text,
        (*((s, s + len(t)) for s, t in zip(starts, tokens, strict=True)), (47, 48)),
        (),
        (
            Entity("Person", (Span(0, 2),), 0.9312),
            Entity("Place", (Span(4, 5),)),
            Entity("Person", (Span(8, 9),)),
        ),
        (Relation("lives in", 0, 1, 0.875), Relation("works for", 0, 2)),
    )


def hostile() -> Document:
    """Text that wants to be markup, that XML cannot hold, or that is far too long."""
    tokens = (
        "<script>alert(1)</script>",
        "&amp;",
        "a" * 5000,
        "\x01\n",
        "\ud800",
        "👩‍👩‍👧",
        "e\u0301",
    )
    return Document(
        "x<&>\"'",
        tokens,
        entities=(
            Entity("<b onclick='x'>", (Span(0, 1),), id="\"><script src='http://a.b/c.js'>"),
            Entity("", (Span(1, 3),)),
            Entity(None, (Span(2, 7), Span(0, 1))),
        ),
        relations=(
            Relation('"/><script>x</script>', 0, 1),
            Relation("r", 1, 1),
            Relation("", 2, 0),
            Relation("self", 2, 2),
        ),
    )


def crowd(seed: int, entities: int = 14, relations: int = 25, words: int = 60) -> Document:
    """Nested, equal and crossing mentions, entities of several, relations of all kinds."""
    draw = random.Random(seed)

    def span() -> Span:
        start = draw.randrange(words - 6)
        return Span(start, start + draw.randint(1, 6))

    return Document(
        "crowd",
        tuple(draw.choice(["a", "word", "人", "somewhat-longer"]) for _ in range(words)),
        sentences=(Span(0, 9), Span(9, 9), Span(9, words)),
        entities=tuple(
            Entity(
                draw.choice(["A", "Longer label"]),
                tuple(span() for _ in range(draw.choice([1, 1, 3]))),
            )
            for _ in range(entities)
        ),
        relations=tuple(
            Relation(draw.choice(["r", "a relation"]), *draw.choices(range(entities), k=2))
            for _ in range(relations)
        ),
    )


def parsed(svg: str) -> ElementTree.Element:
    """The picture as XML, which it must be to stand alone."""
    return ElementTree.fromstring(svg)


class Tags(HTMLParser):
    """The tags and attributes of a page as a browser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def harmless(page: str) -> bool:
    """No script, no handler, nothing from elsewhere."""
    found = Tags(page)
    names = {name for name, _ in found.attributes}
    links = {"href", "src", "xlink:href", "action", "data"}
    return (
        not {"script", "iframe", "link", "img", "object", "b"} & set(found.tags)
        and not any(name.startswith("on") for name in names)
        and not names & links
        and "url(" not in page
        and "@import" not in page
    )

import time

import pytest

from jointre.data.schema import Document, Entity, Span
from jointre.display.svg import svg
from tests.display.scenes import SVG, crowd, harmless, hostile, parsed, plain


def texts(picture: str) -> list[str | None]:
    return [text.text for text in parsed(picture).iter(f"{SVG}text")]


def test_everything_is_shown() -> None:
    picture = svg(plain())
    shown = texts(picture)
    assert shown[:2] == ["lives in", "works for"]
    assert shown[2:5] == ["Person", "Place", "Person"]
    assert shown[5:] == list(plain().tokens)
    titles = {title.text for title in parsed(picture).iter(f"{SVG}title")}
    assert {"Person (0.931): Ada Byron", "Ada Byron — lives in → Ockham (0.875)"} <= titles
    assert parsed(picture).get("aria-label") == "plain: 3 entities, 2 relations"


@pytest.mark.parametrize("seed", range(4))
def test_everything_is_on_the_paper(seed: int) -> None:
    picture = parsed(svg(crowd(seed)))
    width, height = float(picture.get("width", 0)), float(picture.get("height", 0))
    boxes = [box for box in picture.iter(f"{SVG}rect") if box.get("x") is not None]
    assert len(boxes) > 14
    for box in boxes:
        x, y, w, h = (float(box.get(key, -1)) for key in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    for text in picture.iter(f"{SVG}text"):
        assert 0 < float(text.get("x", -1)) < width
        assert 0 < float(text.get("y", -1)) < height


def test_hostile_text_stays_text() -> None:
    picture = svg(hostile())
    assert harmless(picture)
    assert "<script>alert(1)</script>" in texts(picture)
    assert '"/><script>x</script>' in texts(picture)
    assert "a" * 5000 in {title.text for title in parsed(picture).iter(f"{SVG}title")}
    picture.encode()


def test_an_empty_document() -> None:
    assert texts(svg(Document("d", ()))) == ["(no words)"]


def test_text_from_right_to_left_is_mirrored() -> None:
    tokens = ("שלום", "עולם", "וגם", "ברגן")
    picture = parsed(svg(Document("d", tokens, entities=(Entity("X", (Span(0, 1),)),))))
    assert picture.get("direction") == "rtl"
    words = [text for text in picture.iter(f"{SVG}text") if text.text in tokens]
    places = [float(text.get("x", 0)) for text in words]
    assert places == sorted(places, reverse=True)


def test_colors_are_set() -> None:
    picture = svg(plain(), {"Person": "#123456", "lives in": "gold"})
    assert picture.count('fill="#123456"') == 2
    assert 'stroke="gold"' in picture


def test_long_documents_take_seconds_at_most() -> None:
    document = crowd(1, entities=300, relations=300, words=6_000)
    began = time.process_time()
    picture = svg(document)
    assert time.process_time() - began < 20
    assert picture.count("<text") > 6_000

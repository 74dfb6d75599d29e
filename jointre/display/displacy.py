"""Entities in running text, drawn by spaCy's displaCy."""

from collections.abc import Mapping
from html import escape
from itertools import accumulate, pairwise
from typing import Any

from jointre.data.schema import Document
from jointre.data.spacy_import import spacy_module
from jointre.display.colors import fills
from jointre.display.measure import clean, right_to_left


def entities_html(document: Document, colors: Mapping[str, str]) -> str:
    """Entities as HTML: highlighted text or, where mentions overlap, lines below the words.

    Args:
        document: Document to show.
        colors: Colours of labels, in place of the default ones.
    """
    displacy = spacy_module("spacy.displacy")  # it takes a second to import
    spans = sorted(
        (start, end, entity.label or "?")
        for entity in document.entities
        for start, end in entity.mentions
    )
    flat = all(previous[1] <= following[0] for previous, following in pairwise(spans))
    displacy_input: dict[str, Any] = _flat(document, spans) if flat else _nested(document, spans)
    displacy_input["settings"] = {"direction": "rtl" if right_to_left(document) else "ltr"}
    # Labels go into the page as they are, so they are escaped before.
    label_colors = fills((label for _, _, label in spans), colors)
    palette = {escape(clean(label)): color for label, color in label_colors.items()}
    html: str = displacy.render(
        displacy_input,
        style="ent" if flat else "span",
        manual=True,
        jupyter=False,
        options={"colors": palette},
    )
    return html


def _flat(document: Document, spans: list[tuple[int, int, str]]) -> dict[str, Any]:
    text, offsets = document.text, document.offsets
    if text is None or offsets is None:
        text = " ".join(document.tokens)
        ends = accumulate(len(token) + 1 for token in document.tokens)
        offsets = tuple(
            (end - 1 - len(token), end - 1)
            for token, end in zip(document.tokens, ends, strict=True)
        )
    marks = [
        {"start": offsets[start][0], "end": offsets[end - 1][1], "label": escape(clean(label))}
        for start, end, label in spans
    ]
    # Each character is shown as one, so the offsets hold.
    return {"text": "\n".join(clean(line) for line in text.split("\n")), "ents": marks}


def _nested(document: Document, spans: list[tuple[int, int, str]]) -> dict[str, Any]:
    marks = [
        {"start_token": start, "end_token": end, "label": escape(clean(label))}
        for start, end, label in spans
    ]
    return {"tokens": [clean(token) for token in document.tokens], "spans": marks}

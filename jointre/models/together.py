"""Sentences of a document that are read together: each is a row of the batch."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from jointre.data.candidates import pack_rows, pack_spans
from jointre.data.context import Place
from jointre.data.pieces import Pieces
from jointre.data.schema import Document
from jointre.data.sentences import sentences_of
from jointre.models.model import Item, Tokenising
from jointre.positions import SentenceRows, Spans


def document_item(
    tokenising: Tokenising, index: int, document: Document, place: Place | None
) -> Item:
    """Tokenise the sentences of a document.

    Args:
        tokenising: Tokenises each sentence and samples from the document.
        index: Index of the document in the corpus.
        document: The document.
        place: Where it stands in a longer one that the encoder may read with it; None: it is whole.
    """
    whole, offset = place or Place(document, 0)
    sentences = []
    for number, (start, end) in enumerate(sentences_of(document)):
        if start < end:
            sentence = Document(document.id, document.tokens[start:end])
            pieces = tokenising.make_pieces(sentence.tokens, f"document {document.id!r}")
            view = tokenising.make_pieces.view(Place(whole, offset + start), pieces)
            sentences.append(Item(number, sentence, pieces, sentence, start, view))
    gold_index = None if tokenising.sampler is None else tokenising.sampler.index(document)
    pieces = _joined([sentence.pieces for sentence in sentences])
    return Item(index, document, pieces, document, gold_index, sentences=tuple(sentences))


def _joined(sentences: Sequence[Pieces]) -> Pieces:
    """The pieces of all sentences, one sentence after the other."""
    sizes = np.cumsum([0, *(len(pieces.ids) for pieces in sentences)])
    counts = [len(pieces.starts) - 1 for pieces in sentences]
    words = np.cumsum([0, *counts])
    silent = None
    if any(pieces.silent is not None for pieces in sentences):
        silent = np.concatenate(
            [
                np.zeros(count, bool) if pieces.silent is None else pieces.silent
                for pieces, count in zip(sentences, counts, strict=True)
            ]
        )
    return Pieces(
        np.concatenate([pieces.ids for pieces in sentences]),
        np.concatenate(
            [
                *(
                    pieces.starts[:-1] + size
                    for pieces, size in zip(sentences, sizes, strict=False)
                ),
                sentences[-1].starts[-1:] + sizes[-2],
            ]
        ),
        0,
        silent,
        tuple(
            int(first) + word
            for pieces, first in zip(sentences, words, strict=False)
            for word in pieces.shortened
        ),
    )


def rows_of(items: Sequence[Item]) -> tuple[list[Item], SentenceRows | None]:
    """The rows of a batch: the units, or the sentences of the documents, with their places.

    Args:
        items: The units, all of one kind.
    """
    if not any(item.sentences for item in items):
        return list(items), None
    rows = [row for item in items for row in item.sentences]
    counts = torch.tensor([len(item.sentences) for item in items])
    return rows, SentenceRows(
        torch.repeat_interleave(counts),
        torch.tensor([row.index for row in rows]),
        torch.tensor([row.number for row in rows]),
    )


def pack_by_sentence(
    units: Sequence[NDArray[np.int64]], items: Sequence[Item]
) -> tuple[Spans, Int[Tensor, " s"]]:
    """The spans of a batch, ordered by row, and the new number of each given span.

    Args:
        units: Spans of each unit in words of the unit, each inside a sentence.
        items: The units.
    """
    rows: list[NDArray[np.int64]] = []
    numbers: list[NDArray[np.int64]] = []
    for spans, item in zip(units, items, strict=True):
        unit_rows, unit_numbers = by_sentence(spans, item)
        rows += unit_rows
        numbers.append(unit_numbers)
    return pack_spans(rows), pack_rows(numbers, [len(spans) for spans in units])


def by_sentence(
    spans: NDArray[np.int64], item: Item
) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    """The spans of each row of a unit, and the new row number of each span.

    Args:
        spans: Spans in words of the unit, each inside a sentence.
        item: The unit.

    Returns:
        The spans of each row in words of the row, in the given order, and for each given span its
        number among all of these.
    """
    if not item.sentences:
        return [spans], np.arange(len(spans))
    starts = np.array([row.index for row in item.sentences])
    sentence = np.searchsorted(starts, spans[:, 0], side="right") - 1
    order = np.argsort(sentence, kind="stable")
    borders = np.searchsorted(sentence[order], np.arange(1, len(starts)))
    moved = (spans - starts[sentence, None])[order]
    return np.split(moved, borders), np.argsort(order)

"""Streams of documents, joined from those of their sentences."""

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.nn.segment_ops import segment_max
from jointre.nn.streams import Stream, Streams
from jointre.nn.take import take
from jointre.positions import Positions, Role, SentenceRows


def joined_streams(streams: Streams, rows: SentenceRows) -> Streams:
    """The streams of documents whose sentences are the rows of a batch, without a pair map.

    A document has the positions of its sentences' words, one sentence after the other, without
    special positions such as [CLS]. Its summary is the maximum over its sentences' summaries.

    Args:
        streams: Streams of the sentences.
        rows: The document of each sentence.
    """
    positions, origin = _joined_positions(streams.shared.positions, rows)
    return Streams.without_pairs(
        *(
            _joined(stream, rows, positions, origin)
            for stream in (streams.shared, streams.entity, streams.relation)
        )
    )


def _joined_positions(
    sentences: Positions, rows: SentenceRows
) -> tuple[Positions, Int[Tensor, "d t"]]:
    """The positions of the documents, and the flat index of each into those of the sentences."""
    row, column = sentences.is_word.nonzero().unbind(1)
    document = rows.document[row]
    sizes = torch.bincount(document)
    first = sizes.cumsum(0) - sizes
    place = torch.arange(len(row), device=row.device) - first[document]
    origin = row.new_zeros(len(sizes), int(sizes.max()))
    origin[document, place] = row * sentences.roles.shape[1] + column
    roles = torch.zeros_like(origin)
    roles[document, place] = int(Role.WORD)
    # The first word of a row stands in its document behind the positions of the rows before it.
    counts = sentences.is_word.sum(1)
    shift = counts.cumsum(0) - counts - first[rows.document] - sentences.words[:, 0, 0]
    row, number = (sentences.words[..., 1] > 0).nonzero().unbind(1)
    document, word = rows.document[row], rows.offset[row] + number
    words = sentences.words.new_zeros(len(sizes), int(word.max()) + 1, 2)
    words[document, word] = sentences.words[row, number] + shift[row, None]
    return Positions(roles, words), origin


def _joined(
    stream: Stream, rows: SentenceRows, positions: Positions, origin: Int[Tensor, "d t"]
) -> Stream:
    states = take(stream.states.flatten(0, 1), origin)
    summary = segment_max(stream.summary, rows.document, len(origin))
    return Stream(states, summary, positions)

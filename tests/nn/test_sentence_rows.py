"""Streams of documents equal the words of their sentences, one after the other."""

import torch

from jointre.nn.sentence_rows import joined_streams
from jointre.positions import Role, SentenceRows, Spans
from jointre.testing.contracts.inputs import streams_of


def test_documents_have_the_words_of_their_sentences() -> None:
    """Word by word: two documents of two sentences and of one, in any padding."""
    streams = streams_of(range(3), 6, 4, padding=2)
    words = [int((row[:, 1] > 0).sum()) for row in streams.shared.positions.words]
    documents = [[0, 1], [2]]
    rows = SentenceRows(
        torch.tensor([0, 0, 1]), torch.tensor([0, words[0], 0]), torch.tensor([0, 1, 0])
    )
    joined = joined_streams(streams, rows)
    for name in ("shared", "entity", "relation"):
        own, other = getattr(streams, name), getattr(joined, name)
        for number, sentences in enumerate(documents):
            summary = torch.stack([own.summary[row] for row in sentences]).amax(0)
            torch.testing.assert_close(other.summary[number], summary)
            size = 0
            for row in sentences:
                for word in range(words[row]):
                    start, end = own.positions.words[row, word].tolist()
                    first, last = other.positions.words[number, size].tolist()
                    assert torch.equal(other.states[number, first:last], own.states[row, start:end])
                    size += 1
            roles = other.positions.roles[number]
            assert int((roles == Role.WORD).sum()) == int(
                sum(own.positions.is_word[row].sum() for row in sentences)
            )


def test_spans_are_counted_in_documents() -> None:
    rows = SentenceRows(torch.tensor([0, 0, 1]), torch.tensor([0, 5, 0]), torch.tensor([0, 2, 0]))
    spans = Spans(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]), torch.tensor([2, 2, 4]))
    moved = rows.in_documents(spans)
    assert moved.unit.tolist() == [0, 0, 1]
    assert moved.start.tolist() == [1, 5, 3]
    assert moved.end.tolist() == [2, 7, 4]

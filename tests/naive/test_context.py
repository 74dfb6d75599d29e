"""States of sentences in context equal those of documents and windows encoded by hand."""

from typing import Any

import pytest
import torch
from torch import Tensor

from jointre.config import Factory, construct
from jointre.data.context import Place, places_of
from jointre.data.schema import Document
from jointre.data.split import split
from jointre.models.backbone_model import BackboneModel
from jointre.models.model import Item, Model
from jointre.nn.streams import Stream
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import Kind, tiny_texts, tiny_vocabulary

TEXTS = [document for document in tiny_texts() if document.tokens]
FAMILIES: dict[str, dict[str, Any]] = {
    "span": {"interaction": {"type": "ctam", "heads": 2, "dropout": 0.0}},
    "table": {"interaction": {"type": "conv_co_attention", "layers": 1, "channels": 4}},
}


def model_of(
    family: str, context: str | int, kind: Kind = "bert", **encoder: Any
) -> BackboneModel[Any, Any, Any]:
    config = {
        "type": family,
        "context": context,
        "encoder": {
            "type": "transformer",
            "model_name": str(tiny_folder(kind, 512)),
            "stride": 4,
            **encoder,
        },
        "projection": "linear",
        **FAMILIES[family],
    }
    torch.manual_seed(3)
    model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    assert isinstance(model, BackboneModel)
    return model.eval()


def sentences(model: Model, documents: list[Document]) -> list[tuple[Item, Place]]:
    """The sentences of documents that have words."""
    preparer = model.preparer()
    units = split(documents, "sentence")
    return [
        (preparer.item(number, unit.document, place), place)
        for number, (unit, place) in enumerate(zip(units, places_of(documents, units), strict=True))
        if unit.document.tokens
    ]


def shared_stream(model: BackboneModel[Any, Any, Any], items: list[Item]) -> Stream:
    """The shared stream of a batch, as the backbone makes it."""
    inputs = model.preparer()(items).inputs
    return model.backbone(inputs, model.prototypes).shared


def by_hand(
    model: BackboneModel[Any, Any, Any], place: Place, words: int, low: int, high: int
) -> tuple[Tensor, Tensor]:
    """States and summary of a sentence in a window of words of its document, without windows."""
    maker, encoder = model.piece_maker(), model.encoder
    pieces = [maker.counts([word]).tolist()[0] for word in place.document.tokens]
    whole = maker(place.document.tokens[low:high])
    hidden: Tensor = encoder.model(torch.from_numpy(whole.ids)[None]).last_hidden_state[0]  # type: ignore[union-attr,operator]
    edge = len(maker.first)
    start = edge + sum(pieces[low : place.offset])
    own = hidden[start : start + sum(pieces[place.offset : place.offset + words])]
    states = [own, *hidden[len(hidden) - len(maker.last) :].split(1)]
    if not edge:
        return torch.cat(states), own.mean(0)
    summary = hidden[0] + own.amax(0)
    return torch.cat([summary[None], *states]), summary


def naive_window(model: Model, place: Place, words: int, most: int) -> tuple[int, int]:
    """Words around a sentence, one piece of room at a time on alternate sides."""
    maker = model.piece_maker()
    counts = maker.counts(place.document.tokens).tolist()
    low, high = place.offset, place.offset + words
    free = most - len(maker.first) - len(maker.last) - sum(counts[low:high])
    before, after = sum(counts[:low]), sum(counts[high:])
    left = min(before, max(free // 2, free - after))
    while low > 0 and counts[low - 1] <= left:
        low -= 1
        left -= counts[low]
    room = free - sum(counts[low : place.offset])
    while high < len(counts) and counts[high] <= room:
        room -= counts[high]
        high += 1
    return low, high


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", ["bert", "roberta", "t5"])
@pytest.mark.parametrize("context", ["document", 30, 18])
def test_states_of_sentences(family: str, kind: Kind, context: str | int) -> None:
    model = model_of(family, context, kind)
    read = sentences(model, TEXTS)
    with torch.no_grad():
        stream = shared_stream(model, [item for item, _ in read])
        for row, (item, place) in enumerate(read):
            words = len(item.document.tokens)
            low, high = 0, len(place.document.tokens)
            if isinstance(context, int):
                low, high = naive_window(model, place, words, context)
            states, summary = by_hand(model, place, words, low, high)
            size = len(item.pieces.ids)
            assert len(states) == size
            torch.testing.assert_close(stream.states[row, :size], states, atol=1e-5, rtol=0)
            torch.testing.assert_close(stream.summary[row], summary, atol=1e-5, rtol=0)


def test_a_document_is_encoded_once() -> None:
    model = model_of("span", "document")
    read = sentences(model, TEXTS)
    inputs = model.preparer()([item for item, _ in read]).inputs
    assert inputs.size == len(read) > len(TEXTS)
    assert len(inputs.ids) == len(TEXTS)


def test_a_sentence_that_fills_its_window_is_read_alone() -> None:
    model = model_of("span", 8)
    longest = max(sentences(model, TEXTS), key=lambda pair: len(pair[0].pieces.ids))
    assert longest[0].view is None
    with torch.no_grad():
        stream = shared_stream(model, [longest[0]])
        states, _ = by_hand(
            model,
            longest[1],
            len(longest[0].document.tokens),
            longest[1].offset,
            longest[1].offset + len(longest[0].document.tokens),
        )
    torch.testing.assert_close(stream.states[0], states, atol=1e-5, rtol=0)


@pytest.mark.parametrize("long_inputs", ["windows", "truncate"])
def test_a_document_longer_than_the_encoder(long_inputs: str) -> None:
    """Each position is read in the window of the document in which it is farthest from an edge."""
    model = model_of("span", "document", max_length=12, long_inputs=long_inputs)
    maker = model.piece_maker()
    document = max(TEXTS, key=lambda text: len(text.tokens))
    counts = maker.counts(document.tokens).tolist()
    words = maker._pieces(document.tokens)
    ids = [piece for word in words for piece in word]
    windows = maker.windows(len(ids))
    assert len(windows) > 3
    with torch.no_grad():
        hidden = [
            model.encoder.model(
                torch.tensor([[*maker.first, *ids[a:b], *maker.last]])
            ).last_hidden_state[0]  # type: ignore[union-attr,operator]
            for a, b in windows
        ]
        for item, place in sentences(model, [document]):
            stream = shared_stream(model, [item])
            start = sum(counts[: place.offset])
            own = []
            for piece in range(start, start + len(item.pieces.ids) - 2):
                far = [min(piece - a, b - 1 - piece) for a, b in windows]
                best = far.index(max(far))
                own.append(hidden[best][1 + piece - windows[best][0]])
                if piece == start:
                    summary = hidden[best][0]
            summary = summary + torch.stack(own).amax(0)
            torch.testing.assert_close(stream.states[0, 1:-1], torch.stack(own), atol=1e-5, rtol=0)
            torch.testing.assert_close(stream.summary[0], summary, atol=1e-5, rtol=0)
            assert bool(item.pieces.truncated) == (
                long_inputs == "truncate" and len(item.visible.tokens) < len(item.document.tokens)
            )


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("context", ["sentence", "document", 40])
def test_neighbours_are_read_and_learn(family: str, context: str | int) -> None:
    """The loss of the last sentence has a gradient in the first one's words, with context only."""
    model = model_of(family, context)
    preparer = model.training_preparer()
    document = TEXTS[0]
    units = split([document], "sentence")
    places = places_of([document], units)
    item = preparer.item(0, units[-1].document, places[-1])
    batch = preparer([item])
    torch.stack([*model.losses(model(batch.stages), batch.targets).values()]).sum().backward()
    embeddings = model.encoder.model.get_input_embeddings()  # type: ignore[union-attr,operator]
    first = set(model.piece_maker()(units[0].document.tokens).ids.tolist())
    own = set(item.pieces.ids.tolist())
    assert embeddings.weight.grad[sorted(own)].any()
    reached = bool(embeddings.weight.grad[sorted(first - own)].any())
    assert reached == (context != "sentence")

"""Pairs across sentences in the span model: equal inside sentences, one by one across them."""

from typing import Any

import torch
from torch import Tensor

from jointre.config import Factory, construct
from jointre.data.context import places_of
from jointre.data.split import split
from jointre.models import Model, SpanModel
from jointre.models.span import SpanOutput
from jointre.models.span_stages import SpanStages
from jointre.nn.classifiers import LinearClassifier
from jointre.nn.pair_encoders.between_context import DISTANCES, BetweenContext
from jointre.testing.contracts.contract import without_dropout
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import tiny_texts, tiny_vocabulary


def model_of(pairs: Any) -> SpanModel:
    """A model with the same weights for every choice of pairs."""
    section = {
        "type": "span",
        "encoder": {
            "type": "transformer",
            "model_name": str(tiny_folder("bert", 512)),
            "stride": 4,
        },
        "projection": "linear",
        "interaction": {"type": "ctam", "heads": 2},
        "context": "document",
        "pairs": pairs,
        "width_dim": 5,
        "pair_encoder": {"type": "between_context", "distance_dim": 3},
    }
    torch.manual_seed(2)
    model = construct(Factory[Model], section)(vocabulary=tiny_vocabulary())
    for name, parameter in model.named_parameters():
        if "encoder" not in name.split("."):
            parameter.data.add_(0.2 * torch.randn_like(parameter))
    assert isinstance(model, SpanModel)
    without_dropout(model)
    return model.eval()


@torch.no_grad()
def scored(model: SpanModel) -> tuple[SpanStages, SpanOutput]:
    """The scores of all pairs of given mentions."""
    texts = [text for text in tiny_texts() if text.tokens]
    units = split(texts, model.unit)
    preparer = model.preparer("given")
    places = places_of(texts, units)
    items = [
        preparer.item(number, unit.document, place)
        for number, (unit, place) in enumerate(zip(units, places, strict=True))
        if unit.document.tokens
    ]
    stages = preparer(items)
    return stages, model(stages)


def across(model: SpanModel, stages: SpanStages, output: SpanOutput, pair: list[int]) -> Tensor:
    """Logits of a pair across sentences, from the words of the sentences one by one."""
    streams, spans = (
        model.backbone(stages.inputs, model.prototypes),
        output.spans[output.mentions.rows],
    )
    words, shared = streams.shared.positions.words, streams.shared.states
    head, tail = pair
    in_order = int(spans.unit[head]) < int(spans.unit[tail])
    first, last = (head, tail) if in_order else (tail, head)
    between = []
    count = 0
    for row in range(int(spans.unit[first]), int(spans.unit[last]) + 1):
        low = int(spans.end[first]) if row == int(spans.unit[first]) else 0
        size = int((words[row, :, 1] > 0).sum())
        high = int(spans.start[last]) if row == int(spans.unit[last]) else size
        for word in range(low, high):
            count += 1
            between += list(shared[row, int(words[row, word, 0]) : int(words[row, word, 1])])
    context = torch.stack(between).amax(0) if between else torch.zeros(shared.shape[2])

    def pooled(mention: int) -> Tensor:
        row = int(spans.unit[mention])
        start = int(words[row, int(spans.start[mention]), 0])
        end = int(words[row, int(spans.end[mention]) - 1, 1])
        return streams.relation.states[row, start:end].amax(0)

    encoder, classifier = model.pair_encoder, model.relation_classifier
    assert isinstance(encoder, BetweenContext)
    assert isinstance(classifier, LinearClassifier)
    assert encoder.distances is not None
    linear, summary = classifier.linear, streams.relation.summary
    bucket = sum(count >= bound for bound in DISTANCES) + (0 if in_order else len(DISTANCES) + 1)
    features = torch.cat(
        [
            context,
            torch.maximum(summary[spans.unit[head]], summary[spans.unit[tail]]),
            pooled(head),
            pooled(tail),
            model.widths(spans.width[head]),
            model.widths(spans.width[tail]),
            encoder.distances.weight[bucket],
        ]
    )
    return linear.weight @ features + linear.bias


def test_pairs_of_a_sentence_keep_their_scores() -> None:
    _, alone = scored(model_of("sentence"))
    _, output = scored(model_of("document"))
    torch.testing.assert_close(output.entity_logits, alone.entity_logits)
    unit = output.spans.unit[output.mentions.rows][output.pairs]
    inside = unit[:, 0] == unit[:, 1]
    row_of = {tuple(pair): row for row, pair in enumerate(alone.pairs.tolist())}
    rows = [row_of[tuple(pair)] for pair in output.pairs[inside].tolist()]
    assert sorted(rows) == list(range(len(alone.pairs)))
    torch.testing.assert_close(output.relation_logits[inside], alone.relation_logits[rows])


def test_pairs_across_sentences_one_by_one() -> None:
    model = model_of("document")
    stages, output = scored(model)
    unit = output.spans.unit[output.mentions.rows][output.pairs]
    rows = (unit[:, 0] != unit[:, 1]).nonzero().flatten().tolist()
    assert len(rows) > 20
    with torch.no_grad():
        expected = torch.stack(
            [across(model, stages, output, output.pairs[i].tolist()) for i in rows]
        )
    torch.testing.assert_close(output.relation_logits[rows], expected, rtol=1e-4, atol=1e-4)


def test_pairs_of_neighbouring_sentences() -> None:
    stages, output = scored(model_of(1))
    assert stages.rows is not None
    sentence = stages.rows.sentence[output.spans.unit[output.mentions.rows]][output.pairs]
    distances = (sentence[:, 0] - sentence[:, 1]).abs()
    assert sorted(set(distances.tolist())) == [0, 1]

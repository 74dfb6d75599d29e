"""A BIO tagger, and a classifier of the pairs of its mentions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from jointre.config import Factory
from jointre.config.bounds import Width
from jointre.data.limits import Limits
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Mentions, Overlap, SpanDecoder
from jointre.models import Model
from jointre.models.model import Entities, mean_loss
from jointre.nn.encoders import Encoder
from jointre.nn.initialise import initialise
from jointre.nn.losses import BinaryLoss, LabelScores
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.take import take
from jointre.nn.word_poolers import WordPooler
from jointre.positions import Positions, Spans
from jointre_tagger.stages import (
    TaggerPreparer,
    TaggerStages,
    TaggerTargets,
    TaggerTrainingPreparer,
)


@dataclass(frozen=True, slots=True)
class TaggerOutput:
    """Scores of tags and pairs, and the mentions between which relations are looked for.

    Shapes:
        tag_logits ``"n k"`` over the words of the batch; spans ``"m"``; mentions: all of them;
        pairs ``"q 2"`` rows of the spans; relation_logits ``"q r"``.
    """

    tag_logits: Float[Tensor, "n k"]
    spans: Spans
    mentions: Mentions
    pairs: Int[Tensor, "q 2"]
    relation_logits: Float[Tensor, "q r"]


@final
@Model.register("bio_tagger")
class TaggerModel(Model[TaggerStages, TaggerTargets, TaggerOutput]):
    """Tags words as outside, begin or inside of a label, then classifies pairs of the mentions.

    It enumerates no spans: a mention is a run of tags, so mentions of any width are found and none
    overlap.

    Source: Ramshaw and Marcus 1995, https://aclanthology.org/W95-0107 (tags of words)

    Args:
        encoder: Pieces → states.
        word_pooler: One vector per word.
        hidden_dim: Width of the hidden layer of the pair classifier.
        decoder: Decides which pairs are related, and makes documents.
    """

    unit: ClassVar[Literal["sentence", "document"]] = "sentence"

    def __init__(
        self,
        vocabulary: Vocabulary,
        encoder: Factory[Encoder],
        word_pooler: Factory[WordPooler] = Factory(WordPooler.by_name("first")),
        hidden_dim: Width = 128,
        decoder: Factory[SpanDecoder] = Factory(SpanDecoder),
    ) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self._encoder = encoder()
        self.word_pooler = word_pooler()
        width = self._encoder.output_dim
        self.tagger = nn.Linear(width, 1 + 2 * len(vocabulary.entity_labels))
        self.pair_classifier = nn.Sequential(
            nn.Linear(4 * width, hidden_dim),
            nn.ReLU(),
            nn.Linear(hidden_dim, len(vocabulary.relation_labels)),
        )
        for part in (self.word_pooler, self.tagger, self.pair_classifier):
            initialise(part, self._encoder.initializer_range)
        self.relation_loss = BinaryLoss()
        self.decoder = decoder(vocabulary=vocabulary)

    @property
    def encoder(self) -> Encoder:
        """The encoder, whose configuration and tokenizer an archive keeps."""
        return self._encoder

    @property
    def limits(self) -> Limits:
        """Mentions do not overlap, and none has a relation with itself."""
        return Limits(flat=True, distinct_arguments=True)

    def adjust(
        self, threshold: float | Mapping[str, float] | None, overlap: Overlap | None
    ) -> None:
        """Change the thresholds of relations; tags have none."""
        self.decoder.adjust(threshold, overlap)

    def preparer(self, entities: Entities = "predict") -> TaggerPreparer:
        """Leaves the mentions to the tags, or gives the units' own entities."""
        return TaggerPreparer(self.piece_maker(), entities, self.vocabulary)

    def training_preparer(self, seed: int = 0) -> TaggerTrainingPreparer:
        """Gives the gold mentions, their tags and their relations."""
        return TaggerTrainingPreparer(self.piece_maker(), seed, self.vocabulary)

    def forward(self, stages: TaggerStages) -> TaggerOutput:
        """Tags → mentions → pairs."""
        inputs = stages.inputs
        stream = self.encoder(inputs.ids, inputs.mask, inputs.window_index, inputs.positions)
        stream = self.word_pooler(stream)
        states, positions = stream.states, stream.positions
        unit, word = (positions.words[..., 1] > 0).nonzero().unbind(1)
        rows = take(states, unit, positions.words[unit, word, 0])
        tag_logits: Float[Tensor, "n k"] = self.tagger(rows)
        probabilities = tag_logits.softmax(-1)
        if stages.spans is None or stages.mentions is None:
            spans, mentions = decoded(unit, word, probabilities)
        else:
            spans = stages.spans
            scores = span_scores(probabilities, spans, positions)
            mentions = self.decoder.given_mentions(stages.mentions, scores)
        pairs = ordered_pairs(spans.unit)
        ends = torch.cat(
            [
                take(states, spans.unit, positions.words[spans.unit, edge, 0])
                for edge in (spans.start, spans.end - 1)
            ],
            1,
        )
        head, tail = pairs.unbind(1)
        both = torch.cat([ends.index_select(0, head), ends.index_select(0, tail)], 1)
        return TaggerOutput(tag_logits, spans, mentions, pairs, self.pair_classifier(both))

    def losses(self, output: TaggerOutput, targets: TaggerTargets) -> dict[str, Float[Tensor, ""]]:
        """Means over the words and over the pairs."""
        words = max(1, len(targets.tags))
        tags = nn.functional.cross_entropy(output.tag_logits, targets.tags, reduction="sum")
        relation = mean_loss(self.relation_loss, output.relation_logits, targets.relations)
        return {"entity": tags / words, "relation": relation}

    def documents(
        self, output: TaggerOutput, stages: TaggerStages, units: Sequence[Document]
    ) -> list[Document]:
        """The units with predicted entities and relations."""
        relations = self.decoder.find_relations(self.relation_loss.scores(output.relation_logits))
        return self.decoder.documents(units, output.spans, output.mentions, output.pairs, relations)


def decoded(
    unit: Int[Tensor, " n"], word: Int[Tensor, " n"], probabilities: Float[Tensor, "n k"]
) -> tuple[Spans, Mentions]:
    """The runs of tags of one label; a run begins at a B, or where no run of its label goes on.

    Args:
        unit: Unit of each word, ascending.
        word: Number of each word in its unit.
        probabilities: Probability of each tag.
    """
    best, tags = probabilities.max(1)
    label, tagged = (tags - 1) // 2, tags > 0
    goes_on = tagged & (tags % 2 == 0)
    goes_on = goes_on & ~first_of_unit(unit) & (label == label.roll(1)) & tagged.roll(1)
    starts = (tagged & ~goes_on).nonzero().flatten()
    after = torch.cat([goes_on[1:], goes_on[:1] & False])
    ends = (tagged & ~after).nonzero().flatten()
    spans = Spans(unit[starts], word[starts], word[ends] + 1)
    rows = torch.arange(len(starts), device=unit.device)
    return spans, Mentions(rows, label[starts], best[starts])


def first_of_unit(unit: Int[Tensor, " n"]) -> Bool[Tensor, " n"]:
    """True at the first word of each unit."""
    return torch.cat([unit[:1] == unit[:1], unit[1:] != unit[:-1]])


def span_scores(
    probabilities: Float[Tensor, "n k"], spans: Spans, positions: Positions
) -> LabelScores:
    """Label probabilities of given spans: those of the tags at their first words.

    Args:
        probabilities: Probability of each tag of the words of the batch.
        spans: The spans.
        positions: Positions of the units.
    """
    lengths = positions.lengths
    first = lengths.cumsum(0) - lengths
    tags = probabilities[first[spans.unit] + spans.start]
    return LabelScores(tags[:, 1::2] + tags[:, 2::2], tags[:, 0], exclusive=True)

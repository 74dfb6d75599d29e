"""The span model (SINET): classifies all spans, then pairs of the spans that are mentions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, final

import torch
from annotated_types import Ge, Le
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Factory
from jointre.config.bounds import WidthOrZero
from jointre.data.batch import GivenMentions
from jointre.data.context import Context, Pairs
from jointre.data.limits import Limits
from jointre.data.samplers import Sampler, SentenceSampler
from jointre.data.schema import Document
from jointre.data.split import UnitKind
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Decoder, Mentions, SpanDecoder
from jointre.models.backbone import Backbone
from jointre.models.backbone_model import BackboneModel, TaskWeights
from jointre.models.candidates import CandidateScores, JudgedCandidates, judged_by_numbers, span_key
from jointre.models.fit import check_pairs, of_kind
from jointre.models.model import Entities, Model, mean_loss
from jointre.models.pruning import build_enumerator, score_and_prune, span_loss
from jointre.models.span_stages import (
    SpanPreparer,
    SpanStages,
    SpanTargets,
    SpanTrainingPreparer,
)
from jointre.models.wrong_spans import pairs_with_wrong, wrong_spans
from jointre.nn.classifiers import Classifier
from jointre.nn.encoders import Encoder
from jointre.nn.interactions import Interaction
from jointre.nn.losses import LabelScores, Loss, SingleLabelLoss
from jointre.nn.losses.boundary_smoothing import smoothed_classes
from jointre.nn.pair_encoders import Arguments, PairEncoder
from jointre.nn.projections import TaskProjection
from jointre.nn.refiners import Refiner
from jointre.nn.sentence_rows import joined_streams
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Streams
from jointre.nn.take import take
from jointre.nn.type_embeddings import TypeEmbedding
from jointre.nn.word_poolers import WordPooler
from jointre.positions import SentenceRows, Spans
from jointre.span_enumerators import AllSpans, SpanEnumerator

WIDTH_ROWS = 100  # the published width table; a wider span shares the last row
ROWS_AT_ONCE = 2048  # spans pooled together: bounds memory
PAIRS_AT_ONCE = 16384  # pairs scored together: bounds memory
WRONG_SPANS = 5  # per unit, whose pairs are trained on


@dataclass(frozen=True, slots=True)
class SpanOutput:
    """Scores of spans and pairs.

    Shapes:
        span_logits ``"s"`` of a trained span enumerator, of the spans before they are pruned;
        entity_logits ``"s c"`` over spans; mentions ``"m"``; pairs ``"q 2"`` rows of mentions;
        relation_logits ``"q r"``.
    """

    spans: Spans
    span_logits: Float[Tensor, " a"] | None
    entity_logits: Float[Tensor, "s c"]
    mentions: Mentions
    pairs: Int[Tensor, "q 2"]
    relation_logits: Float[Tensor, "q r"]


@final
@Model.register("span")
class SpanModel(BackboneModel[SpanStages, SpanTargets, SpanOutput]):
    """Classifies all spans, then all ordered pairs of the spans that are mentions (SINET).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        encoder: Encoder, which computes the states of the pieces.
        projection: Projection of the shared states to one stream per task.
        interaction: Interaction, through which the task streams read each other.
        word_pooler: Pooler that makes one position per word; null: each piece is a position, as
            published.
        context: What the encoder reads for a sentence: the ``"sentence"`` alone, its ``"document"``
            (encoded once for all its sentences, in overlapping windows if it is long), or a window
            of so many pieces around the sentence, half before and half after it. Mentions and
            relations stay inside sentences. With context, a sentence's summary is [CLS] of what
            is read plus the element-wise maximum over the sentence's own states.
        pairs: Mentions that are paired: all of a ``"sentence"``, all of a ``"document"``, or those
            that are at most this many sentences apart (1: in the same sentence or the next).
            Beyond the sentence, units are documents, so ``batch_size`` counts documents, and the
            pair encoder reads the words of the document: the context between two mentions and
            their distance include the sentences between them. Features of a pair map are zero for
            pairs across sentences.
        token_refiners: Refiners, which change the shared states by the classifiers' prototypes.
        span_refiners: Refiners, which change the pooled spans by the classifiers' prototypes: all
            spans before they are classified, and mentions before they are paired.
        span_enumerator: Enumerator of the spans that are classified.
        width_dim: Size of the width embedding, which both tasks share.
        span_pooler: Pooler of the positions of a span.
        relation_span_pooler: Pooler of the positions of a mention in the relation stream; null: the
            same pooler, with the same weights.
        type_embedding: Embedding of the entity types of head and tail, which the pair encoder
            reads: each label's vector, weighted by its probability. null: types are not read, as
            published.
        gold_type_ratio: Probability of reading the gold type of a mention in training instead of
            the predicted ones.
        relation_spans: Spans whose pairs are trained on: ``"gold"``, those that are mentions, as
            published, or ``"predicted"``: also the sampled spans that the model takes for
            mentions by mistake, up to five per unit; their pairs have no relation.
        pair_encoder: Encoder of the features of a pair of spans.
        entity_classifier: Classifier of spans.
        relation_classifier: Classifier of pairs.
        entity_loss: Loss of the span classifier.
        relation_loss: Loss of the pair classifier.
        boundary_smoothing: Share of each mention's class that training gives to the spans with one
            border one word away (https://aclanthology.org/2022.acl-long.490), a quarter to each;
            0: off.
        loss_weights: Weights of the tasks' losses in their sum.
        sampler: Sampler of the spans and pairs for training.
        decoder: Decoder, which decides which spans are mentions and which pairs are related.

    Raises:
        ConfigError: A loss does not fit its classifier, or the entity loss allows several labels
            per span, or ``pairs`` beyond the sentence with an encoder that truncates.
    """

    old_options: ClassVar[dict[str, str]] = {
        "max_width": "span_enumerator.max_width",
        "decoder": "decoder",
    }
    decoder: SpanDecoder
    sampler: SentenceSampler

    def __init__(
        self,
        vocabulary: Vocabulary,
        encoder: Factory[Encoder],
        projection: Factory[TaskProjection],
        interaction: Factory[Interaction],
        word_pooler: Factory[WordPooler] | None = None,
        context: Context = "sentence",
        pairs: Pairs = "sentence",
        token_refiners: Sequence[Factory[Refiner]] = (),
        span_refiners: Sequence[Factory[Refiner]] = (),
        span_enumerator: Factory[SpanEnumerator] = Factory(AllSpans),
        width_dim: WidthOrZero = 100,
        span_pooler: Factory[SpanPooler] = Factory(SpanPooler.by_name("max")),
        relation_span_pooler: Factory[SpanPooler] | None = None,
        type_embedding: Factory[TypeEmbedding] | None = None,
        gold_type_ratio: Annotated[float, Ge(0), Le(1)] = 0.7,
        relation_spans: Literal["gold", "predicted"] = "gold",
        pair_encoder: Factory[PairEncoder] = Factory(PairEncoder.by_name("between_context")),
        entity_classifier: Factory[Classifier] = Factory(Classifier.by_name("linear")),
        relation_classifier: Factory[Classifier] = Factory(Classifier.by_name("linear")),
        entity_loss: Factory[Loss] = Factory(Loss.by_name("softmax")),
        relation_loss: Factory[Loss] = Factory(Loss.by_name("binary")),
        boundary_smoothing: Annotated[float, Ge(0), Le(1)] = 0.0,
        loss_weights: Factory[TaskWeights] = Factory(TaskWeights),
        sampler: Factory[Sampler] = Factory(Sampler.by_name("span")),
        decoder: Factory[Decoder] = Factory(SpanDecoder),
    ) -> None:
        build_sampler = of_kind(sampler, SentenceSampler, "sampler")
        alone = context == "sentence"
        backbone = Backbone(encoder, word_pooler, projection, interaction, parts=not alone)
        super().__init__(vocabulary, backbone, context)
        check_pairs(pairs, self.encoder)
        self.unit: UnitKind = "sentence" if pairs == "sentence" else "sentences"
        self.reach = pairs if isinstance(pairs, int) else None
        width, pair_dim = self.backbone.output_dim, self.backbone.pair_dim
        self.widths = nn.Embedding(WIDTH_ROWS, width_dim)
        self.span_enumerator = build_enumerator(
            span_enumerator, width + width_dim, width, WIDTH_ROWS - 1
        )
        self.span_pooler = span_pooler(input_dim=width)
        self.relation_span_pooler = (
            relation_span_pooler(input_dim=width) if relation_span_pooler else None
        )
        self.entity_loss = entity_loss()
        self.relation_loss = relation_loss()
        self.boundary_smoothing = boundary_smoothing
        self.loss_weights = loss_weights()
        self.entity_classifier = self.build_classifier(
            "entity", entity_classifier, "one or none", 2 * width + width_dim + pair_dim, width
        )
        self.type_embedding = self._build_types(type_embedding)
        self.gold_type_ratio = gold_type_ratio
        self.relation_spans = relation_spans
        self.pair_encoder = pair_encoder(
            shared_dim=self.backbone.shared_dim,
            summary_dim=width,
            span_dim=width,
            width_dim=width_dim,
            type_dim=self.type_embedding.output_dim if self.type_embedding else 0,
        )
        self.relation_classifier = self.build_classifier(
            "relation", relation_classifier, "any", self.pair_encoder.output_dim + pair_dim, width
        )
        optional = (self.relation_span_pooler, self.type_embedding)
        self.finish(
            (
                self.widths,
                self.pair_encoder,
                self.entity_classifier,
                self.relation_classifier,
                self.span_pooler,
                *(part for part in optional if part is not None),
            ),
            token_refiners,
        )
        self.span_refinement = self.refinement(span_refiners)
        self.sampler = build_sampler(
            vocabulary=vocabulary,
            span_enumerator=self.span_enumerator.plain,
            reach=self.reach,
        )
        self.decoder = of_kind(decoder, SpanDecoder, "decoder")(vocabulary=vocabulary)

    def _build_types(self, type_embedding: Factory[TypeEmbedding] | None) -> TypeEmbedding | None:
        if type_embedding is None:
            return None
        return type_embedding(
            num_labels=len(self.vocabulary.entity_labels),
            prototype_dim=int(self.entity_classifier.prototypes.shape[1]),
        )

    @property
    def limits(self) -> Limits:
        """One label per span, no wide spans, no relation of a span with itself."""
        return Limits(
            span_enumerator=self.span_enumerator.plain,
            one_label=True,
            one_relation=isinstance(self.relation_loss, SingleLabelLoss),
            distinct_arguments=True,
            reach=self.reach,
        )

    def preparer(self, entities: Entities = "predict") -> SpanPreparer:
        """Proposes spans, or gives the units' own entities."""
        return SpanPreparer(
            self.piece_maker(), entities, self.vocabulary, self.span_enumerator.plain, self.unit
        )

    def training_preparer(self, seed: int = 0) -> SpanTrainingPreparer:
        """Gives sampled spans and pairs with their targets."""
        return SpanTrainingPreparer(self.piece_maker(), seed, self.sampler, self.unit)

    def forward(self, stages: SpanStages) -> SpanOutput:
        """Spans → mentions → pairs."""
        streams = self.backbone(stages.inputs, self.prototypes)
        spans, span_logits, entity_logits = self._score_spans(
            streams, stages.spans, prune=stages.mentions is None
        )
        scores = self.entity_loss.scores(entity_logits)
        mentions = self.decoder.mentions(spans, scores, stages.mentions)
        rows, pairs = mentions.rows, stages.pairs
        texts = spans.unit if stages.rows is None else stages.rows.document[spans.unit]
        if pairs is None:
            pairs = self._near(ordered_pairs(texts[rows]), spans[rows], stages.rows)
        elif self.training and self.relation_spans == "predicted":
            predicted = self.decoder.find_mentions(spans, scores).rows
            wrong = wrong_spans(spans, predicted, rows, WRONG_SPANS)
            more = pairs_with_wrong(texts[rows], texts[wrong])
            rows = torch.cat([rows, wrong])
            pairs = torch.cat([pairs, self._near(more, spans[rows], stages.rows)])
        types = self._types(scores[rows], stages.mentions)
        relation_logits = self._score_pairs(streams, spans[rows], types, pairs, stages.rows)
        return SpanOutput(spans, span_logits, entity_logits, mentions, pairs, relation_logits)

    def kept_spans(self, output: SpanOutput) -> Spans | None:
        """The spans that a trained span enumerator kept; None without one."""
        return None if self.span_enumerator.scorer is None else output.spans

    def losses(self, output: SpanOutput, targets: SpanTargets) -> dict[str, Float[Tensor, ""]]:
        """Mean loss over the batch's spans, and over its pairs (SINET §4.2), weighted."""
        weights = self.loss_weights
        unrelated = len(output.pairs) - len(targets.relations)  # pairs with a wrong span
        relations = nn.functional.pad(targets.relations, (0, 0, 0, unrelated))
        losses = {
            "entity": weights.entity * self._entity_loss(output, targets),
            "relation": weights.relation
            * mean_loss(self.relation_loss, output.relation_logits, relations),
        }
        if output.span_logits is not None:
            losses["span"] = span_loss(output.span_logits, targets.entities > 0)
        return losses

    def _entity_loss(self, output: SpanOutput, targets: SpanTargets) -> Float[Tensor, ""]:
        """Mean loss over the spans, with their own classes or with smoothed ones."""
        if self.boundary_smoothing == 0:
            return mean_loss(self.entity_loss, output.entity_logits, targets.entities)
        rows, classes, shares = smoothed_classes(
            output.spans, targets.entities, self.boundary_smoothing
        )
        logits = output.entity_logits
        value: Tensor = self.entity_loss(logits[rows], classes, shares / max(1, len(logits)))
        return value

    def candidate_scores(
        self, output: SpanOutput, stages: SpanStages
    ) -> dict[str, CandidateScores]:
        """Spans, and pairs by their spans, without the pairs that training adds to given ones."""
        spans = output.spans if stages.rows is None else stages.rows.in_documents(output.spans)
        pairs = output.pairs if stages.pairs is None else output.pairs[: len(stages.pairs)]
        head, tail = (spans[output.mentions.rows[side]] for side in pairs.unbind(1))
        arguments = [head.unit, head.start, head.end, tail.start, tail.end]
        return {
            "entity": CandidateScores(
                torch.stack([spans.unit, spans.start, spans.end], 1),
                self.entity_loss.scores(output.entity_logits),
            ),
            "relation": CandidateScores(
                torch.stack(arguments, 1),
                self.relation_loss.scores(output.relation_logits[: len(pairs)]),
            ),
        }

    def judged_candidates(
        self, output: SpanOutput, stages: SpanStages, units: Sequence[Document]
    ) -> dict[str, JudgedCandidates]:
        """Spans, and pairs of mentions by their spans."""
        scores = self.candidate_scores(output, stages)
        return judged_by_numbers(scores, units, self.vocabulary, span_key)

    def documents(
        self, output: SpanOutput, stages: SpanStages, units: Sequence[Document]
    ) -> list[Document]:
        """The units with predicted entities and relations."""
        relations = self.decoder.find_relations(self.relation_loss.scores(output.relation_logits))
        spans = output.spans if stages.rows is None else stages.rows.in_documents(output.spans)
        return self.decoder.documents(units, spans, output.mentions, output.pairs, relations)

    def _score_spans(
        self, streams: Streams, spans: Spans, prune: bool
    ) -> tuple[Spans, Float[Tensor, " a"] | None, Float[Tensor, "s c"]]:
        """The spans after pruning, the enumerator's logits before it, and the entity logits.

        Units are pooled in chunks, which bounds memory.
        """
        units = len(streams.entity.states)
        step = max(1, units * ROWS_AT_ONCE // max(1, len(spans)))
        lows = list(range(0, units, step))
        edges = torch.searchsorted(spans.unit, spans.unit.new_tensor([*lows, units])).tolist()
        chunks = [
            self._score_units(streams, spans[first:last], low, low + step, prune)
            for low, first, last in zip(lows, edges, edges[1:], strict=False)
        ]
        span_logits = [logits for _, logits, _ in chunks if logits is not None]
        return (
            Spans.cat([chunk for chunk, _, _ in chunks]),
            torch.cat(span_logits) if span_logits else None,
            torch.cat([logits for _, _, logits in chunks]),
        )

    def _score_units(
        self, streams: Streams, spans: Spans, low: int, high: int, prune: bool
    ) -> tuple[Spans, Float[Tensor, " a"] | None, Float[Tensor, "s c"]]:
        """The results of :meth:`_score_spans` for units ``low`` to ``high``."""
        stream = streams.entity[low:high]
        unit = spans.unit - low  # counted within the chunk
        chunk_spans = Spans(unit, spans.start, spans.end)
        rows = self.span_pooler(stream.states, chunk_spans.ranges(stream.positions))
        width_block = self._width_block(chunk_spans)
        keep, span_logits = score_and_prune(
            self.span_enumerator, rows, width_block, chunk_spans, stream.positions, prune
        )
        if keep is not None:
            rows, unit, spans = take(rows, keep), unit[keep], spans[keep]
        rows = self.span_refinement(rows, unit, self.prototypes)
        blocks = [FeatureBlock(stream.summary, unit), FeatureBlock(rows), self._width_block(spans)]
        words = stream.positions.words
        first, last = words[unit, spans.start, 0], words[unit, spans.end - 1, 0]
        blocks.append(FeatureBlock(take(streams.pair[low:high], unit, first, last)))
        return spans, span_logits, self.entity_classifier(blocks)

    def _types(self, scores: LabelScores, given: GivenMentions | None) -> FeatureBlock:
        """Type vectors of the mentions: mixed by their probabilities, or those of given labels.

        Args:
            scores: Entity label probabilities of the mentions.
            given: The mentions that are given, which come first.
        """
        if self.type_embedding is None:
            return FeatureBlock(scores.labels.new_zeros(len(scores.labels), 0))
        weights = scores.labels
        if given is not None and given.labels is not None:
            labels = nn.functional.pad(given.labels, (0, len(weights) - len(given.rows)), value=-1)
            known = labels >= 0
            if self.training:
                known &= torch.rand(len(known), device=known.device) < self.gold_type_ratio
            one_hot = nn.functional.one_hot(labels.clamp(min=0), weights.shape[1]).to(weights.dtype)
            weights = torch.where(known[:, None], one_hot, weights)
        return FeatureBlock(weights @ self.type_embedding(self.entity_classifier.prototypes))

    def _near(
        self, pairs: Int[Tensor, "q 2"], mentions: Spans, sentences: SentenceRows | None
    ) -> Int[Tensor, "k 2"]:
        """The pairs of mentions that are not too many sentences apart."""
        if self.reach is None or sentences is None:
            return pairs
        head, tail = sentences.sentence[mentions.unit][pairs].unbind(1)
        return pairs[(head - tail).abs() <= self.reach]

    def _score_pairs(
        self,
        streams: Streams,
        mentions: Spans,
        types: FeatureBlock,
        pairs: Int[Tensor, "q 2"],
        sentences: SentenceRows | None,
    ) -> Float[Tensor, "q r"]:
        """Logits of the pairs, computed in chunks when nothing is trained."""
        read, arguments = self._arguments(streams, mentions, types, sentences)
        unit = mentions.unit
        start = streams.relation.positions.words[unit, mentions.start, 0]
        logits = []
        size = max(1, len(pairs)) if torch.is_grad_enabled() else PAIRS_AT_ONCE
        texts = arguments.spans.unit[pairs[:, 0]]
        for pairs_chunk in self.pair_encoder.chunks(pairs, texts, size):
            blocks = self.pair_encoder(read, arguments, pairs_chunk)
            head, tail = pairs_chunk[:, 0], pairs_chunk[:, 1]
            cells = take(streams.pair, unit[head], start[head], start[tail])
            across = unit[head] != unit[tail]
            blocks.append(FeatureBlock(cells.masked_fill(across[:, None], 0.0)))
            logits.append(self.relation_classifier(blocks))
        return torch.cat(logits)

    def _arguments(
        self,
        streams: Streams,
        mentions: Spans,
        types: FeatureBlock,
        sentences: SentenceRows | None,
    ) -> tuple[Streams, Arguments]:
        """The streams that the pair encoder reads, and the mentions over their words."""
        pooler = self.relation_span_pooler or self.span_pooler
        relation, unit = streams.relation, mentions.unit
        rows = pooler(relation.states, mentions.ranges(relation.positions))
        rows = self.span_refinement(rows, unit, self.prototypes)
        read, spans, numbers = streams, mentions, torch.zeros_like(unit)
        if sentences is not None:
            read, spans = joined_streams(streams, sentences), sentences.in_documents(mentions)
            numbers = sentences.sentence[unit]
        widths, summaries = self._width_block(mentions), FeatureBlock(relation.summary, unit)
        return read, Arguments.of_mentions(spans, rows, widths, types, numbers, summaries)

    def _width_block(self, spans: Spans) -> FeatureBlock:
        return FeatureBlock(self.widths.weight, spans.width.clamp(max=WIDTH_ROWS - 1))

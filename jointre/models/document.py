"""The document model, which covers JEREX and the similarity memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import numpy as np
import torch
from annotated_types import Ge, Lt
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn

from jointre.config import Factory
from jointre.config.bounds import Weight, WidthOrZero
from jointre.data.edit_distance import edit_distances
from jointre.data.limits import Limits
from jointre.data.names import MentionNames, pair_relations
from jointre.data.samplers import CorefSampler, Sampler
from jointre.data.schema import Document, Entity, Span
from jointre.data.split import UnitKind
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import (
    Decoder,
    DocumentDecoder,
    FoundEntities,
    mention_pairs,
    relation_differences,
)
from jointre.errors import ConfigError
from jointre.models.backbone import Backbone
from jointre.models.backbone_model import BackboneModel
from jointre.models.candidates import (
    CandidateScores,
    JudgedCandidates,
    entity_gold,
    mentions_key,
    relation_gold,
)
from jointre.models.document_stages import (
    DocumentPreparer,
    DocumentStages,
    DocumentTargets,
    DocumentTrainingPreparer,
)
from jointre.models.fit import of_kind
from jointre.models.model import Entities, Model, mean_loss
from jointre.models.pruning import build_enumerator, score_and_prune, span_loss
from jointre.nn.classifiers import Classifier
from jointre.nn.coreference import CoreferenceScorer
from jointre.nn.dropout import Dropout
from jointre.nn.encoders import Encoder
from jointre.nn.entity_poolers import EntityPooler
from jointre.nn.interactions import Interaction
from jointre.nn.losses import BinaryLoss, Loss, SingleLabelLoss
from jointre.nn.pair_encoders import Arguments, PairEncoder, instances
from jointre.nn.projections import TaskProjection
from jointre.nn.refiners import Refiner
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Stream, Streams
from jointre.nn.take import take
from jointre.nn.type_embeddings import TypeEmbedding
from jointre.nn.word_poolers import WordPooler
from jointre.positions import MentionPairs, Spans
from jointre.span_enumerators import AllSpans, SpanEnumerator

WIDTH_ROWS = 60  # longer mentions share the last width
PAIRS_AT_ONCE = 1 << 14  # pairs of mentions or entities scored together in prediction


class LossWeights:
    """Weights of the tasks' losses in their sum (memory §4.2).

    Args:
        mention: Weight of the loss of the mention classifier.
        coreference: Weight of the loss of the coreference scorer.
        entity: Weight of the loss of the entity classifier.
        relation: Weight of the loss of the relation classifier.
        mention_relation: Weight of the loss of the classifier of pairs of mentions.
    """

    def __init__(
        self,
        mention: Weight = 1.0,
        coreference: Weight = 1.0,
        entity: Weight = 0.25,
        relation: Weight = 1.0,
        mention_relation: Weight = 1.0,
    ) -> None:
        self.mention = mention
        self.coreference = coreference
        self.entity = entity
        self.relation = relation
        self.mention_relation = mention_relation


@dataclass(frozen=True, slots=True)
class DocumentOutput:
    """Scores of all stages, and the decisions that the later stages depend on.

    Shapes:
        span_logits ``"a"`` of a trained span enumerator, of the spans before they are pruned;
        mention_logits ``"s"``; mention_rows ``"m"`` rows of the spans; coreference_logits ``"z"``;
        mention_entity ``"l 2"`` (row of mention_rows, entity); units ``"g"`` and labels ``"g"`` of
        entities; entity_logits ``"g c"``; pairs ``"q 2"`` of entities; relation_logits ``"q r"``;
        in training with a classifier of pairs of mentions: its mention_relation_logits ``"k r"``,
        and the row of each pair of mentions in pairs, ``"k"``.
    """

    spans: Spans
    span_logits: Float[Tensor, " a"] | None
    mention_logits: Float[Tensor, " s"]
    mention_rows: Int[Tensor, " m"]
    coreference_logits: Float[Tensor, " z"]
    mention_entity: Int[Tensor, "l 2"]
    units: Int[Tensor, " g"]
    entity_logits: Float[Tensor, "g c"]
    labels: Int[Tensor, " g"]
    pairs: Int[Tensor, "q 2"]
    relation_logits: Float[Tensor, "q r"]
    mention_relation_logits: Float[Tensor, "k r"] | None
    mention_relation_pairs: Int[Tensor, " k"] | None


@final
@Model.register("document")
class DocumentModel(BackboneModel[DocumentStages, DocumentTargets, DocumentOutput]):
    """Mentions, coreference, entity types and relations of whole documents.

    JEREX in five stages; with refiners and similarity classifiers, the memory model: the
    classifiers' prototypes are read by the tokens and spans before the first stage.

    Paper: https://arxiv.org/abs/2307.11762

    Args:
        encoder: Encoder, which computes the states of the pieces.
        projection: Projection of the shared states to one stream per task.
        interaction: Interaction, through which the task streams read each other.
        word_pooler: Pooler that makes one position per word; null: each piece is a position, as
            published.
        token_refiners: Refiners, which change the shared states by the classifiers' prototypes.
        span_refiners: Refiners, which change the spans by the classifiers' prototypes: all spans
            before they are classified, and the mentions in the relation stream if this is another
            stream.
        span_enumerator: Enumerator of the spans that are classified, inside sentences.
        width_dim: Size of the width embedding of mentions.
        span_pooler: Pooler of the positions of a span.
        mention_classifier: Classifier that separates mentions from other spans.
        coreference: Scorer of pairs of mentions.
        entity_pooler: Pooler of the mentions of an entity.
        entity_dropout: Probability of dropping a feature of an entity in training.
        entity_classifier: Classifier of entities.
        type_embedding: Embedding of the entities' types in pairs.
        pair_encoder: Encoder of the features of a pair of entities.
        relation_classifier: Classifier of pairs of entities.
        mention_relation_classifier: Classifier of pairs of mentions by the relations of their
            entities (TaG, https://aclanthology.org/2023.acl-long.607); null: none, as in JEREX. The
            decoder's ``relation_consistency`` reads its scores, and it is trained with
            ``relation_loss``.
        entity_loss: Loss of the entity classifier.
        relation_loss: Loss of the pair classifier.
        loss_weights: Weights of the tasks' losses in their sum.
        sampler: Sampler of the spans and pairs for training.
        decoder: Decoder, which decides which spans are mentions, which mentions corefer and which
            entities are related.

    Raises:
        ConfigError: The pair encoder reads only one mention of an entity, the interaction
            changes nothing that this model reads, a loss does not fit its classifier, or the
            sampler is one for sentences.
    """

    old_options: ClassVar[dict[str, str]] = {
        "max_width": "span_enumerator.max_width",
        "decoder": "decoder",
    }
    unit: UnitKind = "document"
    decoder: DocumentDecoder
    sampler: CorefSampler

    def __init__(
        self,
        vocabulary: Vocabulary,
        encoder: Factory[Encoder],
        projection: Factory[TaskProjection] = Factory(TaskProjection.by_name("identity")),
        interaction: Factory[Interaction] = Factory(Interaction.by_name("none")),
        word_pooler: Factory[WordPooler] | None = None,
        token_refiners: Sequence[Factory[Refiner]] = (),
        span_refiners: Sequence[Factory[Refiner]] = (),
        span_enumerator: Factory[SpanEnumerator] = Factory(AllSpans, max_width=10),
        width_dim: WidthOrZero = 75,
        span_pooler: Factory[SpanPooler] = Factory(SpanPooler.by_name("max")),
        mention_classifier: Factory[Classifier] = Factory(Classifier.by_name("feedforward")),
        coreference: Factory[CoreferenceScorer] = Factory(CoreferenceScorer.by_name("pairwise")),
        entity_pooler: Factory[EntityPooler] = Factory(EntityPooler.by_name("max")),
        entity_dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
        entity_classifier: Factory[Classifier] = Factory(Classifier.by_name("feedforward")),
        type_embedding: Factory[TypeEmbedding] = Factory(TypeEmbedding.by_name("prototypes")),
        pair_encoder: Factory[PairEncoder] = Factory(PairEncoder.by_name("multi_instance")),
        relation_classifier: Factory[Classifier] = Factory(Classifier.by_name("linear")),
        mention_relation_classifier: Factory[Classifier] | None = None,
        entity_loss: Factory[Loss] = Factory(Loss.by_name("softmax"), none_class=False),
        relation_loss: Factory[Loss] = Factory(Loss.by_name("binary"), over_labels="sum"),
        loss_weights: Factory[LossWeights] = Factory(LossWeights),
        sampler: Factory[Sampler] = Factory(Sampler.by_name("document")),
        decoder: Factory[Decoder] = Factory(DocumentDecoder),
    ) -> None:
        _require_suitable(interaction)
        build_sampler = of_kind(sampler, CorefSampler, "sampler")
        super().__init__(vocabulary, Backbone(encoder, word_pooler, projection, interaction))
        width = self.backbone.output_dim
        self.widths = nn.Embedding(WIDTH_ROWS, width_dim)
        self.span_enumerator = build_enumerator(
            span_enumerator, width + width_dim, width, WIDTH_ROWS - 1
        )
        self.span_pooler = span_pooler(input_dim=width)
        self.mention_classifier = mention_classifier(
            input_dim=width + width_dim, state_dim=width, num_logits=1
        )
        self.coreference = coreference(input_dim=width)
        self.entity_pooler = entity_pooler()
        self.entity_dropout = Dropout(entity_dropout)
        self.entity_loss, self.relation_loss = entity_loss(), relation_loss()
        self.entity_classifier = self.build_classifier(
            "entity", entity_classifier, "one", width, width
        )
        self.type_embedding = type_embedding(
            num_labels=len(vocabulary.entity_labels),
            prototype_dim=int(self.entity_classifier.prototypes.shape[1]),
        )
        self.pair_encoder = pair_encoder(
            shared_dim=self.backbone.shared_dim,
            summary_dim=width,
            span_dim=width,
            width_dim=width_dim,
            type_dim=self.type_embedding.output_dim,
        )
        _require_several_mentions(self.pair_encoder)
        pair_dim = self.pair_encoder.output_dim
        self.relation_classifier = self.build_classifier(
            "relation", relation_classifier, "any", pair_dim, pair_dim
        )
        self.mention_relation_classifier = (
            None
            if mention_relation_classifier is None
            else self.build_classifier(
                "relation", mention_relation_classifier, "any", 2 * width, width
            )
        )
        heads = [self.mention_relation_classifier] if self.mention_relation_classifier else []
        self.finish(
            (
                self.widths,
                self.mention_classifier,
                self.coreference,
                self.entity_classifier,
                self.type_embedding,
                self.pair_encoder,
                self.relation_classifier,
                *heads,
            ),
            token_refiners,
        )
        self.span_refinement = self.refinement(span_refiners)
        self.binary = BinaryLoss()  # of mentions and of coreference: one logit each
        self.loss_weights = loss_weights()
        self.sampler = build_sampler(
            vocabulary=vocabulary if self.coreference.reads_dictionary else self.vocabulary,
            span_enumerator=self.span_enumerator.plain,
        )
        self.decoder = of_kind(decoder, DocumentDecoder, "decoder")(vocabulary=vocabulary)
        if self.decoder.relation_consistency and self.mention_relation_classifier is None:
            raise ConfigError(
                f"decoder.relation_consistency={self.decoder.relation_consistency} compares the "
                "relations of mentions, which nothing scores: give the model a "
                "mention_relation_classifier, 'feedforward' say, or set relation_consistency to 0"
            )
        if self.reads_names:
            self.vocabulary = vocabulary

    @property
    def limits(self) -> Limits:
        """Mentions inside sentences, of one entity each; no relation of an entity with itself."""
        return Limits(
            span_enumerator=self.span_enumerator.plain,
            one_entity=True,
            one_relation=isinstance(self.relation_loss, SingleLabelLoss),
            inside_sentences=True,
            distinct_arguments=True,
            clusters=False,
        )

    @property
    def reads_names(self) -> bool:
        """Whether mentions are compared with the names of the training data."""
        return self.coreference.reads_dictionary or self.decoder.reads_dictionary

    def preparer(self, entities: Entities = "predict") -> DocumentPreparer:
        """Proposes spans, and gives the units' own entities on request."""
        return DocumentPreparer(
            self.piece_maker(), entities, self.vocabulary, self.span_enumerator.plain
        )

    def training_preparer(self, seed: int = 0) -> DocumentTrainingPreparer:
        """Gives sampled spans and pairs, the gold entities, and the targets."""
        return DocumentTrainingPreparer(self.piece_maker(), seed, self.sampler)

    def forward(self, stages: DocumentStages) -> DocumentOutput:
        """Spans → mentions → clusters → types → pairs."""
        streams = self.backbone(stages.inputs, self.prototypes)
        given = stages.entities
        spans, rows, span_logits = self._spans(stages, streams)
        mention_logits = self.mention_classifier([FeatureBlock(rows), self._width_block(spans)])[
            :, 0
        ]
        if given is None:
            mention_rows = self.decoder.find_spans(spans, mention_logits.sigmoid(), stages.tokens)
        else:
            mention_rows = given.rows
        mentions, rows = spans[mention_rows], take(rows, mention_rows)
        coreference_logits, mention_entity, units = self._entities(stages, mentions, rows)
        entities = self.entity_pooler(
            take(rows, mention_entity[:, 0]), mention_entity[:, 1], len(units)
        )
        entities = self.entity_dropout(entities)
        entity_logits = self.entity_classifier([FeatureBlock(entities)])
        labels = self.entity_loss.scores(entity_logits).labels.argmax(1)
        if given is not None:
            labels = given.labels.where(given.labels >= 0, labels)
        pairs = ordered_pairs(units) if stages.pairs is None else stages.pairs.entities
        arguments = Arguments(
            mentions,
            rows if streams.relation is streams.entity else self._rows(streams.relation, mentions),
            self._width_block(mentions),
            mention_entity,
            entities,
            FeatureBlock(self.type_embedding(self.entity_classifier.prototypes), labels),
            stages.sentences[mentions.unit, mentions.start],
            FeatureBlock(streams.relation.summary, mentions.unit),
        )
        relation_logits = self._relate(streams, arguments, pairs, units)
        mention_relation_logits = mention_relation_pairs = None
        if self.mention_relation_classifier is not None and stages.pairs is not None:
            sizes = torch.bincount(mention_entity[:, 1], minlength=len(units))
            head, tail, mention_relation_pairs = instances(mention_entity, pairs, sizes)
            blocks = [FeatureBlock(rows, head), FeatureBlock(rows, tail)]
            mention_relation_logits = self.mention_relation_classifier(blocks)
        return DocumentOutput(
            spans,
            span_logits,
            mention_logits,
            mention_rows,
            coreference_logits,
            mention_entity,
            units,
            entity_logits,
            labels,
            pairs,
            relation_logits,
            mention_relation_logits,
            mention_relation_pairs,
        )

    def _spans(
        self, stages: DocumentStages, streams: Streams
    ) -> tuple[Spans, Float[Tensor, "s d"], Float[Tensor, " a"] | None]:
        """The spans to classify, their rows, and the logits of a trained span enumerator."""
        spans = stages.spans
        rows = self.span_pooler(streams.entity.states, spans.ranges(streams.entity.positions))
        keep, span_logits = score_and_prune(
            self.span_enumerator,
            rows,
            self._width_block(spans),
            spans,
            streams.entity.positions,
            prune=stages.entities is None,
        )
        if keep is not None:
            rows, spans = take(rows, keep), spans[keep]
        return spans, self.span_refinement(rows, spans.unit, self.prototypes), span_logits

    def kept_spans(self, output: DocumentOutput) -> Spans | None:
        """The spans that a trained span enumerator kept; None without one."""
        return None if self.span_enumerator.scorer is None else output.spans

    def losses(
        self, output: DocumentOutput, targets: DocumentTargets
    ) -> dict[str, Float[Tensor, ""]]:
        """Weighted means over the batch's candidates of each task."""
        weights = self.loss_weights
        has_target = targets.mentions >= 0
        mention = output.mention_logits[has_target, None]
        coreference, corefer = output.coreference_logits[:, None], targets.coreference[:, None]
        entity, relation = output.entity_logits, output.relation_logits
        losses = {
            "mention": weights.mention
            * mean_loss(self.binary, mention, targets.mentions[has_target, None]),
            "coreference": weights.coreference * mean_loss(self.binary, coreference, corefer),
            "entity": weights.entity * mean_loss(self.entity_loss, entity, targets.entities),
            "relation": weights.relation
            * mean_loss(self.relation_loss, relation, targets.relations),
        }
        if output.mention_relation_logits is not None:
            losses["mention_relation"] = weights.mention_relation * mean_loss(
                self.relation_loss,
                output.mention_relation_logits,
                targets.relations[output.mention_relation_pairs],
            )
        if output.span_logits is not None:
            losses["span"] = span_loss(
                output.span_logits[has_target], targets.mentions[has_target] > 0
            )
        return losses

    def candidate_scores(
        self, output: DocumentOutput, stages: DocumentStages
    ) -> dict[str, CandidateScores]:
        """Spans and pairs of mentions; entities and their pairs, by number, if they are given.

        Pairs of mentions are there only if they are given, and so are entities.
        """
        spans = output.spans
        scores = {
            "mention": CandidateScores(
                torch.stack([spans.unit, spans.start, spans.end], 1),
                self.binary.scores(output.mention_logits[:, None]),
            )
        }
        if stages.entities is None:
            return scores
        if stages.pairs is not None:
            mentions = spans[output.mention_rows]
            one, other = (mentions[side] for side in stages.pairs.coreference.rows.unbind(1))
            scores["coreference"] = CandidateScores(
                torch.stack([one.unit, one.start, one.end, other.start, other.end], 1),
                self.binary.scores(output.coreference_logits[:, None]),
            )
        units, pairs = output.units, output.pairs
        number = torch.arange(len(units), device=units.device)
        number = number - torch.searchsorted(units, units)  # counted within the unit
        scores["entity"] = CandidateScores(
            torch.stack([units, number], 1), self.entity_loss.scores(output.entity_logits)
        )
        scores["relation"] = CandidateScores(
            torch.cat([units[pairs[:, :1]], number[pairs]], 1),
            self.relation_loss.scores(output.relation_logits),
        )
        return scores

    def judged_candidates(
        self, output: DocumentOutput, stages: DocumentStages, units: Sequence[Document]
    ) -> dict[str, JudgedCandidates]:
        """Predicted entities and their pairs, by the mentions of the entities."""
        spans = output.spans[output.mention_rows]
        bounds = [Span(*span) for span in torch.stack([spans.start, spans.end], 1).tolist()]
        mentions: list[list[Span]] = [[] for _ in output.units]
        for mention, entity in output.mention_entity.tolist():
            mentions[entity].append(bounds[mention])
        keys = [mentions_key(Entity(None, tuple(entity))) for entity in mentions]
        unit = output.units.tolist()
        return {
            "entity": JudgedCandidates.of(
                self.entity_loss.scores(output.entity_logits),
                lambda rows: [(unit[row], *keys[row]) for row in rows.tolist()],
                entity_gold(units, self.vocabulary, lambda entity: [mentions_key(entity)]),
            ),
            "relation": JudgedCandidates.of(
                self.relation_loss.scores(output.relation_logits),
                lambda rows: [
                    (unit[head], *keys[head], *keys[tail])
                    for head, tail in output.pairs[rows].tolist()
                ],
                relation_gold(units, self.vocabulary, mentions_key),
            ),
        }

    def documents(
        self, output: DocumentOutput, stages: DocumentStages, units: Sequence[Document]
    ) -> list[Document]:
        """The units with predicted entities and relations."""
        scores = self.entity_loss.scores(output.entity_logits)
        column = output.labels[:, None]
        found_entities = FoundEntities(
            output.spans[output.mention_rows],
            output.mention_logits[output.mention_rows].sigmoid(),
            output.mention_entity,
            output.units,
            output.labels,
            self.decoder.calibrated(scores, "entity").labels.gather(1, column)[:, 0],
            self.decoder.accepted(scores, "entity").gather(1, column)[:, 0],
        )
        relations = self.decoder.find_relations(self.relation_loss.scores(output.relation_logits))
        return self.decoder.documents(
            units, found_entities, output.pairs, relations, given=stages.entities is not None
        )

    def _rows(self, stream: Stream, spans: Spans) -> Float[Tensor, "s k"]:
        """Refined representations of spans."""
        rows = self.span_pooler(stream.states, spans.ranges(stream.positions))
        refined: Tensor = self.span_refinement(rows, spans.unit, self.prototypes)
        return refined

    def _entities(
        self, stages: DocumentStages, mentions: Spans, rows: Float[Tensor, "m k"]
    ) -> tuple[Float[Tensor, " z"], Int[Tensor, "l 2"], Int[Tensor, " g"]]:
        """Coreference logits, (mention, entity) rows, and the unit of each entity."""
        if stages.entities is not None:
            logits, pairs = rows.new_zeros(0), stages.pairs
            if pairs is not None:
                logits = self.coreference(rows, pairs.coreference)
            mention_entity = stages.entities.mention_entity
            mention, entity = mention_entity.unbind(1)
            sizes = torch.unique_consecutive(entity, return_counts=True)[1]
            return logits, mention_entity, mentions.unit[mention[sizes.cumsum(0) - sizes]]
        unit_spans = torch.stack([mentions.unit, mentions.start, mentions.end], 1).cpu().numpy()
        unit_of_mention = unit_spans[:, 0]
        pairs_on_host = mention_pairs(unit_of_mention)
        names = [
            MentionNames.of(tokens, unit_spans[unit_of_mention == unit, 1:])
            for unit, tokens in enumerate(stages.tokens)
        ]
        scored, linked = (
            pair_relations(names, pairs_on_host, self.vocabulary.names if reads else None)
            for reads in (self.coreference.reads_dictionary, self.decoder.reads_dictionary)
        )
        texts = [text for unit in names for text in unit.texts]
        candidates = MentionPairs(
            torch.from_numpy(pairs_on_host),
            torch.from_numpy(edit_distances(texts, pairs_on_host)),
            torch.from_numpy(scored),
        ).to(rows.device)
        logits = self._corefer(rows, candidates)
        mention_entity, units = self.decoder.cluster(
            unit_of_mention,
            pairs_on_host,
            self._consistent(logits.sigmoid(), candidates.rows, rows, mentions.unit),
            linked,
            self._types_of_mentions(rows) if self.decoder.must_link else None,
        )
        return logits, mention_entity, units

    def _consistent(
        self,
        probabilities: Float[Tensor, " z"],
        pairs: Int[Tensor, "z 2"],
        rows: Float[Tensor, "m k"],
        units: Int[Tensor, " m"],
    ) -> Float[Tensor, " z"]:
        """Coreference probabilities, lowered where the relations of two mentions differ.

        Args:
            probabilities: Coreference probability of each pair.
            pairs: The pairs of mentions, inside units.
            rows: Representations of the mentions.
            units: Unit of each mention, ascending.
        """
        if not self.decoder.relation_consistency or self.mention_relation_classifier is None:
            return probabilities
        likely = (probabilities >= self.decoder.coreference_threshold).nonzero()[:, 0]
        differences = torch.zeros_like(probabilities)
        unit_of_pair = units[pairs[likely, 0]]
        for unit in torch.unique(unit_of_pair).tolist():
            of_unit = likely[unit_of_pair == unit]
            mentions = (units == unit).nonzero()[:, 0]
            differences[of_unit] = relation_differences(
                self._relations_of_mentions(take(rows, mentions)), pairs[of_unit] - mentions[0]
            )
        return self.decoder.consistent(probabilities, differences)

    def _relations_of_mentions(self, rows: Float[Tensor, "m k"]) -> Float[Tensor, "m m r"]:
        """Relation probabilities of all pairs of mentions of a unit, 0 of a mention with itself."""
        assert self.mention_relation_classifier is not None
        size = len(rows)
        number = torch.arange(size * size, device=rows.device)
        head, tail = number // size, number % size
        probabilities = torch.cat(
            [
                self.relation_loss.scores(
                    self.mention_relation_classifier(
                        [FeatureBlock(rows, head[chunk]), FeatureBlock(rows, tail[chunk])]
                    )
                ).labels
                for chunk in torch.split(number, PAIRS_AT_ONCE)
            ]
        )
        others = probabilities.masked_fill((head == tail)[:, None], 0.0)
        return others.reshape(size, size, probabilities.shape[1])

    def _types_of_mentions(self, rows: Float[Tensor, "m k"]) -> NDArray[np.int64]:
        """The label of each mention as if it were an entity of its own."""
        entities = self.entity_pooler(rows, torch.arange(len(rows), device=rows.device), len(rows))
        logits = self.entity_classifier([FeatureBlock(entities)])
        labels: NDArray[np.int64] = self.entity_loss.scores(logits).labels.argmax(1).cpu().numpy()
        return labels

    def _corefer(self, rows: Float[Tensor, "m k"], pairs: MentionPairs) -> Float[Tensor, " z"]:
        """Logits of the pairs, computed in chunks."""
        starts = range(0, max(1, len(pairs)), PAIRS_AT_ONCE)
        return torch.cat(
            [self.coreference(rows, pairs[start : start + PAIRS_AT_ONCE]) for start in starts]
        )

    def _relate(
        self,
        streams: Streams,
        arguments: Arguments,
        pairs: Int[Tensor, "q 2"],
        units: Int[Tensor, " g"],
    ) -> Float[Tensor, "q r"]:
        """Logits of the pairs, computed in chunks when nothing is trained.

        Args:
            streams: The task streams.
            arguments: The entities.
            pairs: (head, tail) entities.
            units: Unit of each entity.
        """
        size = max(1, len(pairs)) if torch.is_grad_enabled() else PAIRS_AT_ONCE
        return torch.cat(
            [
                self.relation_classifier(self.pair_encoder(streams, arguments, pairs_chunk))
                for pairs_chunk in self.pair_encoder.chunks(pairs, units[pairs[:, 0]], size)
            ]
        )

    def _width_block(self, spans: Spans) -> FeatureBlock:
        return FeatureBlock(self.widths.weight, spans.width.clamp(max=WIDTH_ROWS - 1))


def _require_suitable(interaction: Factory[Interaction]) -> None:
    """Raise an error for an interaction that changes what this model does not read."""
    if interaction.type.changes == {"summary"}:
        raise ConfigError(
            f"interaction {interaction.type.registered_name!r} changes the summaries only, "
            "which this model does not read: take 'none' or 'conv_co_attention'"
        )


def _require_several_mentions(pair_encoder: PairEncoder) -> None:
    """Raise an error for a pair encoder that reads one mention of an entity."""
    if pair_encoder.one_mention:
        raise ConfigError(
            f"pair_encoder {pair_encoder.registered_name!r} looks at one mention of an "
            "entity, but entities of documents have several: take 'multi_instance', "
            "'localized_context' or 'global', also as the base of 'hypergraph'"
        )

"""The table model (CARE): marks mentions and relations in tables over pairs of words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, final

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from jointre.config import Factory
from jointre.data.context import Context
from jointre.data.limits import Limits
from jointre.data.schema import Document
from jointre.data.split import UnitKind
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Decoder, Mentions, TableDecoder
from jointre.errors import ConfigError
from jointre.models.backbone import Backbone
from jointre.models.backbone_model import BackboneModel, Task, TaskWeights
from jointre.models.candidates import (
    CandidateScores,
    JudgedCandidates,
    first_word_key,
    judged_by_numbers,
)
from jointre.models.fit import of_kind
from jointre.models.model import Entities, Model
from jointre.models.table_stages import (
    TablePreparer,
    TableStages,
    TableTargets,
    TableTrainingPreparer,
)
from jointre.nn.classifiers import Classifier
from jointre.nn.encoders import Encoder
from jointre.nn.interactions import Interaction
from jointre.nn.losses import Loss, SingleLabelLoss
from jointre.nn.projections import TaskProjection
from jointre.nn.refiners import Refiner
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Stream, Streams
from jointre.nn.word_poolers import WordPooler
from jointre.positions import Cells, Positions, Role, Spans

CELLS_AT_ONCE = 1 << 11  # cells classified together: bounds memory


class CellFeatures:
    """Features that a classifier reads in addition to the states of a cell's two positions.

    Args:
        pair_map: Whether to read the interaction's map of pairs of positions.
        summary: Whether to read the unit's summary, which an interaction such as ``ctam`` changes.
    """

    def __init__(self, pair_map: bool = True, summary: bool = False) -> None:
        self.pair_map = pair_map
        self.summary = summary


@dataclass(frozen=True, slots=True)
class TableOutput:
    """Scores of the cells of both tables.

    Shapes:
        entity_logits ``"q c"`` over entity_cells, relation_logits ``"z r"`` over
        relation_cells, whose rows and columns are positions; spans ``"s"``, mentions ``"m"``
        among them and links ``"l 3"`` (unit, first word of the head, first word of the tail),
        which are empty in training.
    """

    positions: Positions
    entity_cells: Cells
    entity_logits: Float[Tensor, "q c"]
    relation_cells: Cells
    relation_logits: Float[Tensor, "z r"]
    spans: Spans
    mentions: Mentions
    links: Int[Tensor, "l 3"]


@final
@Model.register("table")
class TableModel(BackboneModel[TableStages, TableTargets, TableOutput]):
    """Marks mentions in one table of pairs of words and relations in another (CARE).

    Cell (i, j) of the entity table stands for the mention from word i to word j. Cell (i, j) of
    the relation table stands for a relation from the mention that starts at word i to the one that
    starts at word j.
    Without a word pooler positions are pieces, [CLS] and [SEP] included, as published, and
    a word is its first piece.

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        encoder: Encoder, which computes the states of the pieces.
        projection: Projection of the shared states to one stream per task.
        interaction: Interaction, through which the task streams read each other, and which may
            compute a map of all pairs.
        word_pooler: Pooler that makes one position per word; null: each piece is a position, as
            published.
        context: What the encoder reads for a sentence: the ``"sentence"`` alone, its ``"document"``
            (encoded once for all its sentences, in overlapping windows if it is long), or a window
            of so many pieces around the sentence, half before and half after it. Mentions and
            relations stay inside sentences. With context, a sentence's summary is [CLS] of what
            is read plus the element-wise maximum over the sentence's own states.
        token_refiners: Refiners, which change the shared states by the classifiers' prototypes.
        cell_features: Features that the classifiers read in addition to the states of a cell's
            positions.
        entity_classifier: Classifier of the cells of the entity table.
        relation_classifier: Classifier of the cells of the relation table.
        entity_loss: Loss of the entity table; a cell can have any number of labels.
        relation_loss: Loss of the relation table; a cell can have any number of labels.
        loss_weights: Weights of the tables' losses in their sum.
        normalise_by: Divisor of a cell's loss: the positions of its unit times the number of units
            in the batch, or the longest unit of the batch (as published, so that the loss depends
            on the batch).
        decoder: Decoder, which decides which cells are mentions and relations, and which mentions
            are linked.

    Raises:
        ConfigError: The classifiers read nothing that the interaction changes, or a loss allows
            only one label per cell.

    Differences:
        In prediction only cells that can be gold are scored: words' first pieces, and
        relations between words where mentions start. The released code also counts cells
        of other pieces as predicted mentions, always wrongly.
    """

    old_options: ClassVar[dict[str, str]] = {"decoder": "decoder"}
    unit: UnitKind = "sentence"
    decoder: TableDecoder

    def __init__(
        self,
        vocabulary: Vocabulary,
        encoder: Factory[Encoder],
        projection: Factory[TaskProjection],
        interaction: Factory[Interaction],
        word_pooler: Factory[WordPooler] | None = None,
        context: Context = "sentence",
        token_refiners: Sequence[Factory[Refiner]] = (),
        cell_features: Factory[CellFeatures] = Factory(CellFeatures),
        entity_classifier: Factory[Classifier] = Factory(Classifier.by_name("feedforward")),
        relation_classifier: Factory[Classifier] = Factory(Classifier.by_name("feedforward")),
        entity_loss: Factory[Loss] = Factory(Loss.by_name("binary")),
        relation_loss: Factory[Loss] = Factory(Loss.by_name("binary")),
        loss_weights: Factory[TaskWeights] = Factory(TaskWeights),
        normalise_by: Literal["sentence_length", "padded_length"] = "sentence_length",
        decoder: Factory[Decoder] = Factory(TableDecoder),
    ) -> None:
        features = cell_features()
        if interaction.type.changes == {"summary"} and not features.summary:
            raise ConfigError(
                f"interaction {interaction.type.registered_name!r} changes the summaries only, "
                "which the classifiers of this model do not read: set cell_features.summary to "
                "true, or take interaction 'none' or 'conv_co_attention'"
            )
        alone = context == "sentence"
        backbone = Backbone(encoder, word_pooler, projection, interaction, parts=not alone)
        super().__init__(vocabulary, backbone, context)
        self.features = features
        self.entity_loss, self.relation_loss = entity_loss(), relation_loss()
        self.loss_weights = loss_weights()
        self.entity_classifier = self._cell_classifier("entity", entity_classifier)
        self.relation_classifier = self._cell_classifier("relation", relation_classifier)
        self.finish((self.entity_classifier, self.relation_classifier), token_refiners)
        self.normalise_by = normalise_by
        self.decoder = of_kind(decoder, TableDecoder, "decoder")(vocabulary=vocabulary)

    def _cell_classifier(self, task: Task, classifier: Factory[Classifier]) -> Classifier:
        loss = self.entity_loss if task == "entity" else self.relation_loss
        if isinstance(loss, SingleLabelLoss):
            raise ConfigError(
                f"loss {loss.registered_name!r} gives a cell one label, but cells of a table "
                "have any number of them; take 'binary' or 'adaptive'"
            )
        width = self.backbone.output_dim
        input_dim = 2 * width + self.features.pair_map * self.backbone.pair_dim
        input_dim += self.features.summary * width
        return self.build_classifier(task, classifier, "any", input_dim, width)

    @property
    def limits(self) -> Limits:
        """Relations are marked by the first words of their arguments."""
        return Limits(distinct_starts=not self.decoder.all_spans)

    def preparer(self, entities: Entities = "predict") -> TablePreparer:
        """Leaves all cells to the model, or gives the units' own entities."""
        return TablePreparer(self.piece_maker(), entities, self.vocabulary)

    def training_preparer(self, seed: int = 0) -> TableTrainingPreparer:
        """Gives the gold cells."""
        return TableTrainingPreparer(self.piece_maker(), seed, self.vocabulary)

    def forward(self, stages: TableStages) -> TableOutput:
        """All cells in training; else mentions, then the cells of their first words."""
        streams = self.backbone(stages.inputs, self.prototypes)
        if not stages.whole:
            return self._decided(streams, stages)
        positions = streams.entity.positions
        real = positions.roles != Role.PAD
        table = real[:, :, None] & real[:, None]
        upper, whole = Cells(*table.triu().nonzero().T), Cells(*table.nonzero().T)
        none = torch.zeros(0, 3, dtype=torch.long, device=positions.roles.device)
        return TableOutput(
            positions,
            upper,
            self._score(self.entity_classifier, streams.entity, streams.pair, upper),
            whole,
            self._score(self.relation_classifier, streams.relation, streams.pair, whole),
            Spans(*none.unbind(1)),
            Mentions.none(streams.entity.states),
            none,
        )

    def losses(self, output: TableOutput, targets: TableTargets) -> dict[str, Float[Tensor, ""]]:
        """Both tables' losses (CARE §3), weighted."""
        entity = self._loss(
            "entity",
            output.entity_logits,
            output.entity_cells,
            targets.entity_cells,
            output.positions,
        )
        relation = self._loss(
            "relation",
            output.relation_logits,
            output.relation_cells,
            targets.relation_cells,
            output.positions,
        )
        weights = self.loss_weights
        return {"entity": weights.entity * entity, "relation": weights.relation * relation}

    def candidate_scores(
        self, output: TableOutput, stages: TableStages
    ) -> dict[str, CandidateScores]:
        """The cells of both tables, by the words whose first pieces they stand for."""
        words = output.positions.first_words
        return {
            task: CandidateScores(
                torch.stack(
                    [
                        cells.unit,
                        words[cells.unit, cells.row],
                        words[cells.unit, cells.column],
                    ],
                    1,
                ),
                loss.scores(logits),
            )
            for task, cells, loss, logits in (
                ("entity", output.entity_cells, self.entity_loss, output.entity_logits),
                ("relation", output.relation_cells, self.relation_loss, output.relation_logits),
            )
        }

    def judged_candidates(
        self, output: TableOutput, stages: TableStages, units: Sequence[Document]
    ) -> dict[str, JudgedCandidates]:
        """Cells of spans, and cells of the first words of two mentions."""
        scores = self.candidate_scores(output, stages)
        entity = scores["entity"]
        spans = entity.candidates + entity.candidates.new_tensor([0, 0, 1])  # exclusive ends
        scores["entity"] = replace(entity, candidates=spans)
        return judged_by_numbers(scores, units, self.vocabulary, first_word_key)

    def documents(
        self, output: TableOutput, stages: TableStages, units: Sequence[Document]
    ) -> list[Document]:
        """The units with predicted entities and relations."""
        relations = self.decoder.find_relations(self.relation_loss.scores(output.relation_logits))
        return self.decoder.documents(units, output.spans, output.mentions, output.links, relations)

    def _decided(self, streams: Streams, stages: TableStages) -> TableOutput:
        """Mentions, decided or given, and the relations between their first words."""
        positions, given = streams.entity.positions, stages.given
        spans = stages.inputs.candidates(all_spans(positions)) if given is None else given.spans
        cells = spans.cells(positions)
        logits = self._score(self.entity_classifier, streams.entity, streams.pair, cells)
        scores = self.entity_loss.scores(logits)
        mentions = self.decoder.mentions(spans, scores, None if given is None else given.mentions)
        links = start_pairs(spans[mentions.rows], positions.words.shape[1])
        first = positions.words[..., 0]
        pairs = Cells(links[:, 0], first[links[:, 0], links[:, 1]], first[links[:, 0], links[:, 2]])
        return TableOutput(
            positions,
            cells,
            logits,
            pairs,
            self._score(self.relation_classifier, streams.relation, streams.pair, pairs),
            spans,
            mentions,
            links,
        )

    def _score(
        self,
        classifier: Classifier,
        stream: Stream,
        pair: Float[Tensor, "b t t z"],
        cells: Cells,
    ) -> Float[Tensor, "q c"]:
        """Logits of cells, computed in chunks; the backward pass computes hidden layers again."""
        flat, size = pair.flatten(0, 2), stream.states.shape[1]

        def score(
            rows: Float[Tensor, "_ z"] | None, low: int, high: int, first: int, last: int
        ) -> Float[Tensor, "_ c"]:
            """Logits of cells ``low`` to ``high``, which belong to units ``first`` to ``last``."""
            chunk = cells[low:high]
            states, unit = stream.states[first:last].flatten(0, 1), chunk.unit - first
            blocks = [
                FeatureBlock(states, unit * size + chunk.row),
                FeatureBlock(states, unit * size + chunk.column),
            ]
            if self.features.pair_map:
                blocks.append(FeatureBlock(map_rows(low, high) if rows is None else rows))
            if self.features.summary:
                blocks.append(FeatureBlock(stream.summary[first:last], unit))
            logits: Tensor = classifier(blocks)
            return logits

        def map_rows(low: int, high: int) -> Float[Tensor, "_ z"]:
            """Features of cells ``low`` to ``high`` in the pair map."""
            chunk = cells[low:high]
            return flat.index_select(0, (chunk.unit * size + chunk.row) * size + chunk.column)

        bounds = chunk_bounds(torch.bincount(cells.unit, minlength=len(stream.states)).tolist())
        if not torch.is_grad_enabled():
            return torch.cat([score(None, *chunk) for chunk in bounds])
        # Selected all at once, because each selection has a gradient as large as the whole map.
        rows = torch.split(map_rows(0, len(cells)), [high - low for low, high, _, _ in bounds])
        logits = [
            checkpoint(score, chunk_rows, *chunk, use_reentrant=False)
            for chunk_rows, chunk in zip(rows, bounds, strict=True)
        ]
        return torch.cat(logits)

    def _loss(
        self,
        task: Task,
        logits: Float[Tensor, "q c"],
        cells: Cells,
        gold: Int[Tensor, "g 4"],
        positions: Positions,
    ) -> Float[Tensor, ""]:
        """Weighted sum of a task's loss over cells; rows and columns of ``gold`` are words."""
        loss, labels = self.entity_loss, self.vocabulary.entity_labels
        if task == "relation":
            loss, labels = self.relation_loss, self.vocabulary.relation_labels
        units, size = positions.roles.shape
        unit, row, column, label = gold.unbind(1)
        first = positions.words[..., 0]
        cell_index = cells.unit.new_zeros(units, size, size)
        cell_index[cells.unit, cells.row, cells.column] = torch.arange(
            len(cells), device=gold.device
        )
        targets = logits.new_zeros(len(cells), len(labels))
        targets[cell_index[unit, first[unit, row], first[unit, column]], label] = 1
        if self.normalise_by == "padded_length":
            weight = logits.new_full((len(cells),), 1 / size)
        else:
            lengths = (positions.roles != Role.PAD).sum(1)
            weight = (1 / (units * lengths.to(logits.dtype)))[cells.unit]
        value: Tensor = loss(logits, targets, weight)
        return value


def chunk_bounds(counts: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Chunks of a batch's cells: first and end cell, first and end unit; ends are exclusive.

    Units are not divided where this can be avoided, so that a chunk's states are multiplied once.

    Args:
        counts: Number of cells of each unit; the cells are ordered by unit.
    """
    bounds: list[tuple[int, int, int, int]] = []
    low = high = first = 0
    for unit, count in enumerate(counts):
        if high - low + count > CELLS_AT_ONCE and high > low:
            bounds.append((low, high, first, unit))
            low, first = high, unit
        while count > CELLS_AT_ONCE:
            bounds.append((low, low + CELLS_AT_ONCE, unit, unit + 1))
            low, count = low + CELLS_AT_ONCE, count - CELLS_AT_ONCE
            high, first = low, unit
        high = low + count if first == unit else high + count
    return [*bounds, (low, high, first, len(counts))]


def all_spans(positions: Positions) -> Spans:
    """All spans of all widths: unit by unit, by first, then by last word."""
    real = positions.words[..., 1] > 0
    unit, first, last = (real[:, :, None] & real[:, None]).triu().nonzero().unbind(1)
    return Spans(unit, first, last + 1)


def start_pairs(mentions: Spans, words: int) -> Int[Tensor, "z 3"]:
    """Unit and words of all ordered pairs of words where mentions start, equal ones included."""
    starts = torch.unique(mentions.unit * words + mentions.start)
    unit, word = starts // max(1, words), starts % max(1, words)
    head, tail = ordered_pairs(unit, itself=True).unbind(1)
    return torch.stack([unit[head], word[head], word[tail]], 1)

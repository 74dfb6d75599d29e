"""The interface of models: units → stages → output → losses or documents."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import TypeVar

from jointre.config import Registrable
from jointre.data.batch import EncoderInput, Movable, Stages
from jointre.data.context import Context, Place, View
from jointre.data.limits import Limits
from jointre.data.pieces import PieceMaker, Pieces
from jointre.data.samplers import Sampler
from jointre.data.schema import Document
from jointre.data.split import UnitKind
from jointre.data.truncate import beginning
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Calibration, Overlap
from jointre.errors import ConfigError
from jointre.models.candidates import CandidateScores, JudgedCandidates
from jointre.nn.classifiers import Classifier
from jointre.nn.encoders import Encoder
from jointre.nn.losses import Loss
from jointre.positions import Spans

Entities = Literal["predict", "given"]
"""Whether entities are predicted, or those of the documents are taken as given."""

StagesT = TypeVar("StagesT", bound=Stages, default=Any)
TargetsT = TypeVar("TargetsT", bound=Movable, default=Any)
OutputT = TypeVar("OutputT", default=Any)


class Item(NamedTuple):
    """A unit, tokenised.

    Args:
        number: Index in the corpus, which seeds the sampling of the unit.
        document: The unit.
        pieces: Its pieces.
        visible: The part of the unit that the encoder sees; all of it, unless it was truncated.
        index: What the sampler draws from; None where nothing is sampled.
        view: The part of its document that it is; None if the encoder reads it alone.
        sentences: The sentences of a document that are read together, each a row of the batch;
            ``number`` and ``index`` of a sentence are its number and the index of its first word
            in the document. Empty if the unit is a row itself.
    """

    number: int
    document: Document
    pieces: Pieces
    visible: Document
    index: Any = None
    view: View | None = None
    sentences: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingBatch(Movable, Generic[StagesT, TargetsT]):
    """A batch to train on.

    Args:
        stages: What the model reads.
        targets: What its output is compared with.
    """

    stages: StagesT
    targets: TargetsT


class Tokenising:
    """Tokenises units; holds no modules, so it can be sent to a worker process.

    Args:
        make_pieces: The encoder's tokenisation.
        sampler: Indexes the gold of a unit; None where nothing is sampled.

    Attributes:
        max_cells: Largest number of padded pairs of pieces in a batch of several units; None:
            any number.
    """

    max_cells: ClassVar[int | None] = None

    def __init__(self, make_pieces: PieceMaker, sampler: Sampler | None = None) -> None:
        self.make_pieces = make_pieces
        self.sampler = sampler

    def item(self, index: int, document: Document, place: Place | None = None) -> Item:
        """Tokenise a unit and index its gold, once for all epochs.

        Args:
            index: Index of the unit in the corpus.
            document: The unit.
            place: Where the unit stands in a document that the encoder may read with it; None: it
                is a document of its own.
        """
        pieces = self.make_pieces(document.tokens, f"document {document.id!r}")
        visible_words = len(document.tokens) - pieces.truncated
        visible = beginning(document, visible_words) if pieces.truncated else document
        gold_index = None if self.sampler is None else self.sampler.index(visible)
        view = self.make_pieces.view(place or Place(document, 0), pieces)
        return Item(index, document, pieces, visible, gold_index, view)

    def inputs(self, items: Sequence[Item]) -> EncoderInput:
        """The pieces of several units."""
        pieces, views = [item.pieces for item in items], [item.view for item in items]
        return self.make_pieces.batch(pieces, views)


class Preparer(Tokenising, ABC, Generic[StagesT]):
    """Turns units into what a model reads when it predicts.

    Args:
        make_pieces: The encoder's tokenisation.
        entities: Whether entities are to be found or given.
    """

    def __init__(self, make_pieces: PieceMaker, entities: Entities) -> None:
        super().__init__(make_pieces)
        self.entities = entities

    @abstractmethod
    def __call__(self, items: Sequence[Item]) -> StagesT:
        """Collate units.

        Args:
            items: Tokenised units, at least one.
        """


class TrainingPreparer(Tokenising, ABC, Generic[StagesT, TargetsT]):
    """Turns units into batches to train on.

    Args:
        make_pieces: The encoder's tokenisation.
        seed: Random seed; with epoch and index it decides a unit's candidates.
        sampler: Chooses candidates; None where nothing is sampled.
    """

    def __init__(self, make_pieces: PieceMaker, seed: int, sampler: Sampler | None = None) -> None:
        super().__init__(make_pieces, sampler)
        self.seed = seed

    def rng(self, epoch: int, index: int) -> np.random.Generator:
        """The random generator of a unit in an epoch."""
        return np.random.default_rng((self.seed, epoch, index))

    @abstractmethod
    def __call__(self, items: Sequence[Item], epoch: int = 0) -> TrainingBatch[StagesT, TargetsT]:
        """Collate units, with candidates and targets.

        Args:
            items: Tokenised units, at least one.
            epoch: Number of the epoch, from 0.
        """


class Model(Registrable, nn.Module, ABC, Generic[StagesT, TargetsT, OutputT], interface="model"):
    """Model: the joint model, built from a config and a vocabulary.

    A model family is a class with three records of its own: the stages that it reads, the
    targets that it is trained on, and its output.

    Owner gives: ``vocabulary``, the labels.

    Attributes:
        unit: What the model reads at once: a sentence, the sentences of a document, or a document.
        vocabulary: The labels that the model predicts.
        context: What the encoder reads of a document for one of its sentences.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary",)
    unit: UnitKind
    vocabulary: Vocabulary
    context: Context = "sentence"

    @property
    @abstractmethod
    def encoder(self) -> Encoder:
        """The encoder, whose configuration and tokenizer an archive keeps."""

    def encoder_parameters(self) -> list[nn.Parameter]:
        """The pretrained parameters, which an optimizer may train at a rate of their own."""
        return list(self.encoder.parameters())

    @property
    def classifiers(self) -> dict[str, Classifier]:
        """Classifiers with one row per label, ``"entity"`` and ``"relation"``; none by default.

        When a training begins with the weights of another model, their rows are copied label
        by label.
        """
        return {}

    @property
    def limits(self) -> Limits:
        """What annotations the model cannot predict; training reports them."""
        return Limits()

    @property
    def reads_names(self) -> bool:
        """Whether an archive holds the names of the training data's entities."""
        return False

    @abstractmethod
    def preparer(self, entities: Entities = "predict") -> Preparer[StagesT]:
        """Makes what the model reads when it predicts.

        Args:
            entities: Whether entities are to be found or given.
        """

    @abstractmethod
    def training_preparer(self, seed: int = 0) -> TrainingPreparer[StagesT, TargetsT]:
        """Makes batches to train on.

        Args:
            seed: Random seed of the sampling.
        """

    @abstractmethod
    def forward(self, stages: StagesT) -> OutputT:
        """Scores of all stages; the decoder decides the stages that are not given.

        Args:
            stages: What a preparer has made, on the model's device.
        """

    @abstractmethod
    def losses(self, output: OutputT, targets: TargetsT) -> dict[str, Float[Tensor, ""]]:
        """The loss of each task; training minimises their sum.

        Args:
            output: Output for the stages of a training batch.
            targets: The targets of that batch.
        """

    def candidate_scores(self, output: OutputT, stages: StagesT) -> dict[str, CandidateScores]:
        """Each task's candidates and their label probabilities, which R-Drop and a teacher need.

        The same stages give the same candidates in the same order if no stage is missing. A
        family without this method is trained without both.

        Args:
            output: Output for the stages.
            stages: The stages that the model has read, of a training batch or of a prediction.
        """
        raise NotImplementedError

    def judged_candidates(
        self, output: OutputT, stages: StagesT, units: Sequence[Document]
    ) -> dict[str, JudgedCandidates]:
        """Each task's candidates with their annotated labels, which calibration needs.

        A family without this method cannot be calibrated, and reports have no score curves of
        the candidates that its decoder rejects.

        Args:
            output: Output for the stages of a prediction.
            stages: The stages that the model has read.
            units: The annotated units of the batch, in order.
        """
        raise NotImplementedError

    @abstractmethod
    def documents(
        self, output: OutputT, stages: StagesT, units: Sequence[Document]
    ) -> list[Document]:
        """The units with the entities and relations that were found.

        Args:
            output: Output for the stages.
            stages: The stages that the model has read.
            units: The units of the batch, in order.
        """

    def adjust(
        self, threshold: float | Mapping[str, float] | None, overlap: Overlap | None
    ) -> None:
        """Change the thresholds or the rule for overlaps of a trained model.

        Args:
            threshold: Smallest probability of all relations, or of labels; None: unchanged.
            overlap: Which mentions may overlap; None: unchanged.

        Raises:
            ConfigError: A label does not exist, or the model has no decoder to change.
        """
        if threshold is not None or overlap is not None:
            raise ConfigError(
                f"model {self.registered_name!r} has neither thresholds nor a rule for overlaps"
            )

    @property
    def calibration(self) -> Calibration | None:
        """The temperatures and thresholds that were fitted on annotated data, if any."""
        return None

    def calibrate(self, calibration: Calibration | None) -> None:
        """Use calibrated probabilities and thresholds, or the model's own ones again.

        Args:
            calibration: The calibration; None: none.

        Raises:
            ConfigError: A threshold names an unknown label, or the model has no decoder.
        """
        if calibration is not None:
            raise ConfigError(f"model {self.registered_name!r} has no decoder to calibrate")

    def all_relations(self, least: float) -> AbstractContextManager[None]:
        """Accept every relation of at least a probability, while the context lasts.

        Args:
            least: The probability. A family without a decoder ignores it.
        """
        return nullcontext()

    def kept_spans(self, output: OutputT) -> Spans | None:
        """The spans of a batch that a trained span enumerator kept; None without one."""
        return None

    def piece_maker(self) -> PieceMaker:
        """The encoder's tokenisation, without the encoder."""
        encoder = self.encoder
        return PieceMaker(
            encoder.tokenizer,
            encoder.special_tokens,
            encoder.max_pieces,
            encoder.stride,
            encoder.long_inputs,
            self.context,
        )


def mean_loss(loss: Loss, logits: Float[Tensor, "q c"], targets: Tensor) -> Float[Tensor, ""]:
    """A loss averaged over the candidates; 0 without any."""
    value: Tensor = loss(logits, targets, logits.new_full((len(logits),), 1 / max(1, len(logits))))
    return value

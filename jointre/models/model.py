"""The interface of models: units → Batch → Output → loss or documents."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.data.batch import Batch
from jointre.data.candidates import Candidates
from jointre.data.limits import Limits
from jointre.data.pieces import PieceMaker, Pieces
from jointre.data.samplers import Sampler
from jointre.data.schema import Document
from jointre.data.truncate import beginning
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Overlap
from jointre.errors import ConfigError
from jointre.layout import Spans
from jointre.models.backbone import Backbone
from jointre.nn.classifiers import Classifier
from jointre.nn.encoders import Encoder
from jointre.nn.losses import Loss

Mode = Literal["train", "predict", "given"]


class Item(NamedTuple):
    """A unit, tokenised.

    Args:
        number: place in the corpus, which seeds its sampling.
        document: the unit.
        pieces: its pieces.
        visible: the part of the unit that the encoder sees; the unit, unless words were cut.
        index: what the sampler draws from; None where nothing is sampled.
    """

    number: int
    document: Document
    pieces: Pieces
    visible: Document
    index: Any = None


class Preparer(ABC):
    """Turns units into batches; holds no modules and can be pickled to a worker.

    Args:
        make_pieces: the encoder's tokenisation.
        seed: of the sampling; with epoch and index it decides a unit's candidates.
        sampler: of candidates to train on; None: nothing is sampled.

    Attributes:
        max_cells: most padded pairs of pieces of a batch of several units; None: any number.
    """

    max_cells: ClassVar[int | None] = None

    def __init__(self, make_pieces: PieceMaker, seed: int, sampler: Sampler | None = None) -> None:
        self.make_pieces = make_pieces
        self.seed = seed
        self.sampler = sampler

    def item(self, index: int, document: Document) -> Item:
        """Tokenise a unit and index its gold, once for all epochs."""
        pieces = self.make_pieces(document.tokens, f"document {document.id!r}")
        cut = len(document.tokens) - pieces.truncated
        visible = beginning(document, cut) if pieces.truncated else document
        indexed = None if self.sampler is None else self.sampler.index(visible)
        return Item(index, document, pieces, visible, indexed)

    def sampled(self, item: Item, epoch: int) -> Candidates:
        """The candidates that a unit is trained on in an epoch."""
        assert self.sampler is not None
        return self.sampler(item.index, self.rng(epoch, item.number))

    def rng(self, epoch: int, index: int) -> np.random.Generator:
        """The unit's generator in an epoch."""
        return np.random.default_rng((self.seed, epoch, index))

    @abstractmethod
    def __call__(self, items: Sequence[Item], epoch: int = 0) -> Batch:
        """Collate units, with the candidates and targets of the mode."""


class Output:
    """What a model computes for a batch; each model has its own kind."""


class Model(Registrable, nn.Module, ABC, interface="model"):
    """Model: the joint model, built from a config and a vocabulary.

    Owner gives: ``vocabulary``, the labels.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary",)
    unit: ClassVar[Literal["sentence", "document"]]
    vocabulary: Vocabulary
    backbone: Backbone
    entity_classifier: Classifier
    relation_classifier: Classifier

    @property
    def encoder(self) -> Encoder:
        """The encoder, whose configuration and tokenizer an archive keeps."""
        return self.backbone.encoder

    @property
    def limits(self) -> Limits:
        """What annotations the model cannot predict; training reports them."""
        return Limits()

    @property
    def prototypes(self) -> dict[str, Tensor]:
        """One vector a class, of both classifiers: what refiners read."""
        return {
            "entity": self.entity_classifier.prototypes,
            "relation": self.relation_classifier.prototypes,
        }

    @abstractmethod
    def preparer(self, mode: Mode, seed: int = 0) -> Preparer:
        """What makes batches to train on, to predict, or with entities given."""

    @abstractmethod
    def forward(self, batch: Batch) -> Output:
        """Scores of all stages; stages that the batch leaves out are decided here."""

    @abstractmethod
    def losses(self, output: Output, batch: Batch) -> dict[str, Float[Tensor, ""]]:
        """The loss of each task; training minimises their sum."""

    @abstractmethod
    def documents(self, output: Output, batch: Batch, units: Sequence[Document]) -> list[Document]:
        """The units with what was found."""

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

    def kept_spans(self, output: Output) -> Spans | None:
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
        )


def mean_loss(loss: Loss, logits: Float[Tensor, "q c"], targets: Tensor) -> Float[Tensor, ""]:
    """A loss averaged over the candidates; 0 without any."""
    value: Tensor = loss(logits, targets, logits.new_full((len(logits),), 1 / max(1, len(logits))))
    return value

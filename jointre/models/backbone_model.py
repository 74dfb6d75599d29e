"""The base class of models with a backbone and one classifier per task."""

from abc import ABC
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal

from torch import Tensor, nn

from jointre.config import Factory
from jointre.config.bounds import Weight
from jointre.data.context import Context
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Calibration, Overlap
from jointre.decoding.decoder import Decoder
from jointre.models.backbone import Backbone
from jointre.models.fit import Labels, check_context, check_head
from jointre.models.model import Model, OutputT, StagesT, TargetsT
from jointre.models.refinement import Refinement
from jointre.nn.classifiers import Classifier
from jointre.nn.encoders import Encoder
from jointre.nn.initialise import initialise
from jointre.nn.losses import Loss
from jointre.nn.refiners import Refiner

Task = Literal["entity", "relation"]


class TaskWeights:
    """Weights of the losses of the two tasks in their sum.

    Args:
        entity: Weight of the loss of the entity classifier.
        relation: Weight of the loss of the relation classifier.
    """

    def __init__(self, entity: Weight = 1.0, relation: Weight = 1.0) -> None:
        self.entity = entity
        self.relation = relation


class BackboneModel(Model[StagesT, TargetsT, OutputT], ABC):
    """A model of a backbone, an entity classifier and a relation classifier.

    A subclass builds its parts in this order: ``super().__init__``, its losses, a classifier per
    task by :meth:`build_classifier`, then :meth:`finish`.

    Args:
        vocabulary: The labels.
        backbone: Encoder, projection and interaction.
        context: What the encoder reads of a document for one of its sentences.

    Attributes:
        decoder: Decoder, which turns probabilities into mentions and relations.

    Raises:
        ConfigError: The encoder cannot read the context.
    """

    decoder: Decoder
    entity_loss: Loss
    relation_loss: Loss
    entity_classifier: Classifier
    relation_classifier: Classifier

    def __init__(
        self, vocabulary: Vocabulary, backbone: Backbone, context: Context = "sentence"
    ) -> None:
        super().__init__()
        check_context(context, backbone.encoder)
        self.vocabulary = vocabulary.without_names()
        self.backbone = backbone
        self.context = context

    @property
    def encoder(self) -> Encoder:
        """The encoder, whose configuration and tokenizer an archive keeps."""
        return self.backbone.encoder

    @property
    def prototypes(self) -> dict[str, Tensor]:
        """One vector per class of both classifiers, which refiners read."""
        return {
            "entity": self.entity_classifier.prototypes,
            "relation": self.relation_classifier.prototypes,
        }

    def build_classifier(
        self,
        task: Task,
        classifier: Factory[Classifier],
        labels: Labels,
        input_dim: int,
        state_dim: int,
    ) -> Classifier:
        """The classifier of a task, with the logits that its loss needs.

        Args:
            task: The task; its loss must have been built.
            classifier: The classifier with its options.
            labels: How many labels a candidate has in training.
            input_dim: Width of the features of a candidate.
            state_dim: Width of the states.

        Raises:
            ConfigError: The loss does not fit the classifier or the candidates.
        """
        entity = task == "entity"
        loss = self.entity_loss if entity else self.relation_loss
        names = self.vocabulary.entity_labels if entity else self.vocabulary.relation_labels
        built = classifier(
            input_dim=input_dim, state_dim=state_dim, num_logits=loss.num_logits(len(names))
        )
        check_head(task, built, loss, labels)
        return built

    def finish(
        self, parts: Sequence[nn.Module], token_refiners: Sequence[Factory[Refiner]]
    ) -> None:
        """Initialise the parts beside the backbone, then add its refiners.

        Args:
            parts: Modules of the subclass, in the order in which their weights are drawn.
            token_refiners: Refiners of the shared states.
        """
        for part in parts:
            initialise(part, self.encoder.initializer_range)
        self.backbone.refine(token_refiners, self.classifiers)

    @property
    def classifiers(self) -> dict[str, Classifier]:
        """The classifiers by task."""
        return {"entity": self.entity_classifier, "relation": self.relation_classifier}

    def refinement(self, refiners: Sequence[Factory[Refiner]]) -> Refinement:
        """Refiners of rows as wide as the task streams.

        Args:
            refiners: The refiners with their options, in order.
        """
        return Refinement(
            refiners, self.backbone.output_dim, self.classifiers, self.encoder.initializer_range
        )

    def adjust(
        self, threshold: float | Mapping[str, float] | None, overlap: Overlap | None
    ) -> None:
        """Change the decoder's thresholds or its rule for overlaps."""
        self.decoder.adjust(threshold, overlap)

    @property
    def calibration(self) -> Calibration | None:
        """The calibration that the decoder uses."""
        return self.decoder.calibration

    def calibrate(self, calibration: Calibration | None) -> None:
        """Calibrate the decoder."""
        self.decoder.calibrate(calibration)

    def all_relations(self, least: float) -> AbstractContextManager[None]:
        """Accept every relation of at least a probability, while the context lasts."""
        return self.decoder.all_relations(least)

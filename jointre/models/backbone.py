"""Backbone: encoder → word pooler → refiners → projection → interaction, for all models."""

from collections.abc import Mapping, Sequence

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Factory
from jointre.data.batch import EncoderInput
from jointre.models.refinement import Refinement
from jointre.nn.classifiers import Classifier
from jointre.nn.encoders import Encoder
from jointre.nn.initialise import initialise
from jointre.nn.interactions import Interaction
from jointre.nn.projections import TaskProjection
from jointre.nn.refiners import Refiner
from jointre.nn.streams import Streams
from jointre.nn.word_poolers import WordPooler


class Backbone(nn.Module):
    """Makes the task streams of a batch.

    Args:
        encoder: Encoder, which turns pieces into states.
        word_pooler: Pooler that makes one position per word; None: each piece is a position.
        projection: Projection of the shared states to one stream per task.
        interaction: Interaction, through which the task streams read each other.
        parts: Whether a unit is a part of what the encoder reads, so that its summary is made
            its own: [CLS] plus the maximum over the unit's states.

    Shapes:
        EncoderInput → Streams; task streams have width ``output_dim``, the pair map ``pair_dim``.
    """

    def __init__(
        self,
        encoder: Factory[Encoder],
        word_pooler: Factory[WordPooler] | None,
        projection: Factory[TaskProjection],
        interaction: Factory[Interaction],
        parts: bool = False,
    ) -> None:
        super().__init__()
        self.parts = parts
        self.encoder = encoder()
        self.word_pooler = word_pooler() if word_pooler else None
        self.shared_dim = self.encoder.output_dim
        self.projection = projection(input_dim=self.shared_dim)
        self.output_dim = self.projection.output_dim
        self.interaction = interaction(input_dim=self.output_dim)
        self.pair_dim = self.interaction.pair_dim
        self.refinement: Refinement | None = None
        for module in (self.word_pooler, self.projection, self.interaction):
            if module is not None:
                initialise(module, self.encoder.initializer_range)

    def refine(
        self, refiners: Sequence[Factory[Refiner]], classifiers: Mapping[str, Classifier]
    ) -> None:
        """Let refiners change the shared states; they read the classifiers' prototypes."""
        self.refinement = Refinement(
            refiners, self.shared_dim, classifiers, self.encoder.initializer_range
        )

    def forward(
        self, inputs: EncoderInput, prototypes: Mapping[str, Float[Tensor, "_ _"]]
    ) -> Streams:
        """Streams of the batch's units.

        Args:
            inputs: Pieces of the units.
            prototypes: Prototypes of the classifiers by task, which the refiners read.
        """
        stream = self.encoder(inputs.ids, inputs.mask, inputs.window_index, inputs.positions)
        if self.parts:
            stream = stream.of_parts()
        if self.word_pooler is not None:
            stream = self.word_pooler(stream)
        if self.refinement is not None:
            stream = self.refinement.stream(stream, prototypes)
        streams: Streams = self.interaction(self.projection(stream))
        return streams

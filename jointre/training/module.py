"""The LightningModule around any Model."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningModule
from torch import Tensor
from torch.optim import Optimizer
from torch.utils.data import DataLoader, Dataset

from jointre.data.context import places_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.split import Unit, join
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Report
from jointre.models.model import Item, Model
from jointre.models.predict import Prepared, plan, predict_batch
from jointre.models.pruning import SpanRecall
from jointre.training.batches import Step, TrainingBatches, as_it_is, loader
from jointre.training.experiment import TrainingSettings
from jointre.training.step import Updates
from jointre.training.teacher_scores import TeacherScores

CALLBACKS = "jointre_callbacks"
"""Key of the callbacks' state in a checkpoint."""


class DevSet(Dataset[list[Item]]):
    """Dev documents, cut into units and tokenised as for prediction.

    Args:
        documents: Documents with their gold.
        units: The units that the model reads.
        model: The model.
    """

    def __init__(self, documents: Sequence[Document], units: Sequence[Unit], model: Model) -> None:
        self.documents, self.units = documents, units
        self.preparer = model.preparer("predict")
        self._prepared = Prepared(
            model,
            [unit.document for unit in units],
            self.preparer,
            places=places_of(documents, units),
        )
        self.items = self._prepared.items
        self.batches = plan(self.items, self.preparer)

    def predicted(self, predictions: Mapping[int, Document]) -> list[Document]:
        """The documents with their predictions.

        Args:
            predictions: The predicted items, by their numbers.
        """
        return join(self.documents, self.units, self._prepared.united(predictions, SkippedData()))

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, number: int) -> list[Item]:
        return self.batches[number]


class TrainingModule(LightningModule):
    """Training and validation of a model under Lightning's loop.

    Args:
        model: The model to be trained.
        settings: The ``training`` section.
        batches: Batches of the training units.
        dev: Dev data that is scored after every epoch.
        metric: The scoring protocol.
        seed: Random seed; with epoch and number it decides the random choices of a batch.

    Attributes:
        monitor: Dev scores whose sum selects the best epoch.
        updates: The updates of the model.
        teacher: The scores of a teacher that the model is to give as well; None: no teacher.
        recall: Gold mentions of dev that a trained span enumerator keeps, in the last epoch.

    Raises:
        ConfigError: A callback cannot be used with the model.
    """

    def __init__(
        self,
        model: Model,
        settings: TrainingSettings,
        batches: TrainingBatches,
        dev: DevSet,
        metric: Metric,
        seed: int,
    ) -> None:
        super().__init__()
        self.model = model
        self.settings, self.batches, self.dev = settings, batches, dev
        self.metric, self.seed = metric, seed
        default = metric.default_monitor(bool(model.vocabulary.relation_labels))
        self.monitor = settings.monitor or default
        total = math.ceil(len(batches) / settings.accumulate) * settings.epochs
        self.updates = Updates(model, settings, total, fused=settings.precision != "16-mixed")
        self.teacher: TeacherScores | None = None
        self.report: Report | None = None
        self.recall = SpanRecall()
        self._predictions: dict[int, Document] = {}

    def on_fit_start(self) -> None:
        """Set training mode, because pretrained encoders load in evaluation mode."""
        self.model.train()

    def configure_optimizers(self) -> Any:
        """The optimizer, its rate set before every update."""
        return {
            "optimizer": self.updates.optimizer,
            "lr_scheduler": {"scheduler": self.updates.rate, "interval": "step"},
        }

    def configure_gradient_clipping(
        self,
        optimizer: Optimizer,
        gradient_clip_val: int | float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clip by the norm of all gradients; Lightning's own refuses fused ones in bfloat16."""
        self.updates.clip()

    def optimizer_step(
        self, epoch: int, batch_idx: int, optimizer: Any, optimizer_closure: Any = None
    ) -> None:
        """Update the weights, then call the callbacks."""
        super().optimizer_step(epoch, batch_idx, optimizer, optimizer_closure)
        self.updates.after_update()

    def on_train_start(self) -> None:
        """Start the callbacks, where the training begins or continues."""
        self.updates.start(self.trainer.global_step)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Store the state of the callbacks."""
        checkpoint[CALLBACKS] = self.updates.state()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Restore the state of the callbacks, which earlier versions did not store."""
        if CALLBACKS in checkpoint:
            self.updates.restore(checkpoint[CALLBACKS])

    def train_dataloader(self) -> DataLoader[Step]:
        """Batches of the current epoch (the trainer reloads them every epoch)."""
        self.batches.set_epoch(self.current_epoch)
        return loader(self.batches, self.settings.workers)

    def val_dataloader(self) -> DataLoader[list[Item]]:
        """Batches of dev units of similar length."""
        return DataLoader(self.dev, batch_size=None, collate_fn=as_it_is)

    def transfer_batch_to_device(self, batch: Any, device: torch.device, index: int) -> Any:
        """Move training batches; dev batches are prepared on the way."""
        if isinstance(batch, Step):
            return batch._replace(batch=batch.batch.to(device))
        return batch

    def on_train_batch_start(self, batch: Any, number: int) -> None:
        """Call the callbacks before each update, also if the last one has fewer batches."""
        if number % self.settings.accumulate == 0:
            self.updates.before_update()

    def training_step(self, step: Step, number: int) -> Tensor:
        """The sum of the tasks' losses.

        Raises:
            RunError: The loss is not finite.
        """
        # Loaders draw from the generator too, and not equally often in a recovered run, so every
        # batch seeds it.
        seeds = (self.seed, self.current_epoch, number, self.global_rank)
        torch.manual_seed(int(np.random.SeedSequence(seeds).generate_state(1, np.uint64)[0]))
        names = ", ".join(step.documents)
        total = self.updates.loss(
            step.batch,
            f"epoch {self.current_epoch + 1}, batch {number + 1}, documents {names}",
            "The checkpoint of the last finished epoch is kept. Correct these documents and go on "
            "with --recover, or lower training.optimizer.lr or training.gradient_clip and start "
            "again in another directory",
            None if self.teacher is None else self.teacher.scores(step.units, self.device),
        )
        self.log("loss", total.detach(), prog_bar=True, on_step=True, on_epoch=True, batch_size=1)
        return total

    def on_validation_epoch_start(self) -> None:
        """Give the model the weights to be scored, and delete the last epoch's predictions.

        At the end of the epoch, once the model is saved, it gets back the weights to train.
        """
        self.updates.begin_evaluation()
        self._predictions = {}
        self.recall = SpanRecall()

    def validation_step(self, items: list[Item], number: int) -> None:
        """Predict a batch of dev units."""
        documents = predict_batch(self.model, items, self.dev.preparer, [self.recall])
        numbers = (item.number for item in items)
        self._predictions.update(zip(numbers, documents, strict=True))

    def on_validation_epoch_end(self) -> None:
        """Score dev."""
        self.report = self.metric.score(self.dev.documents, self.dev.predicted(self._predictions))
        flat = self.report.flat()
        for name, value in flat.items():
            self.log(name, value, prog_bar=name in self.monitor)

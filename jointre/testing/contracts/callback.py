"""The suite of training callbacks: short trainings of a small model, one of them interrupted."""

import copy
import io
from typing import Any, ClassVar

import torch
from torch import Tensor

from jointre.config import Factory, construct
from jointre.models.model import Model
from jointre.testing.contracts.contract import Contract
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.contracts.model import training_batch
from jointre.testing.tiny import tiny_documents, tiny_vocabulary
from jointre.training.callbacks import TrainingCallback
from jointre.training.optimizers import PlainAdamW
from jointre.training.step import Updates, UpdateSettings

UPDATES = 6  # of a whole training
PER_EPOCH = 2  # updates between two evaluations
STOP = 4  # updates after which the other training is interrupted


class CallbackContract(Contract):
    """The suite of :class:`~jointre.training.callbacks.TrainingCallback`.

    Attributes:
        section: The ``model`` section of the model that the callback acts on, without encoder.
    """

    interface = TrainingCallback
    section: ClassVar[dict[str, Any]] = {
        "type": "span",
        "projection": "identity",
        "interaction": "none",
        "token_refiners": ["memory_flow"],
    }

    def model(self) -> Model:
        """The model in training mode, with weights of a fixed seed and a frozen parameter."""
        encoder = {"type": "transformer", "model_name": str(tiny_folder("bert", 512))}
        section = {"encoder": encoder, **self.section}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model: Model = construct(Factory[Model], section)(vocabulary=tiny_vocabulary())
        model.encoder_parameters()[0].requires_grad_(False)
        return model.train()

    def updates(self, model: Model) -> Updates:
        """The updates of a training with the callback alone."""
        settings = UpdateSettings(Factory(PlainAdamW, lr=0.01))
        settings.callbacks = [self.factory()()]
        return Updates(model, settings, UPDATES)

    def train(self, updates: Updates, end: int, evaluate: bool = True) -> None:
        """Train up to an update, with an evaluation after every epoch or without any."""
        units = [document for document in tiny_documents() if document.tokens]
        while updates.finished < end:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(updates.finished)
                updates.before_update()
                batch = training_batch(updates.model, units, updates.finished)
                updates.loss(batch, "the suite", "").backward()  # type: ignore[no-untyped-call]
                updates.apply()
            if evaluate and updates.finished % PER_EPOCH == 0:
                self.evaluation(updates)

    def evaluation(self, updates: Updates) -> None:
        """Evaluate: the scored weights are finite, and those to train are as before."""
        before = copy.deepcopy(updates.model.state_dict())
        updates.begin_evaluation()
        scored = updates.model.state_dict()
        sound = all(bool(value.isfinite().all()) for value in scored.values())
        assert sound, "before_evaluation leaves weights that are not finite"
        updates.end_evaluation()
        changed = differing(before, updates.model.state_dict())
        assert not changed, f"after_evaluation does not restore {first_of(changed)}"

    def test_evaluation_leaves_training_alone(self) -> None:
        """Evaluations restore every bit; the state dict keeps its names and shapes."""
        model = self.model()
        shapes = {name: value.shape for name, value in model.state_dict().items()}
        frozen = model.encoder_parameters()[0].detach().clone()
        updates = self.updates(model)
        updates.start()
        self.evaluation(updates)
        self.train(updates, UPDATES)
        updates.end()
        after = {name: value.shape for name, value in model.state_dict().items()}
        assert after == shapes, "the state dict changes its names or shapes"
        assert torch.equal(model.encoder_parameters()[0], frozen), "a frozen parameter changes"

    def test_evaluations_do_not_matter(self) -> None:
        """Training with and without evaluations ends with the same weights."""
        results = []
        for evaluate in (True, False):
            model = self.model()
            updates = self.updates(model)
            updates.start()
            self.train(updates, UPDATES, evaluate)
            updates.end()
            results.append(copy.deepcopy(model.state_dict()))
        changed = differing(*results)
        assert not changed, f"evaluations change {first_of(changed)}"

    def test_continues_from_a_checkpoint(self) -> None:
        """A training that was interrupted ends with the same bits as one that was not."""
        whole = self.updates(self.model())
        whole.start()
        self.train(whole, UPDATES)
        whole.end()
        first = self.updates(self.model())
        first.start()
        self.train(first, STOP)
        file = io.BytesIO()
        state = first.model.state_dict(), first.optimizer.state_dict(), first.rate.state_dict()
        torch.save([*state, first.state()], file)
        file.seek(0)
        try:
            weights, optimizer, rate, callbacks = torch.load(file, weights_only=True)
        except Exception as error:
            raise AssertionError(
                f"state_dict must hold tensors, numbers, strings, lists and dicts: {error}"
            ) from error
        second = self.updates(self.model())
        second.model.load_state_dict(weights)
        second.optimizer.load_state_dict(optimizer)
        second.rate.load_state_dict(rate)
        second.restore(callbacks)
        second.start(STOP)
        self.train(second, UPDATES)
        second.end()
        changed = differing(whole.model.state_dict(), second.model.state_dict())
        assert not changed, f"a recovered training ends with other {first_of(changed)}"


def first_of(names: list[str]) -> str:
    """The first few names.

    Args:
        names: Names of parameters and buffers.
    """
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def differing(state: dict[str, Tensor], other: dict[str, Tensor]) -> list[str]:
    """Names of parameters and buffers whose values are not identical.

    Args:
        state: A state dict.
        other: Another one, with the same names.
    """
    return [name for name, value in state.items() if not torch.equal(value, other[name])]

"""The suite of losses."""

import copy
from typing import Any, ClassVar

import torch
from torch import Tensor

from jointre.nn.losses import Loss
from jointre.testing.contracts.compare import devices, same
from jointre.testing.contracts.contract import Contract, gradients_reach
from jointre.testing.contracts.reproducible import gradients_are_reproducible
from jointre.testing.contracts.streams import shape_is

LABELS, ROWS, STEPS = 3, 6, 40
COPIES = 3000  # of the rows: enough numbers for several threads to share the work


class LossContract(Contract):
    """The suite of :class:`~jointre.nn.losses.Loss`.

    Attributes:
        multi_label: Whether targets are multi-hot, with any number of labels; otherwise each
            candidate has one class.
        none_class: Whether class 0 of a single-label loss means no label; otherwise every
            candidate has a label.
        learned_threshold: Whether a multi-label loss needs one more logit, for a threshold.
    """

    interface = Loss
    multi_label: ClassVar[bool] = False
    none_class: ClassVar[bool] = True
    learned_threshold: ClassVar[bool] = False

    def build(self) -> Any:
        """The loss."""
        return self.factory()()

    def sample(self, loss: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of any size (:meth:`logits`), targets and weights of some candidates."""
        generator = torch.Generator().manual_seed(0)
        scores = torch.randn(ROWS, loss.num_logits(LABELS), generator=generator)
        weight = torch.rand(ROWS, generator=generator) + 0.1
        if self.multi_label:
            hot = torch.randint(0, 2, (ROWS, LABELS), generator=generator)
            return scores, hot.float(), weight
        return scores, torch.arange(ROWS) % (LABELS + self.none_class), weight

    def logits(self, loss: Any, scores: Tensor) -> Tensor:
        """The scores, or cosines that grow with them where the loss needs cosines."""
        return scores.tanh() if loss.needs_cosines else scores

    def test_number_of_logits(self) -> None:
        """One logit per label, and one for none or for the threshold where there is one."""
        logits = self.build().num_logits(LABELS)
        extra = self.learned_threshold if self.multi_label else self.none_class
        expected = LABELS + extra
        kind = "multi-label" if self.multi_label else "single-label"
        assert logits == expected, (
            f"a {kind} loss needs {expected} logits for {LABELS} labels, but num_logits is "
            f"{logits}; the suite has multi_label = {self.multi_label} (whether targets are "
            f"multi-hot), none_class = {self.none_class} and learned_threshold = "
            f"{self.learned_threshold}: set them as the loss is"
        )

    def test_scores(self) -> None:
        """Probabilities lie in 0..1, grow with their logit, and sum to 1 if one label is right."""
        loss = self.build()
        values, _, _ = self.sample(loss)
        logits = self.logits(loss, values)
        scores = loss.scores(logits)
        shape_is(scores.labels, (ROWS, LABELS), "scores.labels has one column per label")
        inside = bool(((scores.labels >= 0) & (scores.labels <= 1)).all())
        assert inside, "probabilities must lie in 0..1"
        assert scores.exclusive != self.multi_label, (
            f"scores.exclusive is {scores.exclusive}, but the suite has multi_label = "
            f"{self.multi_label}; exclusive means that a candidate has one label at most"
        )
        assert (scores.threshold is not None) == self.learned_threshold, (
            f"scores.threshold is {scores.threshold}, but the suite has learned_threshold = "
            f"{self.learned_threshold}; it is the probability at which the loss accepts a label"
        )
        raised = values.clone()
        raised[:, -2] += 1
        more = loss.scores(self.logits(loss, raised)).labels[:, -2] > scores.labels[:, -2]
        assert more.all(), "a larger logit must give a larger probability"
        shape_is(loss.scores(logits[:0]).labels, (0, LABELS), "no candidate, no row")

    def test_no_label_has_a_probability(self) -> None:
        """``scores.none`` is there if a candidate may have no label and labels are exclusive."""
        loss = self.build()
        values, _, _ = self.sample(loss)
        scores = loss.scores(self.logits(loss, values))
        expected = self.none_class and not self.multi_label
        assert (scores.none is not None) == expected, (
            f"scores.none must {'be there' if expected else 'be None'}, because the suite has "
            f"multi_label = {self.multi_label} and none_class = {self.none_class}"
        )
        if not self.multi_label:
            total = scores.labels.sum(1) + (0 if scores.none is None else scores.none)
            message = (
                "probabilities must sum to 1, because the suite has multi_label = False (one class "
                "per candidate); set multi_label = True if targets are multi-hot"
            )
            same({"sums": total}, {"sums": torch.ones(ROWS)}, message)

    def test_multi_hot_targets(self) -> None:
        """If a candidate has one class, it is the first of its multi-hot labels, or none."""
        loss = self.build()
        scores, _, weight = self.sample(loss)
        logits = self.logits(loss, scores)
        hot = torch.tensor([[0, 0, 0], [0, 1, 1], [1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 1, 0]])
        if self.multi_label or not self.none_class:
            return
        multi_hot = loss(logits, hot.float(), weight)
        first_label = loss(logits, torch.tensor([0, 2, 1, 3, 1, 2]), weight)
        same(
            {"loss": multi_hot},
            {"loss": first_label},
            "multi-hot targets are not their first label",
        )

    def test_weighted_sum_over_candidates(self) -> None:
        """The loss is a scalar: the sum of weight × the candidate's own loss."""
        loss = self.build()
        scores, targets, weight = self.sample(loss)
        logits = self.logits(loss, scores)
        total = loss(logits, targets, weight)
        shape_is(total, (), "a loss is a scalar")
        unit = torch.ones(1)
        alone = [loss(logits[i : i + 1], targets[i : i + 1], unit) for i in range(ROWS)]
        assert all(value > 0 for value in alone), "the loss of a wrong answer must be positive"
        summed = (torch.stack(alone) * weight).sum()
        same({"loss": total}, {"loss": summed}, "the loss is not the weighted sum over candidates")

    def test_no_candidates(self) -> None:
        """Zero candidates cost zero, and the gradient is defined."""
        loss = self.build()
        logits, targets, weight = self.sample(loss)
        logits = logits[:0].requires_grad_(True)
        total = loss(logits, targets[:0], weight[:0])
        assert not total.detach().any(), f"no candidate must cost 0, not {total.detach()}"
        total.backward()

    def test_right_answers_cost_less(self) -> None:
        """Gradient descent leads to the targets, and large logits give finite gradients."""
        loss = self.build()
        scores, targets, weight = self.sample(loss)
        for scale in (1.0, 1000.0):
            moving = (scale * scores).requires_grad_(True)
            value = loss(self.logits(loss, moving), targets, weight)
            value.backward()
            assert value.isfinite(), f"the loss is not finite for logits of size {scale:.0f}"
            finite = moving.grad is not None and bool(moving.grad.isfinite().all())
            assert finite, f"the gradient is not finite for logits of size {scale:.0f}"
        moving = scores.clone()
        for _ in range(STEPS):
            moving.requires_grad_(True)
            value = loss(self.logits(loss, moving), targets, weight)
            (slope,) = torch.autograd.grad(value, moving)
            moving = (moving - 0.2 * slope.sign()).detach()
        scores = loss.scores(self.logits(loss, moving))
        probabilities = scores.labels
        if scores.none is not None:
            probabilities = torch.cat([scores.none[:, None], probabilities], 1)
        if self.multi_label:
            correct = (probabilities > 0.5) == (targets > 0.5)
        else:
            correct = probabilities.argmax(1) == targets
        assert correct.all(), "gradient steps do not lead to the targets"

    def test_gradient_is_reproducible_on_two_threads(self) -> None:
        """Repeated backward passes over many candidates give identical gradients."""
        loss = self.build()
        scores, targets, weight = (
            values.repeat(COPIES, *[1] * (values.ndim - 1)) for values in self.sample(loss)
        )
        logits = self.logits(loss, scores).requires_grad_(True)
        gradients_are_reproducible(loss(logits, targets, weight), [logits, *loss.parameters()])

    def test_input_stays_as_it_is(self) -> None:
        """Neither the loss nor the probabilities change anything in place."""
        loss = self.build()
        scores, targets, weight = self.sample(loss)
        arguments = {"logits": self.logits(loss, scores), "targets": targets, "weight": weight}
        before = copy.deepcopy(arguments)
        loss(*arguments.values())
        loss.scores(arguments["logits"])
        same(arguments, before, "the input is changed in place", 0.0)

    def test_evaluates_alike(self) -> None:
        """Two calls give the same, in training and in evaluation."""
        loss = self.build()
        scores, targets, weight = self.sample(loss)
        logits = self.logits(loss, scores)
        results = []
        for training in (True, True, False):
            loss.train(training)
            value, probabilities = loss(logits, targets, weight), loss.scores(logits).labels
            results.append({"loss": value, "probabilities": probabilities})
        same(results[1], results[0], "two calls on the same input differ", 0.0)
        same(results[2], results[0], "training mode differs from evaluation mode", 0.0)

    def test_every_parameter_learns_and_is_saved(self) -> None:
        """A gradient reaches every trainable parameter, and the state dict is complete."""
        loss, other = self.build(), self.build()
        scores, targets, weight = self.sample(loss)
        logits = self.logits(loss, scores).requires_grad_(True)
        value = loss(logits, targets, weight)
        value.backward()
        gradients_reach(loss)
        other.load_state_dict(loss.state_dict())
        wrong = "the state dict does not hold all that the loss depends on"
        same({"loss": other(logits, targets, weight)}, {"loss": value}, wrong)

    def test_float32_on_every_device(self) -> None:
        """The loss follows its input to every device here."""
        scores, targets, weight = self.sample(self.build())
        logits = self.logits(self.build(), scores)
        expected = self.build()(logits, targets, weight)
        for device in devices():
            loss = self.build().to(device)
            value = loss(logits.to(device), targets.to(device), weight.to(device))
            assert value.dtype == torch.float32, f"the loss is {value.dtype} on {device}"
            same({"loss": value.cpu()}, {"loss": expected}, f"{device} computes something else")

    def test_mixed_precision_is_finite(self) -> None:
        """Logits of mixed precision overflow nowhere."""
        loss = self.build()
        scores, targets, weight = self.sample(loss)
        for half in (torch.bfloat16, torch.float16):
            logits = self.logits(loss, 100 * scores).to(half).float()
            name = str(half).removeprefix("torch.")
            try:
                with torch.autocast("cpu", half):
                    value = loss(logits, targets, weight)
            except RuntimeError as error:
                raise AssertionError(f"mixed precision fails in {name}: {error}") from error
            assert value.isfinite(), f"the loss is not finite in {name}"

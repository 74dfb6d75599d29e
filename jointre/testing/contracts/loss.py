"""The suite of losses."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from jointre.nn.losses import Loss
from jointre.testing.contracts.contract import Contract, devices, same
from jointre.testing.contracts.streams import shape_is

LABELS, ROWS, STEPS = 3, 6, 40


class LossContract(Contract):
    """The suite of :class:`~jointre.nn.losses.Loss`.

    Attributes:
        multi_label: targets are multi-hot, any number of labels; else one class each, 0 is
            none.
    """

    interface = Loss
    multi_label: ClassVar[bool] = False

    def build(self) -> Any:
        """The loss."""
        return self.factory()()

    def sample(self, loss: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, targets and weights of some candidates."""
        generator = torch.Generator().manual_seed(0)
        logits = torch.randn(ROWS, loss.num_logits(LABELS), generator=generator)
        weight = torch.rand(ROWS, generator=generator) + 0.1
        if self.multi_label:
            hot = torch.randint(0, 2, (ROWS, LABELS), generator=generator)
            return logits, hot.float(), weight
        return logits, torch.arange(ROWS) % (LABELS + 1), weight

    def test_number_of_logits(self) -> None:
        """One logit a label, and one for none where a candidate has one class."""
        logits = self.build().num_logits(LABELS)
        wanted = LABELS if self.multi_label else LABELS + 1
        kind = "multi-label" if self.multi_label else "single-label"
        assert logits == wanted, f"a {kind} loss needs {wanted} logits for {LABELS} labels"

    def test_probabilities(self) -> None:
        """They lie in 0..1, grow with their logit, and sum to 1 where one class is right."""
        loss = self.build()
        logits, _, _ = self.sample(loss)
        probabilities = loss.probabilities(logits)
        shape_is(probabilities, logits.shape, "one probability a logit")
        inside = bool(((probabilities >= 0) & (probabilities <= 1)).all())
        assert inside, "probabilities must lie in 0..1"
        if not self.multi_label:
            ones = torch.ones(ROWS)
            same({"sums": probabilities.sum(1)}, {"sums": ones}, "probabilities must sum to 1")
        raised = logits.clone()
        raised[:, 1] += 1
        more = loss.probabilities(raised)[:, 1] > probabilities[:, 1]
        assert more.all(), "a larger logit must give a larger probability"
        shape_is(loss.probabilities(logits[:0]), (0, logits.shape[1]), "no candidate, no row")

    def test_weighted_sum_over_candidates(self) -> None:
        """The loss is a scalar: the sum of weight × the candidate's own loss."""
        loss = self.build()
        logits, targets, weight = self.sample(loss)
        total = loss(logits, targets, weight)
        shape_is(total, (), "a loss is a scalar")
        one = torch.ones(1)
        alone = [loss(logits[i : i + 1], targets[i : i + 1], one) for i in range(ROWS)]
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
        """Steps against the gradient lead to the targets, from far away too."""
        loss = self.build()
        logits, targets, weight = self.sample(loss)
        for scale in (1.0, 1000.0):
            moving = (scale * logits).requires_grad_(True)
            value = loss(moving, targets, weight)
            value.backward()
            assert value.isfinite(), f"the loss is not finite for logits of size {scale:.0f}"
            assert moving.grad is not None and moving.grad.isfinite().all(), (  # noqa: PT018
                f"the gradient is not finite for logits of size {scale:.0f}"
            )
        moving = logits.clone()
        for _ in range(STEPS):
            moving.requires_grad_(True)
            (slope,) = torch.autograd.grad(loss(moving, targets, weight), moving)
            moving = (moving - 5 * slope).detach()
        found = loss.probabilities(moving)
        right = (found > 0.5) == (targets > 0.5) if self.multi_label else found.argmax(1) == targets
        assert right.all(), "gradient steps do not lead to the targets"

    def test_float32_on_every_device(self) -> None:
        """The loss follows its input to every device here."""
        expected = self.build()(*self.sample(self.build()))
        for device in devices():
            loss = self.build().to(device)
            value = loss(*(tensor.to(device) for tensor in self.sample(loss)))
            assert value.dtype == torch.float32, f"the loss is {value.dtype} on {device}"
            same({"loss": value.cpu()}, {"loss": expected}, f"{device} computes something else")

    def test_bfloat16_logits_give_a_finite_loss(self) -> None:
        """Logits of mixed precision overflow nowhere."""
        loss = self.build()
        logits, targets, weight = self.sample(loss)
        with torch.autocast("cpu", torch.bfloat16):
            value = loss((100 * logits).bfloat16().float(), targets, weight)
        assert value.isfinite(), "the loss is not finite under bfloat16 autocast"

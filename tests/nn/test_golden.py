"""The components together give the values of the published modules (SINET §3.11)."""

import pytest
import torch

from jointre.nn.classifiers import LinearClassifier
from jointre.nn.interactions import CrossTaskAttention
from jointre.nn.losses import BinaryLoss, SoftmaxLoss
from jointre.nn.pair_encoders import Arguments, BetweenContext
from jointre.nn.projections import LinearProjection
from jointre.nn.span_poolers import MaxSpanPooler
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Stream, Streams
from jointre.positions import Role
from tests.nn import golden
from tests.nn.golden import TOLERANCE, fill


def streams(padding: int = 0, mask_padding: bool = True) -> tuple[CrossTaskAttention, Streams]:
    """The golden example's streams before the interaction, and the interaction."""
    states = torch.cat([fill((1, 6, 4), 0), fill((1, padding, 4), 20)], 1)
    projection = LinearProjection(input_dim=4)
    golden.set_weights(
        projection, {"tasks.0.weight": fill((4, 4), 1), "tasks.1.weight": fill((4, 4), 2)}
    )
    ctam = CrossTaskAttention(input_dim=4, heads=2, mask_padding=mask_padding).eval()
    golden.set_weights(ctam.stacks[0][0], golden.CTAM_WEIGHTS)
    return ctam, projection(Stream.of(states, golden.positions(padding)))


def test_summaries() -> None:
    ctam, before = streams()
    after = ctam(before)
    torch.testing.assert_close(after.entity.summary, golden.ENTITY_SUMMARY, **TOLERANCE)
    torch.testing.assert_close(after.relation.summary, golden.RELATION_SUMMARY, **TOLERANCE)
    assert after.entity.states is before.entity.states


def test_attention_is_read_by_a_hook() -> None:
    ctam, before = streams()
    seen: list[torch.Tensor] = []
    ctam.stacks[0][0].softmax.register_forward_hook(lambda m, i, output: seen.append(output))
    ctam(before)
    entity = seen[0][0]
    assert entity[:, 0].tolist() == [0.0, 0.0]  # [CLS] of the other stream is no key
    torch.testing.assert_close(entity[:, 1:], golden.ATTENTION, **TOLERANCE)


@pytest.mark.parametrize("mask_padding", [True, False])
def test_padding(mask_padding: bool) -> None:
    ctam, before = streams(padding=2, mask_padding=mask_padding)
    assert (before.shared.positions.roles == Role.PAD).sum() == 2
    expected = golden.ENTITY_SUMMARY if mask_padding else golden.UNMASKED_ENTITY_SUMMARY
    torch.testing.assert_close(ctam(before).entity.summary, expected, **TOLERANCE)


@pytest.mark.parametrize("training", [True, False])
def test_logits_and_losses(training: bool) -> None:
    ctam, before = streams()
    after = ctam(before)
    spans = golden.spans()
    pooler = MaxSpanPooler(4)
    widths = FeatureBlock(fill((100, 2), 14), spans.width)
    entity = LinearClassifier(input_dim=10, state_dim=4, num_logits=3, dropout=0.0).train(training)
    weights = {"linear.weight": fill((3, 10), 10), "linear.bias": fill((3,), 11)}
    golden.set_weights(entity, weights)
    rows = pooler(after.entity.states, spans.ranges(golden.positions()))
    entity_logits = entity(
        [FeatureBlock(after.entity.summary, spans.unit), FeatureBlock(rows), widths]
    )
    torch.testing.assert_close(entity_logits, golden.ENTITY_LOGITS, **TOLERANCE)

    encode = BetweenContext(shared_dim=4, summary_dim=4, span_dim=4, width_dim=2, type_dim=0)
    relation = LinearClassifier(encode.output_dim, state_dim=4, num_logits=2, dropout=0.0)
    weights = {"linear.weight": fill((2, 20), 12), "linear.bias": fill((2,), 13)}
    golden.set_weights(relation, weights)
    rows = pooler(after.relation.states, spans.ranges(golden.positions()))
    no_types = FeatureBlock(rows.new_zeros(len(rows), 0))
    sentences = torch.zeros_like(spans.unit)
    summaries = FeatureBlock(after.relation.summary, spans.unit)
    arguments = Arguments.of_mentions(spans, rows, widths, no_types, sentences, summaries)
    blocks = encode(after, arguments, golden.PAIRS)
    relation_logits = relation.train(training)(blocks)
    torch.testing.assert_close(relation_logits, golden.RELATION_LOGITS, **TOLERANCE)

    losses = [
        SoftmaxLoss()(entity_logits, golden.ENTITY_TARGETS, torch.full((6,), 1 / 6)),
        BinaryLoss()(relation_logits, golden.RELATION_TARGETS, torch.full((4,), 1 / 4)),
    ]
    expected = torch.tensor([golden.LOSSES["entity"], golden.LOSSES["relation"]])
    torch.testing.assert_close(torch.stack(losses).detach(), expected, **TOLERANCE)
    assert torch.stack(losses).detach().sum().item() == pytest.approx(
        golden.LOSSES["sum"], abs=2e-6
    )

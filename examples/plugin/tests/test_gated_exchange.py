"""The exchange passes the suite, and adds what it says."""

import torch
from jointre_example.gated_exchange import GatedExchange

from jointre.testing.contracts import InteractionContract
from jointre.testing.contracts.inputs import streams_of


class TestGatedExchange(InteractionContract):
    component = {"type": "gated_exchange", "dropout": 0.2}


class TestWithoutSpecialTokens(InteractionContract):
    component = "gated_exchange"
    special_tokens = False


def test_a_closed_gate_changes_nothing_and_an_open_one_adds_the_other_task() -> None:
    streams = streams_of([0, 2], 4, 4)
    module = GatedExchange(4, dropout=0.0)
    for gate in (module.entity, module.relation):
        torch.nn.init.eye_(gate.value.weight)
        torch.nn.init.zeros_(gate.gate.weight)
    for bias, share in ((-100.0, 0.0), (100.0, 1.0)):
        for gate in (module.entity, module.relation):
            torch.nn.init.constant_(gate.gate.bias, bias)
        found = module(streams)
        expected = streams.entity.states + share * streams.relation.states
        torch.testing.assert_close(found.entity.states, expected)
        torch.testing.assert_close(found.entity.summary, expected[:, 0])

"""Of several relations that reach their threshold, a pair keeps the most probable one."""

import torch

from jointre.config import Factory, construct
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Decoder
from jointre.nn.losses import LabelScores


def test_one_relation_per_pair() -> None:
    factory = construct(
        Factory[Decoder], {"type": "one_relation", "relation_threshold": {"in": 0.5, "of": 0.6}}
    )
    decoder = factory(vocabulary=Vocabulary(("Place",), ("in", "of")))
    scores = LabelScores(
        torch.tensor([[0.7, 0.9], [0.7, 0.2], [0.1, 0.2], [0.52, 0.55]]), None, exclusive=False
    )
    found = decoder.find_relations(scores)
    assert torch.stack([found.rows, found.labels], 1).tolist() == [[0, 1], [1, 0]]
    torch.testing.assert_close(found.probabilities, torch.tensor([0.9, 0.7]))

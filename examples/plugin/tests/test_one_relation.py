"""Of several relations that reach their threshold, a pair keeps the most probable one."""

import torch
from jointre_example.one_relation import OneRelationDecoder

from jointre.config import Factory
from jointre.data.vocabulary import Vocabulary
from jointre.nn.losses import LabelScores


def test_one_relation_per_pair() -> None:
    factory = Factory(OneRelationDecoder, relation_threshold={"in": 0.5, "of": 0.6})
    decoder = factory(vocabulary=Vocabulary(("Place",), ("in", "of")))
    scores = LabelScores(
        torch.tensor([[0.7, 0.9], [0.7, 0.2], [0.1, 0.2], [0.52, 0.55]]), None, exclusive=False
    )
    found = decoder.find_relations(scores)
    assert torch.stack([found.rows, found.labels], 1).tolist() == [[0, 1], [1, 0]]
    torch.testing.assert_close(found.probabilities, torch.tensor([0.9, 0.7]))

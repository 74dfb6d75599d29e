"""The table model against its published form: the most memory that tensors take at once."""

from typing import Literal

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from jointre.config import Factory, construct
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.models import Model
from jointre.models.table import TableModel
from jointre.testing.tiny import tiny_encoder, tiny_vocabulary
from tests.models.prepared import stages_of, training_batch
from tests.naive import table_model as naive
from tests.tiny_runs import table_model

WORDS = ["Ada", "Bob", "left", "in", "Rome"]  # one piece each
WIDTH, CHANNELS, LAYERS = 384, 128, 3  # of a small encoder, and as published
Work = Literal["predict", "score", "train"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TableModel:
    folder = tmp_path_factory.mktemp("encoder")
    encoder = tiny_encoder(folder, WORDS, hidden=WIDTH, layers=1, heads=4)
    interaction = {"type": "conv_co_attention", "layers": LAYERS, "channels": CHANNELS}
    config = table_model(encoder, interaction=interaction | {"dropout": 0.0})
    torch.manual_seed(0)
    made = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    assert isinstance(made, TableModel)
    return made.eval()


@pytest.mark.parametrize("work", ["predict", "score", "train"])
def test_a_quarter_of_the_published_form(model: TableModel, work: Work) -> None:
    """A sentence of a hundred words: predicted, all its cells scored, a training step."""
    published, ours = peak(model, work, published=True), peak(model, work, published=False)
    cells, columns = 102**2, 2 * WIDTH + CHANNELS
    assert published > 4 * cells * columns  # the features of all cells, in full
    assert ours <= 0.25 * published, f"{ours / 2**20:.1f} of {published / 2**20:.1f} MiB"


def peak(model: TableModel, work: Work, published: bool) -> int:
    """Most bytes of all tensors that are made, weights and gradients of weights left out."""
    run(model, sentence(5), work, published)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        run(model, sentence(100), work, published)
    changes = [
        (event.start_ns(), event.nbytes())
        for event in seen.profiler.kineto_results.events()
        if event.name() == "[memory]"
    ]
    held = highest = 0
    for _, size in sorted(changes, key=lambda change: change[0]):
        held += size
        highest = max(highest, held)
    return highest


def sentence(length: int) -> Document:
    entities = tuple(Entity("Peop", (Span(i, i + 1),)) for i in range(0, length, 4))
    tokens = tuple((WORDS * length)[:length])
    return Document("d", tokens, entities=entities, relations=(Relation("Spouse", 0, 1),))


def run(model: TableModel, document: Document, work: Work, published: bool) -> None:
    """The published form always scores all cells; ours leaves out what cannot be gold."""
    if work != "train":
        whole = published or work != "predict"
        stages = stages_of(model, "train" if whole else "predict", [document])
        with torch.inference_mode():
            naive.tables(model, stages) if published else model(stages)
        return
    batch = training_batch(model, [document])
    if published:
        tables = naive.tables(model, batch.stages)
        losses = naive.losses(model, tables, [document], batch.stages.inputs.positions)
    else:
        losses = tuple(model.losses(model(batch.stages), batch.targets).values())
    torch.stack(list(losses)).sum().backward()

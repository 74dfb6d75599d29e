import time
from copy import deepcopy
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.analysis import efficiency
from jointre.analysis.efficiency import (
    compare,
    context_cost,
    encode,
    heads,
    items_of,
    prediction,
    training_step,
)
from jointre.data.schema import Document, Span
from jointre.formats import Reader
from jointre.inference.predictor import Predictor
from jointre.models import Model, archive


@pytest.fixture(scope="module")
def model(tiny_run: Path) -> Model:
    return archive.load(tiny_run).model


@pytest.fixture(scope="module")
def documents(tiny_data: Path) -> list[Document]:
    return list(Reader.by_name("jsonl")().read(tiny_data / "dev.jsonl"))


def test_compare_takes_the_median_of_the_runs_ratios() -> None:
    waits = iter([9.0, 9.0, 0.03, 0.01, 0.02, 0.02, 0.01, 0.02])
    clock = [0.0]

    def work() -> None:
        clock[0] += next(waits)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "perf_counter", lambda: clock[0])
        found = compare("work", work, work, runs=3)
    assert found.to_dict() == {
        "name": "work",
        "value": pytest.approx(0.02),
        "unit": "s",
        "baseline": pytest.approx(0.02),
        "ratio": pytest.approx(1.0),
        "runs": 3,
    }


@pytest.mark.parametrize("half", [False, True])
def test_prediction_runs_everything_against_the_encoder_alone(
    model: Model, documents: list[Document], half: bool
) -> None:
    calls = {"model": 0, "encoder": 0}
    hooks = [
        model.register_forward_hook(lambda *a: calls.update(model=calls["model"] + 1)),
        model.encoder.register_forward_hook(lambda *a: calls.update(encoder=calls["encoder"] + 1)),
    ]
    found = prediction(model, documents, max_units=4, max_pieces=4096, runs=1, half=half)
    for hook in hooks:
        hook.remove()
    assert calls["encoder"] > calls["model"]
    assert found.name.startswith("predict in bfloat16" if half else "predict, at most 4 units")
    assert found.value > 0
    assert found.baseline > 0
    assert next(model.encoder.parameters()).dtype == torch.float32


def test_a_training_step_updates_nothing_that_shows(
    model: Model, documents: list[Document]
) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = training_step(model, documents, batch_size=2, steps=2, runs=1)
    assert found.name == "training step, 2 units per batch"
    assert not model.training
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name], atol=1e-5, rtol=0)


def test_heads_replay_the_encoder(model: Model, documents: list[Document]) -> None:
    seen: list[object] = []
    hook = model.register_forward_hook(lambda m, i, output: seen.append(output))
    found = heads(model, documents, words=6, runs=1)
    hook.remove()
    assert found.name == "heads, sentences of 6 words"
    assert len(seen) == 2
    assert "forward" not in vars(model.encoder)  # the real encoder is back
    preparer = model.preparer("predict")
    batch = preparer([preparer.item(0, documents[0])])
    assert encode(model, batch.inputs).states.shape[0] == 1


def test_spacys_pipe_reads_the_same_texts_as_the_predictor(
    tiny_run: Path, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    predict = Predictor.documents

    def counted(self: Predictor, read: list[Document], **options: Any) -> list[Document]:
        seen.append(sum(len(one.tokens) for one in read))
        return predict(self, read, **options)

    monkeypatch.setattr(Predictor, "documents", counted)
    found = efficiency.spacy_pipe(tiny_run, documents[:2], count=3, runs=1)
    assert (found.name, found.unit, found.runs) == ("spacy_pipe", "s", 1)
    assert len(seen) == 4
    assert len(set(seen)) == 1


def test_context_is_compared_with_sentences_alone(model: Model, documents: list[Document]) -> None:
    """Both prepare the same sentences; with context the encoder reads each document once."""
    reader = deepcopy(model)
    reader.context = "document"
    tokens = [token for document in documents[:3] for token in document.tokens]
    ends = [0, *accumulate(len(document.tokens) for document in documents[:3])]
    sentences = tuple(Span(*pair) for pair in pairwise(ends))
    joined = Document("joined", tuple(tokens), sentences=sentences)
    windows: list[int] = []
    hook = reader.encoder.register_forward_hook(
        lambda module, inputs, output: windows.append(len(inputs[0]))
    )
    found = context_cost(reader, [joined], max_units=8, max_pieces=4096, runs=1)
    hook.remove()
    assert [measure.name for measure in found] == [
        f"{kind}, context='document' against 'sentence', at most 8 units per batch"
        for kind in ("encoder", "predict")
    ]
    assert windows == [1, 3] * 4
    assert all(measure.value > 0 and measure.baseline > 0 for measure in found)
    assert len(items_of([joined], reader, reader.preparer())) == 3

"""The document model on long documents, in few pairs at a time, and in half precision."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import jointre.models.document
import jointre.nn.pair_encoders.multi_instance
from jointre.data.schema import Document, Span
from jointre.errors import DataError
from jointre.models import archive
from jointre.models.predict import predict
from jointre.testing.tiny import tiny_encoder, tiny_words
from tests.models.test_document import UNITS, build, keep_some, logits, run
from tests.tiny_runs import document_model

WORDS = ["Ada", "Bob", "left", "in", "Rome", "and", "for", "the"]  # one piece each


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"), tiny_words(), layers=1, hidden=16)


def test_windows_and_more_positions(tmp_path: Path) -> None:
    """Long documents in windows, or at once; then a still longer one is refused by name."""
    folder = tiny_encoder(tmp_path / "encoder", tiny_words(), layers=1, hidden=16, positions=12)
    base = {"type": "transformer", "model_name": str(folder), "special_tokens": False}
    windows = build(folder, encoder=base | {"stride": 4})
    more = base | {"long_inputs": "extend", "max_length": 40}
    extend = build(folder, encoder=more)
    preparers = windows.training_preparer(), extend.training_preparer()
    sizes = []
    for model, preparer in zip((windows, extend), preparers, strict=True):
        batch = preparer([preparer.item(0, UNITS[0])])
        sizes.append(tuple(batch.stages.inputs.ids.shape))
        assert all(
            loss.isfinite() for loss in model.losses(model(batch.stages), batch.targets).values()
        )
        (found,) = predict(model, UNITS[:1], model.preparer("predict"))
        assert (found.tokens, found.flags) == (UNITS[0].tokens, ())
    assert sizes[0][0] > 1
    assert sizes[0][1] <= 12
    assert sizes[1][0] == 1
    assert 12 < sizes[1][1] <= 40
    archive.save(extend, document_model(folder, encoder=more), tmp_path / "a")
    again = archive.load(tmp_path / "a").model
    given = [run(model, "given", UNITS[:1]) for model in (extend, again)]  # type: ignore[arg-type]
    assert torch.equal(given[0].relation_logits, given[1].relation_logits)
    long = Document("long", ("Rome",) * 41)
    with pytest.raises(DataError, match="document 'long' has 41 pieces, but the encoder was given"):
        predict(extend, [long], extend.preparer("predict"))


def test_three_thousand_words(encoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in windows; few pairs at a time or all at once, it is the same."""
    model = build(encoder)
    sentences = tuple(Span(start, start + 20) for start in range(0, 3000, 20))
    long = Document("long", tuple((WORDS * 375)[:3000]), sentences=sentences)
    keep_some(model, [long], 90)
    encode, sizes = model.pair_encoder.forward, list[int]()

    def counted(streams: Any, arguments: Any, pairs: Tensor) -> Any:
        sizes.append(len(pairs))
        return encode(streams, arguments, pairs)

    monkeypatch.setattr(model.pair_encoder, "forward", counted)
    found = []
    for limit in (1 << 30, 1000, 77):
        monkeypatch.setattr(jointre.models.document, "PAIRS_AT_ONCE", limit)
        monkeypatch.setattr(jointre.nn.pair_encoders.multi_instance, "INSTANCES_AT_ONCE", limit)
        sizes.clear()
        with torch.inference_mode():
            found.append(run(model, "predict", [long]))
        assert sum(sizes) == len(found[-1].pairs) > 1000
        assert max(sizes) <= limit
    assert len(found[0].spans) == 150 * (20 + 19 + 18 + 17)
    assert 90 <= len(found[0].mention_rows) < 100  # some have the same probability
    for other in found[1:]:
        for one, two in zip(logits(found[0]), logits(other), strict=True):
            torch.testing.assert_close(two, one, atol=1e-5, rtol=0)
    (document,) = predict(model, [long], model.preparer("predict"))
    assert (document.tokens, document.flags) == (long.tokens, ())
    assert sum(len(entity.mentions) for entity in document.entities) == len(found[0].mention_rows)


@pytest.mark.parametrize("options", [{}, {"pair_encoder": "global", "coreference": "cosine"}])
def test_mixed_precision(encoder: Path, options: dict[str, Any]) -> None:
    """Losses, gradients and predictions in bfloat16 are near those in float32."""
    model = build(encoder, **options)
    keep_some(model, UNITS, 40)
    preparer = model.training_preparer()
    batch = preparer([preparer.item(i, each) for i, each in enumerate(UNITS)])
    exact = model.losses(model(batch.stages), batch.targets)
    with torch.autocast("cpu", torch.bfloat16):
        losses = model.losses(model(batch.stages), batch.targets)
        found = predict(model, UNITS, model.preparer("predict"))
    for name, loss in exact.items():
        torch.testing.assert_close(losses[name].float(), loss, atol=0, rtol=0.02)
    torch.stack(list(losses.values())).sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
    assert sum(len(entity.mentions) for d in found for entity in d.entities) > 10

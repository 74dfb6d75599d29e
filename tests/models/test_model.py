import pickle
from dataclasses import replace
from pathlib import Path

import torch

from jointre.data.limits import Limits
from jointre.data.schema import Document
from jointre.models import archive
from jointre.models.document import DocumentModel


def test_preparers_can_be_sent_to_workers(tiny_run: Path) -> None:
    model = archive.load(tiny_run).model
    for entities in ("predict", "given"):
        preparer = model.preparer(entities)
        copy = pickle.loads(pickle.dumps(preparer))
        item = copy.item(4, Document("d", ("Ingrid", "left")))
        assert (item.number, item.index) == (4, None)
        assert item.visible is item.document
        assert torch.equal(copy([item]).inputs.ids, preparer([item]).inputs.ids)
    training = model.training_preparer(3)
    copied = pickle.loads(pickle.dumps(training))
    item = copied.item(4, Document("d", ("Ingrid", "left")))
    assert item.index is item.visible
    same = copied([item], 1).stages.spans.start, training([item], 1).stages.spans.start
    assert torch.equal(*same)
    assert copied.rng(1, 2).integers(1000) == training.rng(1, 2).integers(1000)
    assert copied.rng(1, 2).integers(1000) != training.rng(2, 1).integers(1000)


def test_limits_of_the_models(
    tiny_run: Path, overfitted_table: Path, overfitted_documents: Path
) -> None:
    span = archive.load(tiny_run).model.limits
    assert span.span_enumerator is not None
    assert span.span_enumerator.max_width == 5
    assert replace(span, span_enumerator=None) == Limits(one_label=True, distinct_arguments=True)
    assert archive.load(overfitted_table).model.limits == Limits(distinct_starts=True)
    document = archive.load(overfitted_documents).model
    assert isinstance(document, DocumentModel)
    assert document.limits.span_enumerator is document.span_enumerator
    assert document.limits == Limits(
        span_enumerator=document.span_enumerator,
        one_entity=True,
        inside_sentences=True,
        distinct_arguments=True,
        clusters=False,
    )

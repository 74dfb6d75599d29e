"""Predict annotated documents and score the predictions."""

from collections.abc import Callable, Sequence

from jointre.data.context import places_of
from jointre.data.schema import Document
from jointre.data.split import join, split
from jointre.data.vocabulary import Vocabulary
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Report
from jointre.models.model import Model
from jointre.models.predict import BatchObserver, Entities, predict
from jointre.plurals import counted


def unknown_labels(vocabulary: Vocabulary, documents: Sequence[Document]) -> list[str]:
    """One line for each gold label that a model cannot predict.

    Args:
        vocabulary: The labels of the model.
        documents: Annotated documents.
    """
    return [
        f"{counted(count, f'{kind} with label {label!r}')}, which the model does not know: counted "
        "as missed"
        for kind, labels in vocabulary.unknown_labels(documents).items()
        for label, count in labels.items()
    ]


def evaluate(
    model: Model,
    documents: Sequence[Document],
    metric: Metric,
    progress: Callable[[int], None] = lambda units: None,
    entities: Entities = "predict",
    observers: Sequence[BatchObserver] = (),
) -> tuple[Report, list[Document]]:
    """Predict annotated documents; the result is the report and the predicted documents.

    Args:
        model: The model, in evaluation mode.
        documents: Annotated documents.
        metric: The scoring protocol.
        progress: Called with the number of units of each finished batch.
        entities: Whether to predict the entities, or to use the gold entities, so that only
            relations are measured.
        observers: Functions that read the output of each batch before it is decoded.
    """
    units = split(documents, model.unit)
    preparer = model.preparer(entities)
    predictions = predict(
        model,
        [unit.document for unit in units],
        preparer,
        places=places_of(documents, units),
        entities=entities,
        observers=observers,
        progress=progress,
    )
    predicted = join(documents, units, predictions)
    return metric.score(documents, predicted), predicted

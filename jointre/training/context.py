"""Context beyond the sentence in training: whether a corpus has any."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jointre.config import Factory, construct
from jointre.data.context import single_sentences
from jointre.data.schema import Document
from jointre.models import Model


def without_idle_context(
    model: Factory[Model],
    section: Mapping[str, Any],
    documents: Sequence[Document],
    log: Callable[[str], None],
) -> tuple[Factory[Model], Mapping[str, Any]]:
    """The model to train and its config; where no document has context, one that reads none.

    A model that was trained on single sentences has never seen the words around a sentence, so
    its archive says that it reads sentences alone.

    Args:
        model: The model of the experiment.
        section: Its resolved config.
        documents: The training documents.
        log: Called with a line if the experiment asks for context and the documents have none.
    """
    context = section.get("context", "sentence")
    if context == "sentence" or not single_sentences(documents):
        return model, section
    log(
        f"train: every document is a single sentence, so model.context={context!r} has no effect: "
        "the model is trained, and will predict, as with 'sentence'. Give the reader documents "
        "of several sentences, or leave model.context out"
    )
    alone = {**section, "context": "sentence"}
    made: Factory[Model] = construct(Factory[Model], alone, "model")
    return made, alone

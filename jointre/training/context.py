"""Options for more than a sentence in training: whether a corpus has anything for them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jointre.config import Factory, construct
from jointre.data.context import single_sentences
from jointre.data.schema import Document
from jointre.models import Model

BEYOND = ("context", "pairs")
"""Options of models that name what is read or paired beyond the sentence."""


def without_idle_context(
    model: Factory[Model],
    section: Mapping[str, Any],
    documents: Sequence[Document],
    log: Callable[[str], None],
) -> tuple[Factory[Model], Mapping[str, Any]]:
    """The model to train and its config, with the sentence alone where no document has more.

    A model that was trained on single sentences has never seen the words around a sentence, nor
    two mentions of different sentences, so its archive says that it reads sentences alone.

    Args:
        model: The model of the experiment.
        section: Its resolved config.
        documents: The training documents.
        log: Called with a line for each option that asks for more than the documents have.
    """
    idle = [name for name in BEYOND if section.get(name, "sentence") != "sentence"]
    if not idle or not single_sentences(documents):
        return model, section
    for name in idle:
        log(
            f"train: every document is a single sentence, so model.{name}={section[name]!r} has no "
            "effect: the model is trained, and will predict, as with 'sentence'. Give the reader "
            f"documents of several sentences, or leave model.{name} out"
        )
    alone = {**section, **dict.fromkeys(idle, "sentence")}
    made: Factory[Model] = construct(Factory[Model], alone, "model")
    return made, alone

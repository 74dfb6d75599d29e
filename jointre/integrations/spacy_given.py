"""Entities of another component, as input of a model that predicts relations between them."""

from collections.abc import Mapping
from dataclasses import replace

from spacy.tokens import Doc

from jointre.data.schema import Document, Entity
from jointre.data.sentences import sentence_of
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import Vocabulary
from jointre.integrations.spacy_docs import DocWords, WordSpans, chars_of


def given(
    reading: DocWords,
    doc: Doc,
    vocabulary: Vocabulary,
    renamed: Mapping[str, str],
    skipped: SkippedData,
    whole: bool,
) -> Document:
    """The words of a Doc with the entities of ``doc.ents``, one mention each.

    Args:
        reading: Words of the Doc.
        doc: Doc whose entities are used.
        vocabulary: Labels of the model; entities with other labels are skipped.
        renamed: Label of the model for each label of the Doc.
        skipped: Counts the entities that are skipped.
        whole: Whether the model reads documents; otherwise mentions that cross a sentence
            boundary are skipped.
    """
    words_of = WordSpans(reading.offsets)
    borders = reading.document.sentences
    entities = []
    for span in doc.ents:
        label = renamed.get(span.label_, span.label_)
        words = words_of(chars_of(span))
        if label not in vocabulary.entity_labels:
            kind = (
                f"entities with the label {span.label_!r}, which the model does not know, skipped"
            )
            skipped.add(kind, repr(span.text))
        elif words is None or not (whole or sentence_of(words, borders) is not None):
            skipped.add("entities skipped because they cross a sentence's border", repr(span.text))
        else:
            entities.append(Entity(label, (words,)))
    return replace(reading.document, entities=tuple(entities))

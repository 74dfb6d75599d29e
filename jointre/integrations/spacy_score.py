"""Scores of spaCy's Examples under jointre's protocols."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from spacy.tokens import Doc
from spacy.training import Example

from jointre.config import Factory, construct
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Ratios, Scores
from jointre.formats.docbin.doc import KEY
from jointre.formats.docbin.record import Chars
from jointre.integrations.spacy_docs import DocWords, check_texts, read, with_findings

SHORT = {"entity": "ents", "relation_boundary": "rel", "relation_strict": "rel_strict"}


def score(
    examples: Iterable[Example],
    *,
    spans_key: str = KEY,
    protocol: str | None = None,
    unit: str = "sentence",
    symmetric: frozenset[str] = frozenset(),
    **_: Any,
) -> dict[str, Any]:
    """Score Examples; a name is, for example, ``jointre_ents_f`` or ``jointre_rel_strict_r``.

    Args:
        examples: Predicted Docs with their gold Docs; the two may be tokenised differently.
        spans_key: Key of predictions and gold, and the first part of the names.
        protocol: Scoring protocol; None: ``jerex`` if the unit is ``document``, else ``spert``.
        unit: Unit that the model reads, ``sentence``, ``sentences`` or ``document``.
        symmetric: Relation labels whose direction has no meaning.

    Raises:
        ConfigError: There is no such protocol.
        DataError: The texts of an Example differ, or the protocol does not define what they hold.
    """
    name = protocol or ("jerex" if unit == "document" else "spert")
    factory: Factory[Metric] = construct(Factory[Metric], name, path="scorer.protocol")
    pairs = [pair(example, spans_key, str(i)) for i, example in enumerate(examples)]
    metric = factory(symmetric=symmetric)
    report = metric.score([gold for gold, _ in pairs], [predicted for _, predicted in pairs])
    scores: dict[str, Any] = {}
    for block, values in report.blocks.items():
        scores |= _named(f"{spans_key}_{SHORT.get(block, block)}", values)
    return scores


def pair(example: Example, key: str, id: str) -> tuple[Document, Document]:
    """Gold and prediction over the same tokens, which are cut at all token borders of both.

    So a mention that begins or ends inside a token of the other Doc counts, and counts as wrong.

    Raises:
        DataError: The texts differ.
    """
    gold, predicted = example.reference, example.predicted
    check_texts(example, id)
    docs = (gold, predicted)
    borders = sorted({border for doc in docs for span in read(doc).offsets for border in span})
    offsets = tuple(
        (start, end) for start, end in pairwise(borders) if gold.text[start:end].strip()
    )
    words = Document(id, tuple(gold.text[start:end] for start, end in offsets))
    return _over(words, offsets, gold, key), _over(words, offsets, predicted, key)


def _over(words: Document, offsets: Sequence[Chars], doc: Doc, key: str) -> Document:
    return with_findings(DocWords(words, tuple(offsets)), doc, key, SkippedData())


def _named(prefix: str, scores: Scores) -> dict[str, Any]:
    values: dict[str, Any] = {
        f"{prefix}_{letter}": value for letter, value in _ratios(scores.micro).items()
    }
    values[f"{prefix}_per_type"] = {
        label: _ratios(ratios) for label, ratios in scores.per_type.items()
    }
    return values


def _ratios(ratios: Ratios) -> dict[str, float]:
    return {"p": ratios.precision, "r": ratios.recall, "f": ratios.f1}

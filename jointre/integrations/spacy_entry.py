"""The entry points for spaCy: the factory and the scorer named ``jointre``.

spaCy imports this module for every pipeline, so the model's code is imported when a component is
made, and its weights are read when it is used.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Literal, no_type_check

from spacy.language import Language
from spacy.training import Example

DEFAULTS: dict[str, Any] = {
    "model": None,
    "experiment": None,
    "device": None,
    "batch_size": 64,
    "max_words": 256,
    "spans_key": "jointre",
    "set_ents": True,
    "use_ents": False,
    "threshold": None,
    "overlap": None,
    "scorer": {"@scorers": "jointre.scorer.v1"},
}
WEIGHTS = {
    "jointre_ents_f": None,
    "jointre_ents_p": None,
    "jointre_ents_r": None,
    "jointre_rel_f": None,
    "jointre_rel_strict_f": 1.0,
    "jointre_rel_strict_p": None,
    "jointre_rel_strict_r": None,
}


@Language.factory(
    "jointre",
    assigns=["doc.spans", "doc.ents", "doc._.entities", "doc._.relations"],
    default_config=DEFAULTS,
    default_score_weights=WEIGHTS,
)
@no_type_check  # spaCy looks at the signature, which the wrapper of a run-time checker hides
def create(
    nlp: Language,
    name: str,
    model: str | None,
    experiment: str | dict[str, Any] | None,
    device: str | None,
    batch_size: int,
    max_words: int,
    spans_key: str,
    set_ents: bool,
    use_ents: bool | dict[str, str],
    threshold: float | dict[str, float] | None,
    overlap: Literal["all", "learned", "nested", "flat"] | None,
    scorer: Callable[..., dict[str, Any]] | None,
) -> Any:
    """Make a component, a :class:`~jointre.integrations.spacy_pipe.JointrePipe`.

    Example: ``nlp.add_pipe("jointre", config={"model": "runs/quickstart"})``

    Args:
        nlp: Pipeline to which the component is added.
        name: Name of the component in the pipeline.
        model: Run directory, archive folder or ``.tar.gz``, which is read when it is needed.
        experiment: Experiment to train, as a file or as its content.
        device: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"`` or ``"auto"``; None: spaCy's device.
        batch_size: Maximum number of sentences or documents that the model reads at once.
        max_words: Number of words above which a sentence is read in overlapping windows,
            with a warning.
        spans_key: Key of the results: ``doc.spans[spans_key]``, ``relation.key``, ``KEY_ents_f``.
        set_ents: Whether to add the longest entities that do not overlap to ``doc.ents``.
        use_ents: Whether to predict relations between the entities of ``doc.ents`` instead of
            predicting entities; a mapping translates their labels to those of the model.
        threshold: Smallest probability of a relation, or of each label
            (``{"works_for": 0.7, "default": 0.5}``); None: the model's own.
        overlap: Which mentions may overlap: ``"all"``, ``"learned"``, ``"nested"`` or ``"flat"``;
            None: the model's own rule.
        scorer: Function that scores Examples.
    """
    from jointre.integrations.spacy_pipe import JointrePipe, Settings

    settings = Settings(
        model=model,
        experiment=experiment,
        device=device,
        batch_size=batch_size,
        max_words=max_words,
        spans_key=spans_key,
        set_ents=set_ents,
        use_ents=use_ents,
        threshold=threshold,
        overlap=overlap,
    )
    return JointrePipe(nlp.vocab, name, settings, scorer)


def make_scorer(protocol: str | None = None) -> Callable[..., dict[str, Any]]:
    """The scorer ``jointre.scorer.v1``.

    Args:
        protocol: Scoring protocol; None: ``spert``, or ``jerex`` for models of documents.
    """
    return partial(_score, protocol=protocol)


def _score(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
    from jointre.integrations.spacy_score import score

    return score(examples, **settings)

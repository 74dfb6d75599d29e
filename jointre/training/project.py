"""A project for a corpus: its counts, a recipe that fits it, and the experiment file."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jointre.config import construct
from jointre.config.schema import options_of
from jointre.data.checks import CorpusReport, check_corpus
from jointre.data.language import language_of
from jointre.data.partition import PARTS, partition
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.symmetric import annotated_both_ways
from jointre.errors import DataError
from jointre.formats import JsonlWriter, Reader
from jointre.outputs import added_to_folder, refuse_existing
from jointre.plurals import counted

EXPERIMENT = "experiment.jsonnet"
_SPANS = ("sinet_minilm", "best_sentence")
_CELLS = ("care", "care_tuned", "minilm")
_CONTEXT = "context: 'document',  // the encoder reads the whole document of a sentence"
_SMALL = 500  # training units below which the recipe for small corpora is used
_WIDEST = 20  # words; all spans up to this width are still few enough to enumerate
_NARROWEST = 8  # words; new texts may have longer entities than a small corpus
_WIDE = 0.02  # share of entities wider than that from which a table model is worth its time
_CROSSING = 0.02  # share of relations across sentences from which such pairs are worth their time


@dataclass(frozen=True, slots=True)
class Source:
    """The corpus a project starts from.

    Args:
        parts: Path of each part; only ``"train"`` for a corpus that is not split yet.
        format: Registered name of the reader.
        options: Options of the reader.
    """

    parts: dict[str, Path]
    format: str
    options: dict[str, object]

    def reader(self, language: str | None) -> Reader:
        """A new reader; the language is passed on if the reader takes one."""
        options = dict(self.options)
        if language is not None and "language" in options_of(Reader.by_name(self.format)):
            options.setdefault("language", language)
        reader: Reader = construct(Reader, {"type": self.format, **options})
        return reader


@dataclass(frozen=True, slots=True)
class Recipe:
    """The choices for a corpus, each with its reason.

    Args:
        imports: Jsonnet expressions to be added, each of which imports a recipe.
        model: Jsonnet lines of the ``model`` section, with comments.
        data: Further jsonnet lines of the ``data`` section, with comments.
        reasons: Sentences that explain the choices, for the file and for the terminal.
    """

    imports: tuple[str, ...]
    model: tuple[str, ...]
    data: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A written project.

    Args:
        folder: The project folder.
        report: Counts over all documents.
        documents: Number of documents of each part.
        recipe: The chosen recipe.
        evaluated: The file to evaluate a trained model on.
    """

    folder: Path
    report: CorpusReport
    documents: dict[str, int]
    recipe: Recipe
    evaluated: Path


def init_project(
    source: Source,
    folder: Path,
    *,
    dev: float = 0.2,
    test: float = 0.1,
    seed: int = 0,
    language: str | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> Project:
    """Check a corpus, split it, choose a recipe and write an experiment file.

    Args:
        source: The corpus.
        folder: The project folder; created if it does not exist. It may hold other files, which
            stay as they are; all files of the project are written, or none.
        dev: Share of the documents for dev, of a corpus that is not split yet.
        test: Share of the documents for test, likewise.
        seed: Random seed for the split.
        language: spaCy's code of the texts' language; None: guessed from the texts.
        log: Takes lines about what was read.

    Raises:
        DataError: The corpus cannot be read, has no entities or too few documents, or the folder
            has a file of a name that would be written.
    """
    refuse_existing(folder, [EXPERIMENT])
    splits, language = _read_in_language(source, language, log)
    documents = [document for split in splits.values() for document in split]
    report = _checked(source, documents)
    split_now = list(splits) == ["train"]
    if split_now:
        splits = partition(documents, dev, test, seed)
    files = {name: Path(f"{name}.jsonl") for name in PARTS if splits.get(name)}
    files = files if split_now else dict(source.parts)
    recipe = choose_recipe(report, splits["train"], language, annotated_both_ways(documents))
    text = experiment_text(source, files, recipe, language, split_now)
    _write(folder, text, {files[name]: splits[name] for name in files} if split_now else {})
    evaluated = files.get("test") or files.get("dev") or files["train"]
    return Project(
        folder,
        report,
        {name: len(documents) for name, documents in splits.items() if documents},
        recipe,
        folder / evaluated if split_now else evaluated,
    )


def _checked(source: Source, documents: Sequence[Document]) -> CorpusReport:
    """Counts over all documents.

    Raises:
        DataError: No entity has a label.
    """
    report = check_corpus(documents, max_width=_WIDEST)
    if not report.entity_labels.keys() - {"(none)"}:
        raise DataError(
            f"{source.parts['train']}: no entity in it has a label, so there is nothing to learn; "
            f"is it read in the right format ({source.format})?"
        )
    return report


def _write(folder: Path, experiment: str, corpus: Mapping[Path, Sequence[Document]]) -> None:
    """Write the files of a project into a folder, all of them or none.

    Args:
        folder: The project folder.
        experiment: Text of the experiment file.
        corpus: Documents of each corpus file to write, by its path in the folder.

    Raises:
        DataError: A file of the same name exists.
    """
    refuse_existing(folder, [EXPERIMENT, *map(str, corpus)])
    with added_to_folder(folder) as draft:
        for path, documents in corpus.items():
            JsonlWriter().write(documents, draft / path)
        (draft / EXPERIMENT).write_text(experiment, encoding="utf-8")


def _read_in_language(
    source: Source, language: str | None, log: Callable[[str], None]
) -> tuple[dict[str, list[Document]], str]:
    """The documents of each part, with the words of their language, and the language's code."""
    documents = _read(source, language, log)
    if language is not None:
        return documents, language
    guessed = language_of(
        document.text or " ".join(document.tokens)
        for split in documents.values()
        for document in split
    )
    if guessed != "en":
        documents = _read(source, guessed, lambda line: None)  # words by the language's rules
    return documents, guessed


def _read(
    source: Source, language: str | None, log: Callable[[str], None]
) -> dict[str, list[Document]]:
    documents = {}
    for part, path in source.parts.items():
        reader = source.reader(language)
        skipped = SkippedData()
        documents[part] = list(reader.read(path, skipped))
        for line in skipped.lines():
            log(f"{path}: {line}")
        if not documents[part]:
            raise DataError(f"{path}: no documents in it")
    return documents


def choose_recipe(
    report: CorpusReport,
    train: Sequence[Document],
    language: str,
    both_ways: Mapping[str, tuple[int, int]],
) -> Recipe:
    """The recipe for a corpus.

    Args:
        report: Counts over all documents.
        train: The training documents.
        language: spaCy's code of the language.
        both_ways: What :func:`annotated_both_ways` counted.
    """
    family = _family(report)
    of_documents, reasons = family.unit == "document", [family.reason]
    units = len(train) if of_documents else _sentences(train)
    model = (*family.model, *_model_lines(report, family.imports[0], units < _SMALL))
    imports = [f"(import 'experiments/lib/{name}.libsonnet')" for name in family.imports]
    if units < _SMALL:
        size = f"units={units}, updates=1200, batch_size=1" if of_documents else f"units={units}"
        imports.append(f"(import 'experiments/lib/small.libsonnet')({size})")
        kind = "documents" if of_documents else "sentences"
        reasons.append(
            f"{counted(units, f'training {kind}')}: a small corpus, so more epochs, small "
            "batches and a lower learning rate for the encoder."
        )
    if language != "en":
        reasons.append(
            f"The language seems to be {language!r}, but the encoder MiniLM reads English: name "
            "another one in model.encoder.model_name."
        )
    for label, (both, pairs) in both_ways.items():
        reasons.append(
            f"{_string(label)} relates {both} of {pairs} pairs in both directions: if it always "
            "holds both ways, list it in data.symmetric."
        )
    return Recipe(tuple(imports), model, _symmetric_lines(both_ways), tuple(reasons))


def _symmetric_lines(both_ways: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    """The list of symmetric relations as a comment, because only the annotators know."""
    if not both_ways:
        return ()
    mostly = [label for label, (both, pairs) in both_ways.items() if 2 * both > pairs]
    labels = ", ".join(_string(label) for label in mostly or both_ways)
    return (
        "// Relations that always hold both ways are learnt once per pair if they are listed here:",
        f"// symmetric: [{labels}],",
    )


@dataclass(frozen=True, slots=True)
class _Family:
    """The kind of model for a corpus.

    Args:
        unit: What a training step counts.
        imports: Names of the recipes that make the model, in ``experiments/lib``.
        reason: Why it is chosen.
        model: Further jsonnet lines of the ``model`` section.
    """

    unit: Literal["sentence", "document"]
    imports: tuple[str, ...]
    reason: str
    model: tuple[str, ...] = ()


def _family(report: CorpusReport) -> _Family:
    """The kind of model for a corpus."""
    if report.mentions > report.entities:
        why = "A model of whole documents, because entities have several mentions."
        return _Family("document", ("jerex", "minilm", "best_document"), why)
    crossing, relations = report.cross_sentence_relations, report.relations
    if crossing > _CROSSING * max(1, relations):
        why = (
            "A model of spans that relates mentions of different sentences, because "
            f"{crossing} of {relations} relations cross a sentence boundary."
        )
        across = (_CONTEXT, "pairs: 'document',  // or the largest distance in sentences: 1, 2, …")
        return _Family("document", _SPANS, why, across)
    if report.two_label_spans:
        why = f"A model of word pairs, because {report.two_label_spans} spans have two labels."
        return _Family("sentence", _CELLS, why)
    if report.wide_entities > _WIDE * report.entities:
        why = (
            f"A model of word pairs, because {report.wide_entities} entities have more than "
            f"{_WIDEST} words."
        )
        return _Family("sentence", _CELLS, why)
    nested = f", {report.nested_pairs} of them nested" if report.nested_pairs else ""
    why = (
        f"A model of spans in sentences, because entities have one mention each, in one sentence"
        f"{nested}."
    )
    lines = (_CONTEXT,) if report.sentences > report.documents else ()
    return _Family("sentence", _SPANS, why, lines)


def _model_lines(report: CorpusReport, first: str, small: bool) -> tuple[str, ...]:
    """Lines of the model section."""
    model: list[str] = []
    if first != "care":
        width = min(_WIDEST, max(_NARROWEST, report.longest_entity))
        wider = "; wider ones cannot be found"
        model.append(
            f"span_enumerator+: {{ max_width: {width} }},  // words; the longest entity has "
            f"{report.longest_entity}"
            f"{wider if report.longest_entity > width else ''}"
        )
    if first == "jerex" and small:
        model += [
            "loss_weights+: { mention: 10.0 },  // mentions are few among all spans",
            "// Few documents teach little certainty.",
            "decoder+: { mention_threshold: 0.5, coreference_threshold: 0.5, "
            "relation_threshold: 0.5 },",
        ]
    elif first == "jerex":
        model.append("loss_weights+: { mention: 5.0 },  // mentions are few among all spans")
    return tuple(model)


def _sentences(documents: Sequence[Document]) -> int:
    return sum(max(1, len(document.sentences)) for document in documents)


def experiment_text(
    source: Source, files: Mapping[str, Path], recipe: Recipe, language: str, split_now: bool
) -> str:
    """The experiment file.

    Args:
        source: The corpus.
        files: Path of each part; relative to the experiment file if ``split_now``.
        recipe: The chosen recipe.
        language: spaCy's code of the language.
        split_now: Whether the parts were written into the project.
    """
    lines = [f"// {reason}" for reason in recipe.reasons]
    options = {"type": "jsonl"} if split_now else {"type": source.format, **source.options}
    if language != "en" and "language" in options_of(Reader.by_name(str(options["type"]))):
        options["language"] = language
    if split_now:
        lines += [
            f"// The folder of this file, in which {', '.join(map(str, files.values()))} stand.",
            f"local here = std.strReplace(std.thisFile, '{EXPERIMENT}', '');",
        ]
    lines += [
        "",
        " +\n".join([*recipe.imports, "{"]),
        "  data: {",
        f"    reader: {_object(options)},",
    ]
    for part, path in files.items():
        quoted = f"here + {_string(str(path))}" if split_now else _string(str(path.resolve()))
        lines.append(f"    {part}: {quoted},")
    lines += [f"    {line}" for line in recipe.data]
    lines.append("  },")
    if recipe.model:
        lines += ["  model+: {", *(f"    {line}" for line in recipe.model), "  },"]
    return "\n".join([*lines, "}", ""])


def _object(options: Mapping[str, object]) -> str:
    return "{ " + ", ".join(f"{key}: {_string(value)}" for key, value in options.items()) + " }"


def _string(value: object) -> str:
    if isinstance(value, str) and value.isprintable() and "'" not in value and "\\" not in value:
        return f"'{value}'"
    return json.dumps(value)

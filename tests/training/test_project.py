import json
from dataclasses import replace
from pathlib import Path

import pytest

from jointre.config import check, load_config
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import DataError
from jointre.formats import JsonlWriter
from jointre.training.experiment import Experiment
from jointre.training.project import Project, Source, init_project
from tests.formats.writing import write

WORDS = ("Ada", "works", "for", "the", "Harbour", "Office", "of", "Oslo", ".")


def sentence(number: int, *extra: Entity) -> Document:
    entities = (Entity("Person", (Span(0, 1),)), Entity("Org", (Span(4, 8),)), *extra)
    words = (*WORDS, f"{number}")
    return Document(f"s{number}", words, entities=entities, relations=(Relation("in", 0, 1),))


def text(number: int) -> Document:
    words = (*WORDS, "She", "is", "there", f"{number}", ".")
    entities = (Entity("Person", (Span(0, 1), Span(9, 10))), Entity("Place", (Span(7, 8),)))
    borders = (Span(0, 9), Span(9, 14))
    return Document(f"t{number}", words, sentences=borders, entities=entities)


def started(folder: Path, documents: list[Document]) -> tuple[Project, str]:
    """The project of a corpus, and its experiment file."""
    corpus = folder / "corpus.jsonl"
    write(JsonlWriter(), documents, corpus)
    project = init_project(Source({"train": corpus}, "jsonl", {}), folder / "project")
    experiment = project.folder / "experiment.jsonnet"
    assert check(Experiment, load_config(experiment)) == []
    return project, experiment.read_text(encoding="utf-8")


def test_sentences(tmp_path: Path) -> None:
    project, content = started(tmp_path, [sentence(number) for number in range(20)])
    assert project.documents == {"train": 14, "dev": 4, "test": 2}
    assert project.evaluated == project.folder / "test.jsonl"
    assert "lib/sinet_minilm.libsonnet" in content
    assert "lib/best_sentence.libsonnet" in content
    assert "context" not in content  # there is none beyond the sentence
    assert "(import 'experiments/lib/small.libsonnet')(units=14)" in content
    assert "span_enumerator+: { max_width: 8 },  // words; the longest entity has 4\n" in content
    config = load_config(project.folder / "experiment.jsonnet").data
    assert config["data"]["train"] == str(project.folder / "train.jsonl")
    assert config["training"]["epochs"] == 60
    rates = config["training"]["optimizer"]
    assert rates["lr"] > rates["encoder_lr"]


def test_documents_with_coreference(tmp_path: Path) -> None:
    _, content = started(tmp_path, [text(number) for number in range(10)])
    assert "// A model of whole documents, because entities have several mentions." in content
    assert "lib/jerex.libsonnet" in content
    assert "lib/best_document.libsonnet" in content
    assert "loss_weights+: { mention: 10.0 }" in content


def test_documents_of_several_sentences(tmp_path: Path) -> None:
    documents = [sentence(number) for number in range(9)]
    borders = (Span(0, 9), Span(9, 10))
    _, content = started(tmp_path, [replace(one, sentences=borders) for one in documents])
    assert "A model of spans in sentences" in content
    assert "context: 'document'," in content
    assert "pairs" not in content


def test_relations_across_sentences_without_coreference(tmp_path: Path) -> None:
    """One in thirty is enough, and such units are documents."""
    documents = [across(number, far=number % 30 == 0) for number in range(60)]
    project, content = started(tmp_path, documents)
    assert (
        "// A model of spans that relates mentions of different sentences, because 2 of 60 "
        "relations cross a sentence boundary."
    ) in content
    assert "(units=42, updates=1200, batch_size=1)" in content
    config = load_config(project.folder / "experiment.jsonnet").data["model"]
    assert (config["type"], config["pairs"], config["context"]) == ("span", "document", "document")


def across(number: int, far: bool) -> Document:
    """A document of two sentences, and a relation inside one of them or between them."""
    words = (*WORDS, "She", "likes", "Bergen", f"{number}", ".")
    entities = (
        Entity("Person", (Span(0, 1),)),
        Entity("Org", (Span(4, 8),)),
        Entity("Place", (Span(11, 12),)),
    )
    borders = (Span(0, 9), Span(9, 14))
    relations = (Relation("in", 0, 2 if far else 1),)
    return Document(f"a{number}", words, sentences=borders, entities=entities, relations=relations)


def test_a_span_with_two_labels_needs_a_table(tmp_path: Path) -> None:
    two = Entity("Poet", (Span(0, 1),))
    _, content = started(tmp_path, [sentence(number, two) for number in range(10)])
    assert "// A model of word pairs, because 10 spans have two labels." in content
    assert "lib/care.libsonnet" in content


def test_a_large_corpus_needs_no_recipe_for_small_ones(tmp_path: Path) -> None:
    _, content = started(tmp_path, [sentence(number) for number in range(800)])
    assert "small.libsonnet" not in content


def test_another_language(tmp_path: Path) -> None:
    line = "Die Fähre zur Insel kam wieder nicht und keiner weiß warum das so ist"
    words = tuple(line.split())
    documents = [
        Document(f"d{number}", (*words, f"{number}"), entities=(Entity("Schiff", (Span(1, 2),)),))
        for number in range(10)
    ]
    _, content = started(tmp_path, documents)
    assert "The language seems to be 'de', but the encoder MiniLM reads English" in content
    assert "language: 'de'" in content


def test_data_that_are_split_already_are_taken_as_they_are(tmp_path: Path) -> None:
    parts = {}
    for part, count in (("train", 6), ("dev", 2)):
        parts[part] = tmp_path / f"{part}.json"
        parts[part].write_text(
            json.dumps(
                [
                    {
                        "tokens": ["Ada", f"{part}{n}"],
                        "relations": [],
                        "entities": [{"type": "P", "start": 0, "end": 1}],
                    }
                    for n in range(count)
                ]
            )
        )
    project = init_project(Source(parts, "spert", {}), tmp_path / "project", dev=0.5)
    assert project.documents == {"train": 6, "dev": 2}
    assert project.evaluated == parts["dev"]
    assert [path.name for path in project.folder.iterdir()] == ["experiment.jsonnet"]
    data = load_config(project.folder / "experiment.jsonnet").data["data"]
    assert data == {
        "reader": {"type": "spert"},
        "train": str(parts["train"]),
        "dev": str(parts["dev"]),
    }


def test_nothing_is_written_on_a_mistake(tmp_path: Path) -> None:
    project = tmp_path / "project"
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"tokens": ["a"], "entities": []}\n')
    with pytest.raises(DataError, match="no entity in it has a label, so there is nothing to lea"):
        init_project(Source({"train": corpus}, "jsonl", {}), project)
    write(JsonlWriter(), [sentence(1), sentence(2)], corpus)
    with pytest.raises(DataError, match="2 different documents cannot be split"):
        init_project(Source({"train": corpus}, "jsonl", {}), project)
    assert not project.exists()


@pytest.mark.parametrize("name", ["experiment.jsonnet", "dev.jsonl"])
def test_files_that_are_there_are_never_replaced(tmp_path: Path, name: str) -> None:
    project, corpus = tmp_path / "project", tmp_path / "corpus.jsonl"
    write(JsonlWriter(), [sentence(number) for number in range(9)], corpus)
    project.mkdir()
    (project / name).write_text("mine")
    with pytest.raises(DataError, match=f"this file exists already and would be replaced: {name}"):
        init_project(Source({"train": corpus}, "jsonl", {}), project)
    assert [path.name for path in project.iterdir()] == [name]
    assert (project / name).read_text() == "mine"


def test_a_folder_with_other_files(tmp_path: Path) -> None:
    """The export itself and a repository may be in the project folder."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("mine")
    corpus = tmp_path / "corpus.jsonl"
    write(JsonlWriter(), [sentence(number) for number in range(9)], corpus)
    before = corpus.read_bytes()
    init_project(Source({"train": corpus}, "jsonl", {}), tmp_path)
    parts = ["dev.jsonl", "experiment.jsonnet", "test.jsonl", "train.jsonl"]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".git", "corpus.jsonl", *parts]
    assert corpus.read_bytes() == before
    assert [path.name for path in (tmp_path / ".git").iterdir()] == ["config"]
    assert check(Experiment, load_config(tmp_path / "experiment.jsonnet")) == []


def test_relations_in_both_directions(tmp_path: Path) -> None:
    """The comment says what to write; without the comment signs it is a right config."""
    both = (*(Relation("kin", 0, 1), Relation("kin", 1, 0)), Relation("in", 0, 1))
    documents = [replace(sentence(number), relations=both) for number in range(8)]
    project, content = started(tmp_path, [*documents, sentence(8)])
    assert "// 'kin' relates 8 of 8 pairs in both directions: if it always holds both" in content
    line = "    // symmetric: ['kin'],\n"
    assert line in content
    experiment = project.folder / "experiment.jsonnet"
    experiment.write_text(content.replace(line, line.replace("// ", "")))
    loaded = load_config(experiment)
    assert check(Experiment, loaded) == []
    assert loaded.data["data"]["symmetric"] == ["kin"]


def test_a_few_relations_in_both_directions(tmp_path: Path) -> None:
    both = (Relation("in", 0, 1), Relation("in", 1, 0))
    documents = [sentence(number) for number in range(8)]
    _, content = started(tmp_path, [*documents, replace(sentence(8), relations=both)])
    assert "// 'in' relates 1 of 9 pairs in both directions" in content
    assert "// symmetric: ['in']," in content

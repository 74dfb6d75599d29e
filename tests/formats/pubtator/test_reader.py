import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jointre.config import construct
from jointre.data.checks import check_corpus
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import ConfigError, DataError
from jointre.formats import (
    DocredReader,
    JsonlReader,
    JsonlWriter,
    PubtatorReader,
    PubtatorWriter,
    Reader,
    SpertReader,
)
from jointre.formats.common.tool_offsets import SIMILAR
from jointre.formats.convert import convert
from tests.data.documents import (
    LABELS,
    TYPES_ARE_SAMPLED,
    chars,
    relation_lists,
    rich_documents,
    spans,
)
from tests.data.real import indexed, real
from tests.formats.writing import write

pytestmark = TYPES_ARE_SAMPLED

SAMPLE = """\
17|t|Bluin and red ache.
17|a|We gave BluinsK to 3 people;  two had red or green ache. Noin did not help.
17\t0\t5\tBluin\tChemical\tC1
17\t10\t18\tred ache\tDisease\tD1
17\t28\t33\tBluin\tChemical\tC1
17\t58\t75\tred or green ache\tDisease\tD1|D2\tred ache|green ache
17\t77\t81\tNoin\tChemical\t-1
17\tCID\tC1\tD1
17\tCID\tC1\tD2

18|t|Nothing
18|a|

"""
MESH = "*NEWRECORD\nMN = C1\nUI = D1\n\n*NEWRECORD\nMN = C1.5\nUI = D2\n"


def saved(tmp_path: Path, content: str = SAMPLE) -> Path:
    path = tmp_path / "a.txt"
    path.write_bytes(content.encode())
    return path


def test_reads_abstracts(tmp_path: Path) -> None:
    reader = PubtatorReader()
    skipped = SkippedData()
    first, second = reader.read(saved(tmp_path), skipped)
    assert (first.id, second.id) == ("17", "18")
    assert second == Document("18", ("Nothing",), "Nothing", ((0, 7),), (Span(0, 1),))
    assert [(item.label, item.id, item.mentions) for item in first.entities] == [
        ("Chemical", "C1", (Span(0, 1), Span(7, 8))),
        ("Disease", "D1", (Span(2, 4), Span(15, 19))),
        ("Disease", "D2", (Span(15, 19),)),
    ]
    assert first.relations == (Relation("CID", 0, 1), Relation("CID", 0, 2))
    assert first.tokens[5:10] == ("We", "gave", "Bluin", "sK", "to")
    assert [first.tokens[start] for start, _ in first.sentences] == ["Bluin", "We", "Noin"]
    assert skipped["mentions without a concept skipped"] == 1


def test_characters_of_every_mention_are_exact(tmp_path: Path) -> None:
    first, _ = PubtatorReader().read(saved(tmp_path))
    assert first.text is not None
    assert first.offsets is not None
    found = {
        (first.offsets[start][0], first.offsets[end - 1][1])
        for entity in first.entities
        for start, end in entity.mentions
    }
    assert found == {(0, 5), (10, 18), (28, 33), (58, 75)}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ungrounded": "singleton"},
        {"multi_id": "first"},
        {"multi_id": "drop", "ungrounded": "singleton"},
        {"inside_words": "widen"},
    ],
)
def test_a_file_is_written_as_it_was(tmp_path: Path, options: dict[str, Any]) -> None:
    reader = PubtatorReader(**options)
    documents = list(reader.read(saved(tmp_path)))
    writer = PubtatorWriter(inside_words=options.get("inside_words", "split"))
    assert not write(writer, documents, tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_text() == SAMPLE


def test_only_lines_that_writing_would_not_give_are_kept(tmp_path: Path) -> None:
    content = SAMPLE.replace("\tred ache|green ache", "").replace("-1", "C2")
    first, second = PubtatorReader().read(saved(tmp_path, content))
    assert (first.extra, second.extra) == ({"title_length": 19}, {"title_length": 7})
    first, _ = PubtatorReader().read(saved(tmp_path))
    assert first.extra["annotations"] == [line[3:] for line in SAMPLE.splitlines()[2:9]]


def test_annotations_that_have_changed_are_not_written_as_they_were(tmp_path: Path) -> None:
    first, _ = PubtatorReader().read(saved(tmp_path))
    predicted = replace(
        first, entities=(Entity("Chemical", (Span(7, 8),), 0.5), first.entities[1]), relations=()
    )
    skipped = write(PubtatorWriter(), [predicted], tmp_path / "b.txt")
    assert skipped.lines() == ["1 score skipped; first: document '17'"]
    assert (tmp_path / "b.txt").read_text().splitlines()[2:] == [
        "17\t10\t18\tred ache\tDisease\tD1",
        "17\t28\t33\tBluin\tChemical\t-1",
        "17\t58\t75\tred or green ache\tDisease\tD1",
        "",
    ]


@pytest.mark.parametrize("kept", [3, ["nonsense"], [3], ["0\t2\tXX\tA\tD1"]])
def test_kept_annotations_that_make_no_sense_are_not_written(tmp_path: Path, kept: Any) -> None:
    first, _ = PubtatorReader().read(saved(tmp_path))
    odd = replace(first, extra={"annotations": kept})
    assert not write(PubtatorWriter(), [odd], tmp_path / "b.txt")
    assert "17\t58\t75\tred or green ache\tDisease\tD1|D2\n" in (tmp_path / "b.txt").read_text()


def test_hypernym_pairs_are_listed(tmp_path: Path) -> None:
    mesh = tmp_path / "d2024.bin"
    mesh.write_text(MESH)
    content = SAMPLE.replace("17\tCID\tC1\tD1\n", "")
    reader = PubtatorReader(hypernym_pairs="drop", mesh=mesh)
    first, second = reader.read(saved(tmp_path, content))
    assert first.extra["hypernym_pairs"] == [["C1", "D1"]]
    assert second.extra["hypernym_pairs"] == []
    assert not write(PubtatorWriter(), [first, second], tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_text() == content


def test_hypernym_pairs_need_the_hierarchy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"hypernym_pairs='drop' needs mesh=FILE, MeSH's hier"):
        construct(Reader, {"type": "pubtator", "hypernym_pairs": "drop"})
    with pytest.raises(ConfigError, match=r"mesh='m\.bin' is only used with hypernym_pairs='drop'"):
        PubtatorReader(mesh=Path("m.bin"))
    reader = PubtatorReader(hypernym_pairs="drop", mesh=tmp_path / "d2024.bin")
    with pytest.raises(DataError, match=r"d2024\.bin: no such file"):
        list(reader.read(saved(tmp_path)))


def test_the_published_configuration_is_understood() -> None:
    options = {"multi_id": "all", "ungrounded": "drop", "hypernym_pairs": "keep"}
    assert isinstance(construct(Reader, {"type": "pubtator", **options}), PubtatorReader)
    with pytest.raises(ConfigError, match=r'multi_id: "each" is not accepted: "all", "first"'):
        construct(Reader, {"type": "pubtator", "multi_id": "each"})


def test_bad_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.txt:3: the mention 'Bluim' is not at its offsets"):
        list(PubtatorReader().read(saved(tmp_path, SAMPLE.replace("0\t5\tBluin", "0\t5\tBluim"))))
    with pytest.raises(DataError, match=r"a\.txt:14: the id '17' occurs twice in this file"):
        list(PubtatorReader().read(saved(tmp_path, SAMPLE + SAMPLE)))
    with pytest.raises(DataError, match="this looks like the format 'jsonl', not 'pubtator'"):
        list(PubtatorReader().read(saved(tmp_path, '{"text": "Hello"}')))
    with pytest.raises(DataError, match="this looks like the format 'pubtator', not 'spert'; choo"):
        list(SpertReader().read(saved(tmp_path)))


def test_documents_are_read_one_by_one(tmp_path: Path) -> None:
    documents = PubtatorReader().read(saved(tmp_path, SAMPLE + "18\tx\n"))
    assert next(documents).id == "17"
    with pytest.raises(DataError, match=r"a\.txt:14: 'x' is neither a mention"):
        next(documents)


@st.composite
def abstracts(draw: st.DrawFn) -> Document:
    """What a Document may hold, under an id that lines can begin with."""
    return draw(rich_documents(id=draw(st.text(alphabet="1aé ", min_size=1, max_size=3))))


@given(abstracts())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_once_through_the_format_nothing_changes_any_more(
    tmp_path: Path, document: Document
) -> None:
    once, twice = tmp_path / "a.txt", tmp_path / "b.txt"
    skipped = write(PubtatorWriter(), [document], once)
    reader = PubtatorReader(ungrounded="singleton")
    (found,) = reader.read(once)
    assert write(PubtatorWriter(), [found], twice) == SkippedData()
    assert twice.read_bytes() == once.read_bytes()
    assert list(reader.read(twice)) == [found]
    labelled = [entity for entity in document.entities if entity.label is not None]
    if "mentions without a word skipped" not in dict(skipped):
        assert len(found.entities) == len(labelled)


def _said(whole: Document) -> tuple[list[object], set[object]]:
    """Entities and relations by what stands in the text, in no order."""
    groups: list[object] = []
    for item in whole.entities:
        texts = sorted("".join(whole.tokens[a:b]) for a, b in set(item.mentions))
        groups.append((item.label, tuple(texts)))
    links = {(item.label, groups[item.head], groups[item.tail]) for item in whole.relations}
    return sorted(groups, key=repr), set(links)


@st.composite
def stories(draw: st.DrawFn) -> Document:
    """Words that reading makes again, with entities of several mentions and their relations."""
    tokens = tuple(draw(st.lists(st.sampled_from(["Ada", "met", "Böb", "."]), min_size=1)))
    span = spans(len(tokens))
    mentions = st.lists(span, min_size=1, max_size=3, unique=True).map(tuple)
    ids = st.none() | st.sampled_from(["D1", "D2", "-", "a|b"])
    entity = st.builds(
        lambda label, found, name: Entity(label, found, id=name), LABELS, mentions, ids
    )
    entities = draw(st.lists(entity, max_size=4))
    return Document(
        "d",
        tokens,
        entities=tuple(entities),
        relations=tuple(draw(relation_lists(len(entities)))),
    )


def _said(whole: Document) -> tuple[list[str], set[str]]:
    """Entities and relations by their spans, in no order."""
    groups = [f"{item.label} {sorted(item.mentions)}" for item in whole.entities]
    links = {f"{r.label}: {groups[r.head]} > {groups[r.tail]}" for r in whole.relations}
    return sorted(groups), links


@given(stories())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_not_counted_is_not_lost(tmp_path: Path, document: Document) -> None:
    skipped = write(PubtatorWriter(), [document], tmp_path / "a.txt")
    assert {kind for kind, _ in skipped} <= {"identifiers made up for entities"}
    reader = PubtatorReader(ungrounded="singleton")
    counts = SkippedData()
    (found,) = reader.read(tmp_path / "a.txt", counts)
    assert found.tokens == document.tokens
    assert _said(found) == _said(document)
    assert not counts


def test_a_document_of_another_format_is_written(tmp_path: Path) -> None:
    record = {
        "title": "Ada",
        "sents": [["Ada", "left", "."], ["She", "was", "ill", "."]],
        "vertexSet": [
            [
                {"name": "Ada", "sent_id": 0, "pos": [0, 1], "type": "PER"},
                {"name": "She", "sent_id": 1, "pos": [0, 1], "type": "PER"},
            ],
            [{"name": "ill", "sent_id": 1, "pos": [2, 3], "type": "MISC"}],
        ],
        "labels": [{"h": 0, "t": 1, "r": "P1", "evidence": [1]}],
    }
    source, target = tmp_path / "a.json", tmp_path / "b.txt"
    source.write_text(json.dumps([record]))
    skipped = convert(source, target, DocredReader(), PubtatorWriter())
    assert skipped.lines() == [
        "1 list of evidence skipped; first: document 'Ada'",
        "2 identifiers made up for entities; first: document 'Ada'",
    ]
    assert target.read_text().splitlines() == [
        "Ada|t|Ada left .",
        "Ada|a|She was ill .",
        "Ada\t0\t3\tAda\tPER\tE1",
        "Ada\t11\t14\tShe\tPER\tE1",
        "Ada\t19\t22\till\tMISC\tE2",
        "Ada\tP1\tE1\tE2",
        "",
    ]


def test_words_and_sentences_that_reading_gives_otherwise_are_counted(tmp_path: Path) -> None:
    whole = Document("d", ("a-b.", "c"), sentences=(Span(0, 1), Span(1, 2)), extra={"x": 1})
    skipped = write(PubtatorWriter(), [whole], tmp_path / "a.txt")
    assert {kind: count for kind, (count, _) in skipped} == {
        "keys of documents skipped": 1,
        "lists of words skipped, because the reader makes them again": 1,
        "lists of sentences skipped, because the reader makes them again": 1,
    }


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    skipped = write(PubtatorWriter(), [Document("d", ("\ud800",))], tmp_path / "a.txt")
    assert skipped["halves of surrogate pairs replaced by U+FFFD"] == 1
    assert [item.tokens for item in PubtatorReader().read(tmp_path / "a.txt")] == [("\ufffd",)]


def test_ids_that_no_line_can_begin_with_are_changed(tmp_path: Path) -> None:
    documents = [Document(id, ("a",)) for id in ("", "a|b", "a\tb", "a\nb", "c")]
    skipped = write(PubtatorWriter(), documents, tmp_path / "a.txt")
    assert skipped["ids of documents changed"] == 4
    ids = [item.id for item in PubtatorReader().read(tmp_path / "a.txt")]
    assert ids == ["_", "a_b", "a_b-2", "a_b-3", "c"]


def test_there_and_back_through_jsonl(tmp_path: Path) -> None:
    source, middle, target = saved(tmp_path), tmp_path / "b.jsonl", tmp_path / "c.txt"
    skipped = convert(source, middle, PubtatorReader(ungrounded="singleton"), JsonlWriter())
    assert [kind for kind, _ in skipped] == ["words split where a mention begins or ends"]
    assert not convert(middle, target, JsonlReader(), PubtatorWriter())
    assert target.read_text() == SAMPLE


@pytest.mark.realdata
def test_published_files_hold_what_the_index_says(tmp_path: Path) -> None:
    for name, entry in indexed("pubtator").items():
        reader = PubtatorReader()
        skipped = SkippedData()
        documents = list(reader.read(real(name), skipped))
        concepts = Counter(e.label for item in documents for e in item.entities)
        relations = Counter(r.label for item in documents for r in item.relations)
        alone = PubtatorReader(ungrounded="singleton")
        mentions = {
            (item.id, mention, entity.label)
            for item in alone.read(real(name))
            for entity in item.entities
            for mention in entity.mentions
        }
        single = PubtatorReader(multi_id="drop")
        counts = SkippedData()
        list(single.read(real(name), counts))
        counts = {
            "documents": len(documents),
            "mentions": len(mentions),
            "document_level_concepts": concepts.total(),
            "relations": relations.total(),
            "composite_mentions": counts["mentions with several identifiers skipped"],
            "mentions_without_id": skipped["mentions without a concept skipped"],
        }
        assert counts == entry["counts"], name
        labels = {
            "mentions": Counter(label for *_, label in mentions),
            "concepts": concepts,
            "relations": relations,
        }
        assert labels == entry["label_counts"], name
        assert {kind for kind, _ in skipped} == {
            "mentions without a concept skipped",
            "words split where a mention begins or ends",
        }, name
        assert check_corpus(documents).cross_sentence_mentions == 0, name
        assert not write(PubtatorWriter(), documents, tmp_path / "again.txt"), name
        before = gzip.decompress(real(name).read_bytes())
        assert (tmp_path / "again.txt").read_bytes() == before, name


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "pairs", "surplus"),
    [
        # One mention lists one identifier three times, which the pairs file counts thrice.
        ("cdr/pubtator/CDR_TrainingSet.PubTator.txt.gz", "cdr/eog/train_filter.data.gz", 2),
        ("cdr/pubtator/CDR_DevelopmentSet.PubTator.txt.gz", "cdr/eog/dev_filter.data.gz", 0),
    ],
)
def test_concepts_are_those_of_the_published_pairs(name: str, pairs: str, surplus: int) -> None:
    concepts: Counter[tuple[str, str, str]] = Counter()
    related = set()
    for line in gzip.decompress(real(pairs).read_bytes()).decode().splitlines():
        fields = line.split("\t")
        for at in range(2, len(fields), 17):
            row = fields[at : at + 17]
            ends = [(fields[0], row[i + 2], row[i]) for i in (5, 11)]
            for key, starts in zip(ends, (row[8], row[14]), strict=True):
                concepts[key] = len(starts.split(":"))
            if row[0] == "1:CID:2":
                related.add((ends[0], ends[1]))
    found: Counter[tuple[str, str, str]] = Counter()
    links = set()
    for document in PubtatorReader().read(real(name)):
        keys = [(document.id, e.label or "", e.id or "") for e in document.entities]
        for key, entity in zip(keys, document.entities, strict=True):
            found[key] = len(entity.mentions)
        links |= {(keys[item.head], keys[item.tail]) for item in document.relations}
    assert links == related
    assert found.keys() == concepts.keys()
    assert (concepts - found).total() == surplus
    assert not found - concepts


VARIANTS = """\
1|t|A fall by V5M and V7K
1|a|Two genes fell.
1\t0\t1\tA\tDisease\tD1
1\t10\t13\tV5M\tSequenceVariant\tp|SUB|V|5|M
1\t18\t21\tV7K\tSequenceVariant\tp|SUB|V|7|K
1\t26\t31\tgenes\tGene\t7124,7125
1\tAssociation\tD1\tp|SUB|V|5|M\tNovel
1\tBind\t7125\tp|SUB|V|7|K\tNovel
1\tBind\t7124;7125\tD1\tNo
"""


def test_relations_of_variants_and_listed_genes_resolve(tmp_path: Path) -> None:
    reader = PubtatorReader()
    skipped = SkippedData()
    (document,) = reader.read(saved(tmp_path, VARIANTS), skipped)
    names = [entity.id for entity in document.entities]
    assert names == ["D1", "p|SUB|V|5|M", "p|SUB|V|7|K", "7124", "7125"]
    assert document.entities[3].mentions == document.entities[4].mentions == (Span(9, 10),)
    assert [(item.label, item.head, item.tail) for item in document.relations] == [
        ("Association", 0, 1),
        ("Bind", 4, 2),
        ("Bind", 3, 0),
        ("Bind", 4, 0),
    ]
    assert {kind: count for kind, (count, _) in skipped} == {
        "relations of lists of concepts read as one relation per concept": 1
    }


def test_variants_are_written_and_read_again(tmp_path: Path) -> None:
    (document,) = PubtatorReader().read(saved(tmp_path, VARIANTS))
    changed = replace(document, extra={})
    target = tmp_path / "b.txt"
    skipped = write(PubtatorWriter(), [changed], target)
    assert not [kind for kind, _ in skipped if "identifiers" in kind]
    (again,) = PubtatorReader().read(target)
    assert again.entities == document.entities
    assert again.relations == document.relations


BAD = """\
1|t|A fall
1|a|It fell.
1\t2\t6\tfall\tX\tC1
1\tCID\tC1\tC2

more
2|t|TNF-x fell “so”
2|a|It fell.
2\t0\t5\tTNF-a\tGene\t7124
2\t6\t10\tFELL\tX\tC1
2\t11\t15\t&quot;so&quot;\tX\tC1
3|t|No abstract
"""


def test_bad_lines_are_listed_together_or_skipped(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.txt: 3 errors:\n") as caught:
        list(PubtatorReader().read(saved(tmp_path, BAD)))
    for line in (6, 9, 12):
        assert f"a.txt:{line}: " in str(caught.value)
    reader = PubtatorReader(on_error="skip")
    skipped = SkippedData()
    first, second = reader.read(saved(tmp_path, BAD), skipped)
    assert [entity.id for entity in first.entities] == ["C1"]
    assert [chars(second, entity) for entity in second.entities] == [("X", "fell")]
    assert len(second.entities[0].mentions) == 2
    assert {kind: count for kind, (count, _) in skipped} == {
        "relations of concepts without a mention skipped": 1,
        "lines with errors skipped": 1,
        SIMILAR: 2,
        "annotation lines with errors skipped": 1,
        "records with errors skipped": 1,
    }


@pytest.mark.parametrize(
    "line", ["T1 Sign 2 6 fall", "T1\tSign\t2\t6\tfall", "R1\tr\tArg1:T1\tArg2:T2"]
)
def test_a_line_without_a_document_of_another_variant_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"1|t|A fall\n1|a|It fell.\n{line}\n")
    with pytest.raises(DataError, match=r"a\.txt:3: .* is a line of another variant of the form"):
        list(PubtatorReader().read(path))

"""Counts of the contents of a corpus and of possible problems, for ``jointre data check``."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from jointre.data.schema import Document, Entity, Span
from jointre.data.sentences import sentence_of, sentences_of


@dataclass(slots=True)
class CorpusReport:
    """Counts over the documents of a corpus.

    Args:
        max_width: Width in tokens above which an entity counts as wide; None: no limit.
        max_words: Length in tokens above which a sentence counts as long; None: no limit.
        max_pieces: Length in pieces above which a sentence counts as long; None: no limit.
        documents, sentences, tokens: Numbers of these.
        entities, mentions, relations, clusters, cluster_mentions: Numbers of these.
        entity_labels, relation_labels: Number of entities or relations with each label; entities
            without a label are counted under ``"(none)"``.
        nested_pairs: Pairs of mentions of which one contains the other.
        nested_sentences: Sentences with such a pair.
        crossing_pairs: Pairs of mentions that overlap in another way.
        two_label_spans: Pairs of mentions with the same span and different labels.
        duplicate_entities, duplicate_relations, duplicate_ids: Additional copies.
        wide_entities: Entities with a mention wider than ``max_width``.
        wide_relations: Relations with such a head or tail.
        self_relations: Relations whose head and tail have the same mentions.
        both_directions: Pairs of entities that are related in both directions.
        cross_sentence_mentions: Mentions that cross a sentence border.
        cross_sentence_relations: Relations whose head and tail are not mentioned in one sentence.
        empty_sentences: Sentences without tokens.
        long_sentences, long_sentences_pieces: Sentences longer than ``max_words``, ``max_pieces``.
        sentences_without_entities, sentences_without_relations: Sentences, including empty ones.
        longest_document, longest_sentence, longest_entity: Largest sizes, in tokens.
        longest_sentence_pieces: Size of the longest sentence in pieces; None if pieces were not
            counted.
    """

    max_width: int | None = None
    max_words: int | None = None
    max_pieces: int | None = None
    documents: int = 0
    sentences: int = 0
    tokens: int = 0
    entities: int = 0
    mentions: int = 0
    relations: int = 0
    clusters: int = 0
    cluster_mentions: int = 0
    entity_labels: Counter[str] = field(default_factory=Counter)
    relation_labels: Counter[str] = field(default_factory=Counter)
    nested_pairs: int = 0
    nested_sentences: int = 0
    crossing_pairs: int = 0
    two_label_spans: int = 0
    duplicate_entities: int = 0
    duplicate_relations: int = 0
    duplicate_ids: int = 0
    wide_entities: int = 0
    wide_relations: int = 0
    self_relations: int = 0
    both_directions: int = 0
    cross_sentence_mentions: int = 0
    cross_sentence_relations: int = 0
    empty_sentences: int = 0
    long_sentences: int = 0
    long_sentences_pieces: int = 0
    sentences_without_entities: int = 0
    sentences_without_relations: int = 0
    longest_document: int = 0
    longest_sentence: int = 0
    longest_sentence_pieces: int | None = None
    longest_entity: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; labels in order of frequency, then of name."""
        content: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Counter):
                value = dict(sorted(value.items(), key=lambda pair: (-pair[1], pair[0])))
            content[item.name] = value
        return content


def check_corpus(
    documents: Iterable[Document],
    max_width: int | None = None,
    max_words: int | None = None,
    max_pieces: int | None = 512,
    count_pieces: Callable[[Sequence[str]], int] | None = None,
) -> CorpusReport:
    """Count the contents of documents.

    Args:
        documents: Documents of one file or several; they are read once.
        max_width: Width of the widest entity that a model can predict, in tokens.
        max_words: Length in tokens above which a sentence counts as long.
        max_pieces: Length in pieces above which a sentence counts as long; special pieces are
            included if ``count_pieces`` counts them.
        count_pieces: Gives the number of pieces of a sentence's tokens; None: pieces are not
            counted.

    Raises:
        DataError: The sentences of a document do not follow one another.
    """
    report = CorpusReport(max_width, max_words, None if count_pieces is None else max_pieces)
    ids: set[str] = set()
    for document in documents:
        report.duplicate_ids += document.id in ids
        ids.add(document.id)
        borders = sentences_of(document)
        entity_sentences = [_sentences_of_entity(entity, borders) for entity in document.entities]
        _count_sentences(report, document, borders, entity_sentences, count_pieces)
        _count_entities(report, document, borders)
        _count_relations(report, document, entity_sentences)
    return report


def _sentences_of_entity(entity: Entity, borders: Sequence[Span]) -> frozenset[int | None]:
    """The sentences that mention an entity; None stands for a mention across sentences."""
    return frozenset(sentence_of(mention, borders) for mention in entity.mentions)


def _count_sentences(
    report: CorpusReport,
    document: Document,
    borders: Sequence[Span],
    entity_sentences: Sequence[frozenset[int | None]],
    count_pieces: Callable[[Sequence[str]], int] | None,
) -> None:
    report.documents += 1
    report.sentences += len(borders)
    report.tokens += len(document.tokens)
    report.longest_document = max(report.longest_document, len(document.tokens))
    for border in borders:
        report.empty_sentences += border.width == 0
        report.longest_sentence = max(report.longest_sentence, border.width)
        report.long_sentences += report.max_words is not None and border.width > report.max_words
        if count_pieces is not None:
            pieces = count_pieces(document.tokens[border.start : border.end])
            report.longest_sentence_pieces = max(report.longest_sentence_pieces or 0, pieces)
            limit = report.max_pieces
            report.long_sentences_pieces += limit is not None and pieces > limit
    mentioned: set[int | None] = set().union(*entity_sentences) - {None}
    related: set[int | None] = set()
    for relation in document.relations:
        related |= entity_sentences[relation.head] & entity_sentences[relation.tail]
    report.sentences_without_entities += len(borders) - len(mentioned)
    report.sentences_without_relations += len(borders) - len(related - {None})


def _count_entities(report: CorpusReport, document: Document, borders: Sequence[Span]) -> None:
    entities = document.entities
    report.entities += len(entities)
    report.mentions += sum(len(entity.mentions) for entity in entities)
    report.entity_labels.update(
        "(none)" if entity.label is None else entity.label for entity in entities
    )
    report.clusters += len(document.clusters)
    report.cluster_mentions += sum(len(group) for group in document.clusters)
    duplicates = len(entities) - len({(entity.label, entity.mentions) for entity in entities})
    report.duplicate_entities += duplicates
    widths = [max(mention.width for mention in entity.mentions) for entity in entities]
    report.longest_entity = max(report.longest_entity, *widths, 0)
    report.wide_entities += sum(_wide(entity, report.max_width) for entity in entities)
    mentions = [mention for entity in entities for mention in entity.mentions]
    report.cross_sentence_mentions += sum(
        sentence_of(mention, borders) is None for mention in mentions
    )
    _count_overlaps(report, document, borders)


def _count_overlaps(report: CorpusReport, document: Document, borders: Sequence[Span]) -> None:
    """Pairs of overlapping mentions; by start, so that each meets only those it may overlap."""
    mentions = sorted({(span, e.label or "") for e in document.entities for span in e.mentions})
    nested: set[int | None] = set()
    for index, (first, _) in enumerate(mentions):
        for second, _ in mentions[index + 1 :]:
            if second.start >= first.end:
                break
            if first == second:
                report.two_label_spans += 1
            elif first.start == second.start or second.end <= first.end:
                report.nested_pairs += 1
                nested.add(sentence_of(first, borders))
            else:
                report.crossing_pairs += 1
    report.nested_sentences += len(nested)


def _count_relations(
    report: CorpusReport, document: Document, entity_sentences: Sequence[frozenset[int | None]]
) -> None:
    entities, relations = document.entities, document.relations
    report.relations += len(relations)
    report.relation_labels.update(relation.label for relation in relations)
    ends = [(entities[item.head].mentions, entities[item.tail].mentions) for item in relations]
    labelled = {
        (item.label, *pair, entities[item.head].label, entities[item.tail].label)
        for item, pair in zip(relations, ends, strict=True)
    }
    report.duplicate_relations += len(relations) - len(labelled)
    report.self_relations += sum(head == tail for head, tail in ends)
    pairs = set(ends)
    report.both_directions += sum(head < tail and (tail, head) in pairs for head, tail in pairs)
    for relation in relations:
        head, tail = entities[relation.head], entities[relation.tail]
        wide = _wide(head, report.max_width) or _wide(tail, report.max_width)
        report.wide_relations += wide
        shared = entity_sentences[relation.head] & entity_sentences[relation.tail] - {None}
        report.cross_sentence_relations += not shared


def _wide(entity: Entity, limit: int | None) -> bool:
    return limit is not None and any(mention.width > limit for mention in entity.mentions)

"""The document model in the published form: document by document, features concatenated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.functional import linear

from jointre.data.candidates import DocumentCandidates
from jointre.data.names import NameRelation
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.models.document import DocumentModel
from jointre.models.refinement import Refinement
from jointre.nn.classifiers import (
    Classifier,
    CosineClassifier,
    FeedforwardClassifier,
    LinearClassifier,
    SimilarityClassifier,
)
from jointre.nn.coreference import PairwiseCoreference
from jointre.nn.losses import ArcFaceLoss
from jointre.nn.pair_encoders import MultiInstance
from jointre.nn.refiners import MemoryFlow
from jointre.nn.type_embeddings import TableTypes
from jointre.positions import MentionPairs
from tests.naive import clustering, coreference_scorer, document_pools, losses, memory
from tests.naive.classifier import similarities

Pair = tuple[int, int]


@dataclass
class Scored:
    """What one document's spans, mentions and entities are given.

    Args:
        mention: logits of the spans.
        coreference: logits of the pairs of mentions, which may be sampled twice.
        entity: logits ``[g c]``.
        relation: logits by entities.
        spans: all of them.
        mention_rows: the spans that are mentions.
        mention_entity: the mentions of each entity.
        labels: of the entities.
    """

    mention: Tensor
    coreference: list[Tensor] = field(default_factory=list)
    entity: list[Tensor] = field(default_factory=list)
    relation: dict[Pair, Tensor] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    mention_rows: list[int] = field(default_factory=list)
    mention_entity: list[list[int]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)


def classify(part: Classifier, rows: Tensor) -> Tensor:
    """Logits of concatenated features; dropout is off."""
    if isinstance(part, FeedforwardClassifier):
        hidden = linear(rows, part.hidden.weight, part.hidden.bias).relu()
        return linear(hidden, part.output.weight, part.output.bias)
    if isinstance(part, LinearClassifier):
        return linear(rows, part.linear.weight, part.linear.bias)
    if isinstance(part, CosineClassifier):
        return similarities("cosine", rows, None, part.memory)
    assert isinstance(part, SimilarityClassifier)
    weights = None if part.map is None else part.map.weight
    return part.scale * similarities(part.similarity, rows, weights, part.memory.weight)


def refined(part: Refinement | None, rows: Tensor, prototypes: Mapping[str, Tensor]) -> Tensor:
    """The rows of one document after all refiners that are awake."""
    for one in [] if part is None else part.refiners:
        if not bool(one.active) or not len(rows):
            continue
        read = prototypes if one.memory_grad else {k: v.detach() for k, v in prototypes.items()}
        if isinstance(one, MemoryFlow):
            rows = memory.flow(one, rows, [0] * len(rows), read)
        else:
            rows = memory.read(one, rows, read)
    return rows


class Reading:
    """One document as the model's tasks see it.

    Args:
        model: gives the encoder and weights.
        document: the document, alone.
    """

    def __init__(self, model: DocumentModel, document: Document) -> None:
        self.model, self.document = model, document
        make = model.piece_maker()
        pieces = make(document.tokens)
        batch = make.batch([pieces])
        self.prototypes = {
            "entity": model.entity_classifier.prototypes,
            "relation": model.relation_classifier.prototypes,
        }
        stream = model.encoder(batch.ids, batch.mask, batch.window_index, batch.positions)
        states = refined(model.backbone.refinement, stream.states[0], self.prototypes)
        streams = model.backbone.projection(stream.updated(states[None]))
        self.shared = states
        self.own = {task: streams.task(task).states[0] for task in ("entity", "relation")}
        self.starts = pieces.starts.tolist()
        self.borders = document.sentences or (Span(0, len(document.tokens)),)

    def positions(self, span: Span) -> Span:
        """The pieces of a span."""
        return Span(self.starts[span.start], self.starts[span.end])

    def rows(self, task: str, spans: Sequence[Span]) -> Tensor:
        """The maximum over each span, refined."""
        states = self.own[task]
        pooled = [states[slice(*self.positions(span))].amax(0) for span in spans]
        found = torch.stack(pooled) if pooled else states.new_zeros(0, states.shape[1])
        return refined(self.model.span_refinement, found, self.prototypes)

    def sentence(self, word: int) -> int:
        """The sentence of a word."""
        return next(i for i, (start, end) in enumerate(self.borders) if start <= word < end)

    def distance(self, one: Span, other: Span) -> int:
        """Characters to change between the words of two spans."""
        words = self.document.tokens
        return document_pools.levenshtein(*(" ".join(words[slice(*s)]) for s in (one, other)))

    def instance(self, one: Span, other: Span) -> tuple[Tensor, int, int]:
        """The context between two mentions, their distances in words and in sentences."""
        first, second = self.positions(one), self.positions(other)
        gap = self.shared[min(first.end, second.end) : max(first.start, second.start)]
        context = gap.amax(0) if len(gap) else self.shared.new_zeros(self.shared.shape[1])
        earlier, later = sorted((one, other), key=lambda span: span.start)
        words = max(0, later.start - (earlier.end - 1))
        return context, words, abs(self.sentence(one.start) - self.sentence(other.start))


def scored(
    model: DocumentModel,
    document: Document,
    chosen: DocumentCandidates | None = None,
    given: bool = False,
) -> Scored:
    """Logits of one document.

    Args:
        model: gives the encoder, weights and thresholds.
        document: its own entities count only when they are given.
        chosen: the samples to score; None: what the model decides.
        given: score the document's own entities.
    """
    read = Reading(model, document)
    spans = document_pools.candidates(document, model.span_enumerator.max_width)
    if given:
        spans += dict.fromkeys(s for e in document.entities for s in e.mentions if s not in spans)
    if chosen is not None:
        spans = [Span(*span) for span in chosen.spans.tolist()]
    rows = read.rows("entity", spans)
    widths = [model.widths.weight[min(span.width, 59)] for span in spans]
    features = [torch.cat(pair) for pair in zip(rows, widths, strict=True)]
    mention = rows.new_zeros(0)
    if features:
        mention = classify(model.mention_classifier, torch.stack(features))[:, 0]
    found = Scored(mention, spans=spans)
    if chosen is not None:
        found.mention_rows = chosen.mention_rows.tolist()
    elif given:
        own = dict.fromkeys(span for entity in document.entities for span in entity.mentions)
        found.mention_rows = [spans.index(span) for span in own]
    else:
        probable = (mention.sigmoid() >= model.decoder.mention_threshold).tolist()
        found.mention_rows = [row for row, yes in enumerate(probable) if yes]
    group(model, read, rows, found, chosen, given)
    relate(model, read, rows, found, chosen)
    return found


def group(
    model: DocumentModel,
    read: Reading,
    rows: Tensor,
    found: Scored,
    chosen: DocumentCandidates | None,
    given: bool,
) -> None:
    """Coreference logits, the mentions of the entities, their types."""
    mentions = [found.spans[row] for row in found.mention_rows]
    size = len(mentions)
    pairs = [] if given else [(i, j) for i in range(size) for j in range(i + 1, size)]
    if chosen is not None:
        pairs = [(i, j) for i, j in chosen.coreference_pairs.tolist()]
    for i, j in pairs:
        distance = read.distance(mentions[i], mentions[j])
        both, pair = rows[[found.mention_rows[i], found.mention_rows[j]]], torch.tensor([[0, 1]])
        part = model.coreference
        if isinstance(part, PairwiseCoreference):
            none = torch.tensor([NameRelation.OTHER])
            scored = MentionPairs(pair, torch.tensor([distance]), none)
            logit = coreference_scorer.pairwise(part, both, scored)
        else:
            logit = coreference_scorer.cosine(part, both, pair)
        found.coreference.append(logit[0])
    document = read.document
    if chosen is not None or given:
        found.mention_entity = [
            [mentions.index(span) for span in dict.fromkeys(entity.mentions)]
            for entity in document.entities
        ]
    else:
        linked = (logit.sigmoid().item() for logit in found.coreference)
        scores = dict(zip(pairs, linked, strict=True))
        number = clustering.cluster(size, scores, model.decoder.coreference_threshold)
        found.mention_entity = [
            [i for i in range(size) if number[i] == c] for c in range(len(set(number)))
        ]
    for entity, own in enumerate(found.mention_entity):
        whole = memory.pool(
            rows[[found.mention_rows[i] for i in own]],
            [0] * len(own),
            1,
            model.entity_pooler.registered_name,
        )
        logits = classify(model.entity_classifier, whole)[0]
        found.entity.append(logits)
        label = document.entities[entity].label if chosen is not None or given else None
        known = model.vocabulary.entity_labels
        found.labels.append(int(logits.argmax()) if label is None else known.index(label))


def relate(
    model: DocumentModel,
    read: Reading,
    rows: Tensor,
    found: Scored,
    chosen: DocumentCandidates | None,
) -> None:
    """Logits of the pairs of entities."""
    mentions = [found.spans[row] for row in found.mention_rows]
    same = model.backbone.projection.registered_name == "identity"
    related = rows[found.mention_rows] if same else read.rows("relation", mentions)
    how = model.entity_pooler.registered_name
    entities = [
        memory.pool(rows[[found.mention_rows[i] for i in own]], [0] * len(own), 1, how)[0]
        for own in found.mention_entity
    ]
    part = model.type_embedding
    types = model.entity_classifier.prototypes.detach()
    types = part.table.weight if isinstance(part, TableTypes) else types
    size = len(entities)
    pairs = [(h, t) for h in range(size) for t in range(size) if h != t]
    if chosen is not None:
        pairs = [(h, t) for h, t in chosen.pairs.tolist()]
    encode = model.pair_encoder
    for h, t in pairs:
        kinds = [types[found.labels[h]], types[found.labels[t]]]
        if isinstance(encode, MultiInstance):
            instances = []
            for i in found.mention_entity[h]:
                for j in found.mention_entity[t]:
                    context, words, sentences = read.instance(mentions[i], mentions[j])
                    parts = [context, related[i], related[j], entities[h], entities[t]]
                    parts.append(encode.token_distance.weight[min(words, 699)])
                    parts.append(encode.sentence_distance.weight[min(sentences, 49)])
                    instances.append(
                        linear(torch.cat(parts), encode.instance.weight, encode.instance.bias)
                    )
            features = [torch.stack(instances).amax(0)]
        else:
            features = [entities[h], entities[t]]
        layer = encode.hidden
        hidden = linear(torch.cat([*features, *kinds]), layer.weight, layer.bias).relu()
        found.relation[h, t] = classify(model.relation_classifier, hidden[None])[0]


def total_losses(
    model: DocumentModel, found: Sequence[Scored], chosen: Sequence[DocumentCandidates]
) -> dict[str, Tensor]:
    """The four weighted losses, means over the samples of all documents."""
    zero = torch.zeros(())
    sums = dict.fromkeys(("mention", "coreference", "entity", "relation"), zero)
    counts = dict.fromkeys(sums, 0)

    def add(task: str, value: Tensor) -> None:
        sums[task] = sums[task] + value
        counts[task] += 1

    for one, own in zip(found, chosen, strict=True):
        for logit, target in zip(one.mention, own.mention_targets, strict=True):
            if target >= 0:
                add("mention", cross_entropy(logit, torch.tensor(target)))
        for logit, target in zip(one.coreference, own.coreference_targets, strict=True):
            add("coreference", cross_entropy(logit, torch.tensor(target)))
        for logits, label in zip(one.entity, own.entity_targets.tolist(), strict=True):
            loss = model.entity_loss
            if isinstance(loss, ArcFaceLoss):
                add(
                    "entity",
                    losses.arcface(logits[None], [label], torch.ones(1), 28.6, loss.scale),
                )
            else:
                add("entity", logits.logsumexp(0) - logits[label])
        for (h, t), hot in zip(own.pairs.tolist(), own.relation_targets, strict=True):
            each = cross_entropy(one.relation[h, t], torch.tensor(hot), reduction="none")
            add("relation", each.sum())
    weights = model.loss_weights
    return {
        task: getattr(weights, task) * total / max(1, counts[task]) for task, total in sums.items()
    }


def decided(model: DocumentModel, document: Document, one: Scored) -> Document:
    """The document with what its probabilities decide."""
    types = [model.entity_loss.scores(logits[None]).labels[0] for logits in one.entity]
    entities = []
    for mention_entity, label, probabilities in zip(
        one.mention_entity, one.labels, types, strict=True
    ):
        rows = sorted((one.spans[one.mention_rows[i]], one.mention_rows[i]) for i in mention_entity)
        entities.append(
            Entity(
                model.vocabulary.entity_labels[label],
                tuple(span for span, _ in rows),
                probabilities[label].item(),
                tuple(one.mention[row].sigmoid().item() for _, row in rows),
            )
        )
    relations = [
        Relation(model.vocabulary.relation_labels[label], h, t, score)
        for (h, t), logits in one.relation.items()
        for label, score in enumerate(logits.sigmoid().tolist())
        if score >= (model.decoder.relation_thresholds[label] or 0.6)
    ]
    return Document(
        document.id,
        document.tokens,
        sentences=document.sentences,
        entities=tuple(entities),
        relations=tuple(relations),
    )

"""What each mix-in of the shipped ablations changes, next to its model's base experiment."""

from dataclasses import dataclass
from typing import NamedTuple

from jointre.config import LoadedConfig
from tests.experiments.variants import mixed


class Change(NamedTuple):
    """What a mix-in changes.

    Args:
        keys: keys of the experiment's sections.
        modules: components whose classes or parameters are others.
        results: scores, and the loss, that change when the weights stay.
    """

    keys: set[str] = set()
    modules: set[str] = set()
    results: set[str] = set()


ALL = {"entity", "relation", "loss"}
SAME = Change()


def option(key: str, *modules: str) -> Change:
    """A key of the model section that changes all results, and those components."""
    return Change({f"model.{key}"}, set(modules), ALL)


@dataclass(frozen=True)
class Ablations:
    """The mix-ins of a model.

    Args:
        base: the experiment they change.
        file: the mix-ins.
        modules: where the components of the config live in the model.
        expected: what each mix-in changes.
        encoders: the encoder that a mix-in names; tests take a tiny one instead.
    """

    base: str
    file: str
    modules: dict[str, str]
    expected: dict[str, Change]
    encoders: dict[str, str]

    @property
    def names(self) -> list[str]:
        """The mix-ins in the file."""
        return sorted(mixed(self.base, self.file))

    def mixed(self, name: str) -> LoadedConfig:
        """The base with a mix-in."""
        return mixed(self.base, self.file)[name]

    def mix_in(self, name: str) -> str:
        """The override that adds it."""
        return f"(import '{self.file}').{name}"


SHARED = {
    "encoder": "backbone.encoder",
    "word_pooler": "backbone.word_pooler",
    "projection": "backbone.projection",
    "interaction": "backbone.interaction",
    "entity_classifier": "entity_classifier",
    "relation_classifier": "relation_classifier",
    "entity_loss": "entity_loss",
    "relation_loss": "relation_loss",
}
INTERACTION = option("interaction")
REBUILT = option("interaction", "interaction")
CONTEXT = Change({"model.pair_encoder"}, {"pair_encoder"}, {"relation", "loss"})
SINET = Ablations(
    base="experiments/sinet_scierc_minilm.jsonnet",
    file="experiments/ablations/sinet.libsonnet",
    modules=SHARED
    | {
        "span_pooler": "span_pooler",
        "relation_span_pooler": "relation_span_pooler",
        "type_embedding": "type_embedding",
        "pair_encoder": "pair_encoder",
        "width_dim": "widths",
    },
    expected={
        "base": Change(
            {"model.projection", "model.interaction"}, {"projection", "interaction"}, ALL
        ),
        "base_tap": REBUILT,
        "base_tap_ctam_ner": Change({"model.interaction"}, set(), {"relation", "loss"}),
        "base_tap_ctam_re": Change({"model.interaction"}, set(), {"entity", "loss"}),
        "base_tap_ctam": SAME,
        "span_max": SAME,
        "span_sum": option("span_pooler", "span_pooler"),
        "span_mean": option("span_pooler", "span_pooler"),
        "context_max": SAME,
        "context_sum": CONTEXT,
        "context_mean": CONTEXT,
        "agent_cls": SAME,
        "agent_max": INTERACTION,
        "agent_mean": INTERACTION,
        "layer_norm": SAME,
        "no_layer_norm": REBUILT,
        "heads_4": SAME,
        **{f"heads_{heads}": INTERACTION for heads in (1, 2, 6, 8, 12)},
        "layers_1": SAME,
        **{f"layers_{layers}": REBUILT for layers in (2, 3, 4, 5)},
        "span_endpoints": option("span_pooler", "span_pooler"),
        "endpoints": Change(
            {"model.span_pooler", "model.relation_span_pooler"},
            {"span_pooler", "relation_span_pooler"},
            ALL,
        ),
        "types": Change(
            {"model.type_embedding"},
            {"type_embedding", "relation_classifier"},
            {"relation", "loss"},
        ),
        "distance": Change(
            {"model.pair_encoder"}, {"pair_encoder", "relation_classifier"}, {"relation", "loss"}
        ),
        "hypergraph": Change(
            {"model.pair_encoder"}, {"pair_encoder", "relation_classifier"}, {"relation", "loss"}
        ),
        "predicted_spans": Change({"model.relation_spans"}),  # the untrained model finds no mention
        "document": option("context"),
        "window_300": option("context"),
        "entity_weight": Change({"model.loss_weights"}, set(), {"loss"}),
        "pairs_document": Change({"model.pairs"}),  # the units of the test have one sentence
        "pairs_next": Change({"model.pairs"}),
        "positive_weight": Change({"model.relation_loss"}, set(), {"loss"}),
        "none_weight": Change({"model.entity_loss"}, set(), {"loss"}),
        "focal": Change({"model.entity_loss", "model.relation_loss"}, set(), {"loss"}),
        "boundary_smoothing": Change({"model.boundary_smoothing"}, set(), {"loss"}),
        "r_drop": Change({"training.r_drop"}),
        "no_out_proj": REBUILT,
        "unmasked_padding": INTERACTION,
    },
    encoders={},
)

CLASSIFIERS = ("entity_classifier", "relation_classifier")
WITHOUT_MAP = option("interaction", "interaction", *CLASSIFIERS)
CARE_ENCODERS = {
    "bert": "bert-base-cased",
    "scibert": "allenai/scibert_scivocab_cased",
    "roberta": "roberta-base",
    "t5": "t5-base",
}
CARE = Ablations(
    base="experiments/care_scierc_minilm.jsonnet",
    file="experiments/ablations/care.libsonnet",
    modules=SHARED,
    expected={
        "kernel_3": SAME,
        "kernel_1": REBUILT,
        "layers_0": WITHOUT_MAP,  # the map is then as wide as the distance embedding
        **{f"layers_{layers}": REBUILT for layers in (1, 2, 4)},
        "layers_3": SAME,
        "no_co_attention": WITHOUT_MAP,
        "no_residual": INTERACTION,
        "no_self_loop": INTERACTION,
        "heads_4": REBUILT,
        "no_distance": REBUILT,
        "no_pair_map": option("cell_features", *CLASSIFIERS),
        "entity_reads": REBUILT,
        "relation_reads": REBUILT,
        "shared_mlp": option("projection", "projection"),
        "no_mlp": option("projection", "projection"),
        "document": option("context"),
        "window_300": option("context"),
        "words_first": option("word_pooler", "word_pooler"),
        "words_max": option("word_pooler", "word_pooler"),
        "padded_length": Change({"model.normalise_by"}, set(), {"loss"}),
        "cosine": Change({"training.schedule"}),
        **dict.fromkeys(CARE_ENCODERS, SAME),
    },
    encoders=CARE_ENCODERS,
)

READ = ("token_refiners", "span_refiners")
SLOTS = ("entity_classifier", "relation_classifier")
DECIDED = {"entity", "relation", "loss"}
SCORES = {"mention", "coreference", *DECIDED}


def parts(*keys: str, modules: tuple[str, ...] = (), results: set[str] = SCORES) -> Change:
    """Keys of the model section, and the components and results that they change."""
    return Change({f"model.{key}" for key in keys}, set(modules), results)


LONGER = parts("encoder", modules=("encoder",), results=set())  # short inputs stay as they are
MEMORY = Ablations(
    base="experiments/memory_cdr_minilm.jsonnet",
    file="experiments/ablations/memory.libsonnet",
    modules=SHARED
    | {
        name: name
        for name in (
            "span_pooler",
            "mention_classifier",
            "coreference",
            "entity_pooler",
            "type_embedding",
            "pair_encoder",
        )
    }
    | {
        "token_refiners": "backbone.refinement",
        "span_refiners": "span_refinement",
        "width_dim": "widths",
        "mention_relation_classifier": "mention_relation_classifier",
    },
    expected={
        "flow": SAME,
        "no_memory": Change(
            {"model.token_refiners", "model.span_refiners", "training.callbacks"},
            {*READ},
            SCORES,
        ),
        "entity_memory": parts(*READ, modules=READ),
        "relation_memory": parts(*READ, modules=READ),
        "tokens": parts("span_refiners", modules=("span_refiners",)),
        "mentions": parts("token_refiners", modules=("token_refiners",)),
        "read": parts(*READ, modules=READ),
        "flow_and_read": parts(*READ, modules=READ),
        "no_memory_grad": parts(*READ, results=set()),  # only gradients are others
        "all_spans": parts("sampler", results=set()),  # tiny documents have all of them drawn
        "perturbed_clusters": parts("sampler", results=DECIDED),
        "residual": parts(*READ),
        "entity_residual": parts(*READ, modules=READ),
        "relation_residual": parts(*READ, modules=READ),
        "mean_unit": parts(*READ),
        "read_by_dot": parts(*READ, modules=READ),
        "read_by_cosine": parts(*READ, modules=READ),
        "bilinear": SAME,
        "dot": parts(*SLOTS, modules=SLOTS, results=DECIDED),
        "cosine": parts(*SLOTS, results=DECIDED),
        **{
            f"arcface_{task}": parts(
                f"{task}_classifier",
                f"{task}_loss",
                modules=(f"{task}_classifier", f"{task}_loss"),
            )
            for task in ("entity", "relation")
        },
        **dict.fromkeys(
            ("adaptive", "adaptive_focal"),
            parts(
                "relation_loss",
                "decoder",
                modules=("relation_classifier", "relation_loss"),
                results=SCORES,
            ),
        ),
        "logsumexp": parts("entity_pooler", modules=("entity_pooler",), results=DECIDED),
        "two_rates": Change({"training.optimizer"}),
        "equal_names": parts("decoder", results=set()),  # decides in prediction only
        "linked_names": parts("decoder", results=set()),
        "known_names": parts("decoder", results=set()),
        "different_names": parts("decoder", results=set()),
        "consistent_mentions": parts("decoder", results=set()),
        "relation_consistency": parts(
            "decoder",
            "mention_relation_classifier",
            modules=("mention_relation_classifier",),
            results={"loss"},
        ),
        **{
            name: parts("coreference", modules=("coreference",), results={"coreference", "loss"})
            for name in ("name_relations", "name_dictionary")
        },
        "multi_instance": SAME,
        "localized_context": parts(
            "pair_encoder", modules=("pair_encoder",), results={"relation", "loss"}
        ),
        "global": parts("pair_encoder", modules=("pair_encoder",), results={"relation", "loss"}),
        "pairwise_coreference": SAME,
        "cosine_coreference": parts(
            "coreference", modules=("coreference",), results={"coreference", "loss"}
        ),
        "jerex": Change(
            {f"model.{key}" for key in (*READ, *SLOTS, "type_embedding")} | {"training.callbacks"},
            {*READ, *SLOTS, "type_embedding", "pair_encoder"},
            SCORES,
        ),
        "windows": SAME,
        **{f"extend_{how}": LONGER for how in ("normal_1", "normal_002", "tile")},
        **{f"warmup_{share}": Change({"training.callbacks"}) for share in (0, 20, 40, 60, 80, 100)},
        "warmup_50": SAME,
        **{  # the prototypes are read, and stand for the types in the pairs
            f"slot_{width}": parts(*SLOTS, modules=(*SLOTS, *READ, "pair_encoder"))
            for width in (32, 64, 128, 768)
        },
    },
    encoders={},
)

"""A checkpoint under the published names gives the published numbers."""

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ArchiveError
from jointre.models import Model, archive
from jointre.models.published import convert_checkpoint, convert_state, read_state
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Stream
from jointre.positions import Role
from jointre.testing.tiny import tiny_encoder
from tests.naive.sinet import sinet
from tests.nn import golden
from tests.nn.golden import TOLERANCE, fill

WORDS = ("Bob", "Rome9", "left")  # of 1, 2 and 1 pieces, as in the golden example
VOCABULARY = Vocabulary(("Loc", "Peop"), ("Lives", "Works"))
HEADS = {
    "linear_s.weight": fill((4, 4), 1),
    "linear_r.weight": fill((4, 4), 2),
    "cross_attention.wq.weight": fill((4, 4), 3),
    "cross_attention.wk.weight": fill((4, 4), 4),
    "cross_attention.wv.weight": fill((4, 4), 5),
    "cross_attention.proj.weight": fill((4, 4), 6),
    "cross_attention.proj.bias": fill((4,), 7),
    "cross_attention.addnorm.ln.weight": fill((1, 4), 8),
    "cross_attention.addnorm.ln.bias": fill((1, 4), 9),
    "entity_classifier.weight": fill((3, 10), 10),
    "entity_classifier.bias": fill((3,), 11),
    "rel_classifier.weight": fill((2, 20), 12),
    "rel_classifier.bias": fill((2,), 13),
    "size_embeddings.weight": fill((100, 2), 14),
}
UNUSED = {
    "bert.pooler.dense.weight": torch.zeros(4, 4),
    "bert.pooler.dense.bias": torch.zeros(4),
    "bert.embeddings.position_ids": torch.arange(512)[None],
}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    return tiny_encoder(folder, ["Bob", "Rome9", "left"], hidden=4, layers=1, heads=2)


@pytest.fixture(scope="module")
def published(encoder: Path) -> dict[str, Tensor]:
    bert = load_file(encoder / "model.safetensors")
    return {f"bert.{name}": value for name, value in bert.items()} | HEADS | UNUSED


def section(encoder: Path, **options: Any) -> dict[str, Any]:
    return {
        "type": "span",
        "encoder": {"type": "transformer", "model_name": str(encoder)},
        "projection": "linear",
        "interaction": {"type": "ctam", "heads": 2},
        "width_dim": 2,
        **options,
    }


def converted(tmp_path: Path, encoder: Path, published: dict[str, Tensor]) -> Model:
    save_file(published, tmp_path / "sinet.safetensors")
    dropped = convert_checkpoint(
        tmp_path / "sinet.safetensors", section(encoder), VOCABULARY, tmp_path / "archive"
    )
    assert sorted(dropped) == sorted(UNUSED)
    loaded = archive.load(tmp_path / "archive")
    assert loaded.about == {"converted_from": "sinet.safetensors"}
    assert loaded.model.vocabulary == VOCABULARY
    return loaded.model


def logits(model: Model, tokens: tuple[str, ...]) -> tuple[Tensor, Tensor, Any]:
    """Logits of all spans and of all pairs among the golden example's."""
    preparer = model.preparer("predict")
    batch = preparer([preparer.item(0, Document("d", tokens))])
    with torch.inference_mode():
        streams = model.backbone(batch.inputs, {})
        spans = golden.spans()
        _, _, entity = model._score_spans(streams, spans, prune=False)
        no_types = FeatureBlock(torch.zeros(len(spans), 0))
        relation = model._score_pairs(streams, spans, no_types, golden.PAIRS, None)
    return entity, relation, (batch, streams)


def test_the_formulas_alone_give_the_golden_values() -> None:
    words = [(1, 2), (2, 4), (4, 5)]
    pairs = [(head, tail) for head, tail in golden.PAIRS.tolist()]
    entity, relation = sinet(fill((6, 4), 0), words, golden.SPANS, pairs, HEADS, heads=2)
    torch.testing.assert_close(entity, golden.ENTITY_LOGITS, **TOLERANCE)
    torch.testing.assert_close(relation, golden.RELATION_LOGITS, **TOLERANCE)


def test_a_converted_checkpoint_gives_the_golden_values(
    tmp_path: Path, encoder: Path, published: dict[str, Tensor]
) -> None:
    model = converted(tmp_path, encoder, published)

    def golden_states(module: Any, inputs: Any, output: Stream) -> Stream:
        assert output.positions.roles.tolist() == golden.positions().roles.tolist()
        return Stream.of(fill((1, 6, 4), 0), output.positions)

    model.encoder.register_forward_hook(golden_states)
    entity, relation, _ = logits(model, WORDS)
    torch.testing.assert_close(entity, golden.ENTITY_LOGITS, **TOLERANCE)
    torch.testing.assert_close(relation, golden.RELATION_LOGITS, **TOLERANCE)


def test_a_converted_checkpoint_computes_what_the_formulas_say(
    tmp_path: Path, encoder: Path, published: dict[str, Tensor]
) -> None:
    model = converted(tmp_path, encoder, published)
    entity, relation, (batch, streams) = logits(model, ("left", "Bob", "Rome9", "Bob"))
    assert (batch.inputs.positions.roles == Role.WORD).sum() == 5  # Rome9 has two pieces
    words = [(start, end) for start, end in batch.inputs.positions.words[0].tolist()]
    pairs = [(head, tail) for head, tail in golden.PAIRS.tolist()]
    expected = sinet(streams.shared.states[0], words, golden.SPANS, pairs, HEADS, heads=2)
    torch.testing.assert_close((entity, relation), expected, atol=1e-5, rtol=1e-5)


def test_the_encoder_has_the_checkpoints_weights(
    tmp_path: Path, encoder: Path, published: dict[str, Tensor]
) -> None:
    name = "embeddings.word_embeddings.weight"
    changed = published | {f"bert.{name}": published[f"bert.{name}"] + 1}
    state = converted(tmp_path, encoder, changed).encoder.model.state_dict()
    torch.testing.assert_close(state[name], published[f"bert.{name}"] + 1)


def test_every_misfit_is_listed() -> None:
    model = {"widths.weight": fill((100, 2), 0), "entity_classifier.linear.bias": fill((3,), 0)}
    theirs = {"entity_classifier.bias": fill((7,), 0), "linear_t.weight": fill((4, 4), 0)}
    with pytest.raises(ArchiveError) as caught:
        convert_state(theirs, model, "old.bin")
    assert str(caught.value).splitlines() == [
        "old.bin does not fit the config and its labels:",
        "  missing: size_embeddings.weight",
        "  unexpected: linear_t.weight",
        "  of another shape: entity_classifier.bias [7], the config makes it [3]",
        "Take an experiment of SINET with the checkpoint's encoder, width_dim and labels.",
    ]


def test_a_parameter_that_the_published_code_lacks_is_named() -> None:
    model = {"backbone.interaction.stacks.0.1.query.weight": fill((4, 4), 0)}
    with pytest.raises(ArchiveError, match=r"stacks\.0\.1\.query\.weight \(our name"):
        convert_state({}, model)


def test_half_precision_becomes_single() -> None:
    model = {"widths.weight": fill((100, 2), 0)}
    half = {"size_embeddings.weight": fill((100, 2), 0).half()}
    assert convert_state(half, model).state["widths.weight"].dtype == torch.float32


def test_a_pytorch_file_is_read_without_running_code(tmp_path: Path) -> None:
    torch.save(HEADS, tmp_path / "good.bin")
    assert read_state(tmp_path / "good.bin").keys() == HEADS.keys()

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    for number, save in enumerate((torch.save, lambda o, p: p.write_bytes(pickle.dumps(o, 2)))):
        path = tmp_path / f"evil{number}.bin"
        save({"linear_s.weight": Evil()}, path)
        with pytest.raises(ArchiveError, match="not a readable file of tensors"):
            read_state(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["bad.safetensors", "bad.bin"])
def test_a_damaged_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not tensors at all")
    with pytest.raises(ArchiveError, match=rf"{name}: not a readable file of tensors"):
        read_state(tmp_path / name)


def test_other_content_and_no_file(tmp_path: Path) -> None:
    torch.save({"epoch": 3}, tmp_path / "epoch.bin")
    with pytest.raises(ArchiveError, match="holds no state dict"):
        read_state(tmp_path / "epoch.bin")
    with pytest.raises(ArchiveError, match=r"none\.bin: no such file"):
        read_state(tmp_path / "none.bin")


def test_a_filled_folder_is_not_replaced(tmp_path: Path, encoder: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(ArchiveError, match="exists and is not an empty folder"):
        convert_checkpoint(tmp_path / "x.bin", section(encoder), VOCABULARY, tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "mine"

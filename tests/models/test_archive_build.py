"""Archives whose files ask for foreign code, or whose values no model has."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.data.schema import Document, Span
from jointre.errors import ArchiveError
from jointre.inference import Predictor
from jointre.models import archive, archive_files
from tests.models.mutations import Mutation, mutated, mutations

STORED = Path(__file__).parents[2] / "fixtures" / "archives"
SPAN = STORED / "span_0.1.0" / "archive"
KINDS = ("span", "table", "document")
DOCUMENT = Document(
    "d",
    ("Ada", "Lovelace", "met", "2", "people", "in", "London", ".", "She", "went", "home", "."),
    sentences=(Span(0, 8), Span(8, 12)),
)
SECONDS = 20


@contextmanager
def limited(what: object) -> Iterator[None]:
    """Fail where something takes longer than a value may take."""

    def stop(*_: Any) -> None:
        pytest.fail(f"{what}: took more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def changed(target: Path, name: str, **values: Any) -> Path:
    """A copy of the span archive with other values in one file, its checksums in order."""
    key, value = next(iter(values.items()))
    mutated(SPAN, Mutation(name, (key,), value), target)
    content = json.loads((target / name).read_text())
    (target / name).write_text(json.dumps(content | values))
    archive_files.write_checksums(target)
    return target


ELSEWHERE = "asks for code or files from elsewhere"
ENCODER, TOKENIZER = "encoder/config.json", "encoder/tokenizer_config.json"
# The file, its values, and what the error says; None: the values have no effect.
HOSTILE: list[tuple[str, dict[str, Any], str | None]] = [
    (ENCODER, {"attn_implementation": "someone/repo"}, "accepted: eager, sdpa"),
    (ENCODER, {"attn_implementation": {"": "someone/repo"}}, "accepted: eager, sdpa"),
    (ENCODER, {"attn_implementation": "kernels-community/flash-attn2"}, "accepted: eager, sdpa"),
    (ENCODER, {"attn_implementation": "flash_attention_2"}, "accepted: eager, sdpa"),
    (ENCODER, {"attn_implementation": "flex_attention"}, "accepted: eager, sdpa"),
    (ENCODER, {"attn_implementation": "paged|someone/repo"}, "accepted: eager, sdpa"),
    (ENCODER, {"_attn_implementation": "someone/repo"}, "accepted: eager, sdpa"),
    (ENCODER, {"_attn_implementation_internal": "someone/repo"}, "accepted: eager, sdpa"),
    (ENCODER, {"attn_implementation": "eager"}, None),
    (ENCODER, {"auto_map": {"AutoModel": "someone/repo--modeling.Model"}}, ELSEWHERE),
    (ENCODER, {"model_type": "detr", "backbone": "someone/repo"}, "model_type 'detr' is not"),
    (ENCODER, {"model_type": "someone/repo"}, "model_type 'someone/repo' is not"),
    (ENCODER, {"model_type": ["bert"]}, "model_type ['bert'] is not"),
    (ENCODER, {"backbone": "someone/repo", "use_pretrained_backbone": True}, ELSEWHERE),
    (ENCODER, {"nested": {"auto_map": {"AutoModel": "someone/repo--m.M"}}}, ELSEWHERE),
    (ENCODER, {"text_config": {"attn_implementation": "someone/repo"}}, "accepted: eager, sdpa"),
    (ENCODER, {"quantization_config": {"quant_method": "bitsandbytes"}}, ELSEWHERE),
    (ENCODER, {"use_kernels": True}, ELSEWHERE),
    (ENCODER, {"torch_dtype": "load"}, "accepted: float32"),
    (ENCODER, {"dtype": "someone"}, "accepted: float32"),
    (ENCODER, {"_name_or_path": "someone/repo", "pretrained": "someone/repo"}, None),
    (TOKENIZER, {"auto_map": {"AutoTokenizer": ["someone/repo--t.T", None]}}, ELSEWHERE),
    (TOKENIZER, {"auto_map": ["someone/repo--t.T", None]}, ELSEWHERE),
    (TOKENIZER, {"tokenizer_class": "SomeoneTokenizer"}, "tokenizer_class 'SomeoneTokenizer' is"),
    (TOKENIZER, {"tokenizer_class": "RagTokenizer"}, "tokenizer_class 'RagTokenizer' is not"),
    (TOKENIZER, {"backend": "mistral-common"}, "accepted: tokenizers"),
    (TOKENIZER, {"fast_tokenizer_files": ["/dev/zero"]}, ELSEWHERE),
    (TOKENIZER, {"vocab_file": "/dev/zero"}, ELSEWHERE),
    (TOKENIZER, {"chat_template": "{{ ''.__class__.__mro__ }}"}, None),
    (TOKENIZER, {"name_or_path": "mistralai/Mistral-7B", "is_local": False}, None),
]


def test_no_request_arrives_and_no_process_starts(tmp_path: Path) -> None:
    archives = [
        changed(tmp_path / str(number), name, **values)
        for number, (name, values, _) in enumerate(HOSTILE)
    ]
    resolved = mutated(
        SPAN,
        Mutation("config.json", ("model", "encoder", "model_name"), "package:evil"),
        tmp_path / "package",
    )
    result = subprocess.run(
        [sys.executable, "-m", "tests.models.hostile", *map(str, [SPAN, *archives, resolved])],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=STORED.parents[1],
        env={key: value for key, value in os.environ.items() if "OFFLINE" not in key},
    )
    assert result.returncode == 0, result.stderr[-2000:]
    *lines, end = [json.loads(line) for line in result.stdout.splitlines()]
    assert end == "end"
    expected = [*((values, message) for _, values, message in HOSTILE), ("package:evil", None)]
    for (values, message), line in zip(expected, lines, strict=True):
        assert (line["events"], line["requests"]) == ([], []), values
        assert message in line["error"] if message else line["error"] is None, (values, line)


@pytest.mark.parametrize(
    ("path", "values", "message"),
    [
        (ENCODER, {"vocab_size": 10**9}, "vocab_size=1000000000; accepted: at most 10,000,000"),
        (ENCODER, {"vocab_size": 10**7}, "model.safetensors does not fit the config: "),
        (ENCODER, {"vocab_size": 0}, "the model cannot be built: "),
        (ENCODER, {"hidden_size": -1}, "the model cannot be built: "),
        (ENCODER, {"hidden_size": 10**7}, "model.safetensors does not fit the config: "),
        (ENCODER, {"num_hidden_layers": 10**6}, "num_hidden_layers=1000000; accepted: 1 to 1000"),
        (ENCODER, {"num_hidden_layers": 0}, "num_hidden_layers=0; accepted: 1 to 1000"),
        (ENCODER, {"num_hidden_layers": 3}, "no backbone.encoder.model.encoder.layer.2."),
        (ENCODER, {"num_hidden_layers": 1}, "is not part of the model"),
        (ENCODER, {"num_attention_heads": 0}, "the model cannot be built: "),
        (ENCODER, {"max_position_embeddings": 10**6}, "position_embeddings.weight has the shape"),
        (ENCODER, {"hidden_act": "nonsense"}, "the model cannot be built: KeyError: 'nonsense'"),
        (ENCODER, {"layer_norm_eps": float("nan")}, "layer_norm_eps=nan; accepted"),
        (ENCODER, {"layer_norm_eps": -1}, "layer_norm_eps=-1; accepted: above 0, below 1"),
        (ENCODER, {"hidden_dropout_prob": float("inf")}, "hidden_dropout_prob=inf; accepted"),
        (TOKENIZER, {"pad_token": "a new piece"}, "but the encoder has embeddings for 693 pieces"),
    ],
)
def test_values_that_do_not_fit_the_weights(
    tmp_path: Path, path: str, values: dict[str, Any], message: str
) -> None:
    source = changed(tmp_path / "archive", path, **values)
    with limited(values), pytest.raises(ArchiveError) as caught:
        archive.load(source)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 800 + len(str(tmp_path))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("width_dim", 10**9),
        ("width_dim", 10**7),
        ("width_dim", 9),
        ("max_width", 10**9),
        ("max_width", 10**6),
        ("max_width", 0),
        ("max_width", -1),
    ],
)
def test_widths_that_do_not_fit_the_weights(tmp_path: Path, key: str, value: int) -> None:
    source = mutated(SPAN, Mutation("config.json", ("model", key), value), tmp_path / "archive")
    start = time.monotonic()
    with limited(value), pytest.raises(ArchiveError, match=key.split("_")[1] + "|widths"):
        archive.load(source)
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_archives_load_and_predict_or_are_refused(kind: str, tmp_path: Path) -> None:
    """No traceback, no hang; a mutation that changes nothing that counts may load."""
    stored = STORED / f"{kind}_0.1.0" / "archive"
    refused: list[str] = []
    for mutation in islice(mutations(stored, seed=len(kind)), 120):
        source = mutated(stored, mutation, tmp_path / "archive")
        with limited(mutation):
            try:
                predictor = Predictor.load(source, device="cpu")
            except ArchiveError as error:
                refused.append(str(error).removeprefix(f"{source}: "))
            else:
                predictor.documents([DOCUMENT])
    assert 60 < len(refused) < 120
    assert max(map(len, refused)) < 1200
    assert not any(str(tmp_path) in message for message in refused)


@pytest.mark.parametrize("kind", KINDS)
def test_loading_draws_no_random_numbers(kind: str) -> None:
    state = torch.get_rng_state()
    archive.load(STORED / f"{kind}_0.1.0" / "archive")
    assert torch.equal(torch.get_rng_state(), state)

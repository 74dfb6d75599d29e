"""What a model card says, and that archives carry it."""

from pathlib import Path

from jointre.models import archive
from jointre.models.model_card import model_card


def test_a_card(tiny_run: Path) -> None:
    loaded = archive.load(tiny_run)
    about = {
        **loaded.about,
        "data": {"name": "Harbour news", "license": "CC-BY-4.0"},
        "scores": {
            "epoch": 3,
            "dev": {
                "protocol": "spert",
                "entity": {"f1": 0.5, "precision": 0.25, "recall": 1.0, "support": 7},
            },
        },
    }
    card = model_card(loaded.model, loaded.config, about)
    for line in (
        "A jointre model of type `span` for sentences, which finds entities and the relations",
        "- Entity labels: `Person`, `Organization`, `Place`, `Event`",
        "- Name: Harbour news",
        "- Licence: CC-BY-4.0",
        "Protocol `spert`, in percent",
        "| dev | entity | 50.00 | 25.00 | 100.00 | 7 |",
    ):
        assert line in card


def test_what_is_not_known_is_said(tiny_run: Path) -> None:
    loaded = archive.load(tiny_run)
    card = model_card(loaded.model, loaded.config, {})
    assert "- Licence: the experiment does not say (`data.license`)" in card
    assert "The model was not scored." in card


def test_archives_carry_it(tiny_run: Path, tmp_path: Path) -> None:
    """It is verified like every other file, and has the scores of the run."""
    text = (tiny_run / "archive" / "README.md").read_text("utf-8")
    assert "| dev | relation_strict |" in text
    loaded = archive.load(tiny_run)
    archive.save(loaded.model, loaded.config, tmp_path / "archive", loaded.about)
    again = (tmp_path / "archive" / "README.md").read_text("utf-8")
    assert again == text

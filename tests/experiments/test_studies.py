"""The studies that are installed: each resolves, and what it publishes are scores that it shows."""

import json
from pathlib import Path

import pytest

from jointre.config import load_study
from jointre.studies.plan import planned

STUDIES = sorted(Path("experiments/studies").glob("*.jsonnet"))


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """Empty files where the studies look for theirs, which a plan only takes the checksum of."""
    for name in (
        *(f"scierc/spert/scierc_{part}.json" for part in ("train", "dev", "types")),
        *(f"cdr/pubtator/CDR_{part}Set.PubTator.txt.gz" for part in ("Training", "Development")),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_a_study(file: Path, corpora: Path) -> None:
    plan = planned(load_study(file, ext_vars={"data": str(corpora)}))
    variants = plan.study.variants
    assert len(plan.runs) == len(variants) * len(plan.study.seeds)
    assert len({run.digest for run in plan.runs}) == len(plan.runs)  # all of them differ
    for variant in variants:
        assert variant.published.keys() <= set(plan.show)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"// jointre study run {file}")


def test_published_scores_are_percentages() -> None:
    published = json.loads(Path("experiments/studies/published.json").read_text())
    for paper in published.values():
        assert paper["source"].count("https://") == 1
        for table in (value for key, value in paper.items() if key != "source"):
            for scores in table.values():
                assert all(1 < score < 100 for score in scores.values())

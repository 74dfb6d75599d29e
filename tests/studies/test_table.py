"""The four forms of a study's table."""

import csv
import io
import re

from rich.console import Console

from jointre.evaluation.significance import Gain
from jointre.studies.results import Score, StudyResults, VariantResult
from jointre.studies.table import as_csv, as_latex, as_markdown, as_text, headings, score_title

SCORES = {
    "base": Score([0.5, 0.52], published=0.881),
    "better": Score([0.6, 0.64], 0.11, Gain(0.11, 0.05, 0.2, 0.001), 0.333),
    "noise": Score([0.51], 0.0, Gain(0.0, -0.1, 0.1, 0.9)),
    "waiting": Score([]),
}
RESULTS = StudyResults(
    "Agents & heads",
    None,
    "base",
    "test",
    "spert",
    ["entity_f1"],
    [
        VariantResult(
            name,
            f"{name}_1",
            group,
            None,
            [1, 2][: len(score.values)],
            2,
            len(score.values),
            {"entity_f1": score},
        )
        for (name, score), group in zip(
            SCORES.items(), [None, "Table 3: 100 %", "Table 3: 100 %", "rest"], strict=True
        )
    ],
)


def test_text() -> None:
    """Differences that may be chance are grey, and it fits into 80 columns."""
    written = io.StringIO()
    console = Console(file=written, width=80, force_terminal=True, color_system="truecolor")
    console.print(as_text(RESULTS))
    styled = written.getvalue()
    text = re.sub(r"\x1b\[[0-9;]*m", "", styled)
    assert "51.0 ± 1.4" in text
    assert "published 88.1" in text
    assert "+11.0 (p 0.001 / 0.333)" in text
    assert "\x1b[2m+0.0 (p 0.900)" in styled
    assert "\x1b[2m+11.0" not in styled
    assert "Table 3: 100 %" in text
    assert max(map(len, text.splitlines())) <= 80


def test_markdown() -> None:
    lines = as_markdown(RESULTS).splitlines()
    assert lines[0] == "|  | entity | Δ | p | published | runs |"
    assert lines[2] == "| base_1 | 51.0 ± 1.4 |  |  | 88.1 | 2/2 |"
    assert lines[3] == "| **Table 3: 100 %** |  |  |  |  |  |"
    assert lines[4] == "| better_1 | 62.0 ± 2.8 | +11.0 | 0.001 / 0.333 |  | 2/2 |"
    assert lines[5] == "| noise_1 | 51.0 | (+0.0) | (0.900) |  | 1/2 |"
    assert lines[7] == "| waiting_1 | – |  |  |  | 0/2 |"
    assert "difference to base_1" in lines[-1]


def test_latex() -> None:
    text = as_latex(RESULTS)
    assert r"base\_1 & 51.0 $\pm$ 1.4 &  &  & 88.1 & 2/2 \\" in text
    assert r"\multicolumn{6}{l}{\textit{Table 3: 100 \%}} \\" in text
    assert r"noise\_1 & 51.0 & \textcolor{gray}{+0.0} & \textcolor{gray}{0.900}" in text
    assert r"\caption{Agents \& heads." in text
    assert text.count("{") == text.count("}")


def test_csv() -> None:
    rows = list(csv.DictReader(as_csv(RESULTS).splitlines()))
    assert [row["variant"] for row in rows] == list(SCORES)
    assert (float(rows[0]["mean"]), rows[0]["published"]) == (0.51, "0.881")
    assert (rows[1]["p_documents"], rows[1]["certain"], rows[2]["certain"]) == (
        "0.001",
        "True",
        "False",
    )
    assert rows[3]["mean"] == ""


def test_names() -> None:
    assert headings(RESULTS) == ["entity", "Δ", "p", "published", "runs"]
    assert score_title("mention_macro_f1") == "mention macro"

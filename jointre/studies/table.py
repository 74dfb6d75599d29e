"""The table of a study: as text, Markdown, LaTeX and CSV."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

from jointre.studies.results import Score, StudyResults, VariantResult

TableFormat = Literal["text", "markdown", "latex", "csv"]

_LATEX = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\\": r"\textbackslash{}",
    }
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table: its title, its cells, and whether its difference may be chance."""

    group: str | None
    title: str
    cells: Sequence[str]
    uncertain: Sequence[bool]


def headings(results: StudyResults) -> list[str]:
    """The headings of the columns after the first."""
    found = []
    for name in results.show:
        found += [score_title(name), "Δ", "p"]
        if any(variant.scores[name].published is not None for variant in results.variants):
            found.append("published")
    return [*found, "runs"]


def score_title(name: str) -> str:
    """A score as tables and figures name it.

    Example:
        >>> score_title("relation_strict_f1"), score_title("entity_macro_f1")
        ('relation strict', 'entity macro')
    """
    return name.removesuffix("_f1").replace("_", " ")


def rows(results: StudyResults) -> list[_Row]:
    """The rows of the table, in the order of the study."""
    shown = {
        name: any(variant.scores[name].published is not None for variant in results.variants)
        for name in results.show
    }
    return [_row(variant, shown) for variant in results.variants]


def _row(variant: VariantResult, shown: Mapping[str, bool]) -> _Row:
    cells: list[str] = []
    uncertain: list[bool] = []
    for name, published in shown.items():
        score = variant.scores[name]
        new = [_mean(score), _difference(score), _p(score)]
        uncertain += [False, not score.is_certain, not score.is_certain]
        if published:
            new.append("" if score.published is None else f"{100 * score.published:.1f}")
            uncertain.append(False)
        cells += new
    return _Row(
        variant.group,
        variant.title,
        [*cells, f"{variant.finished}/{variant.runs}"],
        [*uncertain, False],
    )


def _mean(score: Score) -> str:
    if score.mean is None:
        return "–"
    deviation = "" if score.deviation is None else f" ± {100 * score.deviation:.1f}"
    return f"{100 * score.mean:.1f}{deviation}"


def _difference(score: Score) -> str:
    return "" if score.difference is None else f"{100 * score.difference:+.1f}"


def _p(score: Score) -> str:
    tests = [None if score.gain is None else score.gain.p_value, score.p_seeds]
    return " / ".join(f"{p:.3f}" for p in tests if p is not None)


def caption(results: StudyResults) -> str:
    """What the numbers are."""
    title = f"{results.title}. " if results.title else ""
    base = next(each.title for each in results.variants if each.name == results.base)
    return (
        f"{title}Scores on {results.split} in percent, protocol {results.protocol}: mean ± "
        f"standard deviation over seeds; difference to {base}; p of a paired bootstrap over "
        "documents / of a permutation test over seeds."
    )


def as_text(results: StudyResults) -> Table:
    """The table for a terminal, narrow; differences that may be chance are grey."""
    table = Table(title=caption(results), title_justify="left")
    table.add_column("", overflow="fold")
    for name in results.show:
        table.add_column(score_title(name), justify="right")
    table.add_column("runs", justify="right")
    group: str | None = None
    for number, variant in enumerate(results.variants):
        if number and variant.group != group:
            table.add_section()
        if variant.group is not None and variant.group != group:
            table.add_row(Text(variant.group, style="bold"))
        group = variant.group
        cells = [_stacked(variant.scores[name]) for name in results.show]
        table.add_row(Text(variant.title), *cells, f"{variant.finished}/{variant.runs}")
    return table


def _stacked(score: Score) -> Text:
    """The mean, and below it the difference, its p-values and the published score."""
    lines = [Text(_mean(score))]
    if score.difference is not None:
        tests = _p(score)
        line = f"{_difference(score)} (p {tests})" if tests else _difference(score)
        lines.append(Text(line, style="" if score.is_certain else "dim"))
    if score.published is not None:
        lines.append(Text(f"published {100 * score.published:.1f}"))
    return Text("\n").join(lines)


def as_markdown(results: StudyResults) -> str:
    """A Markdown table; differences that may be chance are in brackets."""
    names = headings(results)

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"

    lines = [line(["", *names]), line(["---", *["---:"] * len(names)])]
    group: str | None = None
    for row in rows(results):
        if row.group is not None and row.group != group:
            lines.append(line([f"**{row.group}**", *[""] * len(names)]))
        group = row.group
        lines.append(line([row.title, *_bracketed(row, lambda cell: f"({cell})")]))
    return "\n".join(["\n".join(lines), "", f"{caption(results)} In brackets: may be chance."])


def as_latex(results: StudyResults) -> str:
    """A LaTeX table with booktabs; differences that may be chance are grey."""
    names = headings(results)
    lines = [
        "% needs \\usepackage{booktabs,xcolor}",
        "\\begin{table}",
        "\\centering",
        f"\\begin{{tabular}}{{l{'r' * len(names)}}}",
        "\\toprule",
        f" & {' & '.join(_latex(name) for name in names)} \\\\",
        "\\midrule",
    ]
    group: str | None = None
    for number, row in enumerate(rows(results)):
        if row.group != group:
            if number:
                lines.append("\\midrule")
            if row.group is not None:
                width = len(names) + 1
                lines.append(
                    f"\\multicolumn{{{width}}}{{l}}{{\\textit{{{_latex(row.group)}}}}} \\\\"
                )
        group = row.group
        escaped = _Row(row.group, row.title, [_latex(cell) for cell in row.cells], row.uncertain)
        cells = _bracketed(escaped, lambda cell: f"\\textcolor{{gray}}{{{cell}}}")
        lines.append(f"{_latex(row.title)} & {' & '.join(cells)} \\\\")
    lines += [
        "\\bottomrule",
        "\\end{tabular}",
        f"\\caption{{{_latex(caption(results))} Grey: may be chance.}}",
        "\\end{table}",
    ]
    return "\n".join(lines)


def _bracketed(row: _Row, mark: Callable[[str], str]) -> list[str]:
    return [
        mark(cell) if uncertain and cell else cell
        for cell, uncertain in zip(row.cells, row.uncertain, strict=True)
    ]


def _latex(text: str) -> str:
    return (
        text.translate(_LATEX).replace("±", "$\\pm$").replace("Δ", "$\\Delta$").replace("–", "--")
    )


def as_csv(results: StudyResults) -> str:
    """One line per variant and score, with all numbers in full."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(
        [
            *("variant", "group", "x", "score", "seeds", "mean", "deviation", "difference"),
            *("low", "high", "p_documents", "p_seeds", "certain", "published"),
        ]
    )
    for variant in results.variants:
        for name, score in variant.scores.items():
            gain = score.gain
            interval = ["", "", ""] if gain is None else [gain.low, gain.high, gain.p_value]
            certain = "" if score.difference is None else score.is_certain
            table.writerow(
                [
                    *(variant.name, variant.group, variant.x, name, len(score.values)),
                    *(score.mean, score.deviation, score.difference, *interval),
                    *(score.p_seeds, certain, score.published),
                ]
            )
    return written.getvalue().rstrip("\n")

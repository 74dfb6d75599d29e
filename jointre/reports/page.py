"""The page of a report: one HTML file that needs no other file and no network."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Any

from jointre.display.measure import markup
from jointre.evaluation.document_counts import Row
from jointre.evaluation.errors_by_kind import (
    ENTITY_KINDS,
    RELATION_KINDS,
    EntityItem,
    RelationItem,
    compares_clusters,
    confusion,
    errors_by_kind,
)
from jointre.evaluation.report import Ratios, Scores
from jointre.evaluation.slices import Slice
from jointre.reports.error_report import ErrorReport, curves, interval_text
from jointre.reports.page_data import page_data
from jointre.reports.suspects import Suspect

SUSPECTS_SHOWN = 50
CONFUSED_LABELS = 25
_DESCRIPTIONS = {
    "correct": "exactly as annotated",
    "type": "right words, wrong entity type (of a relation: of an argument)",
    "boundary": "right label, but the words only overlap",
    "direction": "head and tail are exchanged",
    "label": "right arguments, wrong relation",
    "argument": "right relation, but one argument is another entity",
    "missed": "annotated, and nothing like it is predicted",
    "spurious": "predicted, and nothing like it is annotated",
}
_CLUSTER_BOUNDARY = "right label, but only some mentions are right"


def page(report: ErrorReport) -> str:
    """The page as HTML.

    Args:
        report: The report.
    """
    script = _resource("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    data = page_data(report)
    data["curves"] = [curves(system) for system in report.systems]
    data["suspects"] = [each.to_dict(report.gold[each.document]) for each in report.suspects]
    title = f"{report.systems[0].name} on {report.data}"
    return "".join(
        (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{markup(title)}</title>\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'\">\n"
            f"<style>{_resource('page.css')}</style>\n</head><body>\n",
            *_sections(report),
            f'<script type="application/json" id="data">{_json(data)}</script>\n',
            f"<script>{script}</script>\n</body></html>\n",
        )
    )


def _resource(name: str) -> str:
    return files("jointre.reports").joinpath(name).read_text(encoding="utf-8")


def _json(data: Any) -> str:
    """JSON that cannot end a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _sections(report: ErrorReport) -> Iterator[str]:
    systems = [markup(system.name) for system in report.systems]
    yield f"<header><h1>{systems[0]} on {markup(report.data)}</h1>\n"
    if len(systems) > 1:
        yield f"<p>Compared with {systems[1]}.</p>\n"
    yield (
        f"<p>{len(report.gold):,} documents; protocol <code>"
        f"{markup(report.metric.registered_name)}</code>. Numbers are percentages; intervals "
        "contain 95 % of the resamples of a bootstrap over documents.</p>\n"
    )
    yield from (f'<p class="note">{markup(note)}</p>\n' for note in report.notes)
    yield (
        '<nav><a href="#scores">Scores</a><a href="#errors">Errors by kind</a>'
        '<a href="#confusion">Confusion</a><a href="#slices">Slices</a>'
        '<a href="#curves-section">Curves</a><a href="#suspects">Suspect annotations</a>'
        '<a href="#examples">Examples</a></nav></header>\n<main>\n'
    )
    yield _section("scores", "Scores", _scores(report))
    yield _section("errors", "Errors by kind", _kinds(report))
    yield _section("confusion", "Confusion of labels", _confusion(report))
    yield _section("slices", "Scores of parts of the data", _slices(report))
    yield _section("curves-section", "Curves", _curves(report))
    yield _section("suspects", "Suspect annotations", _suspects(report))
    yield _section("examples", "Examples", _examples(report))
    yield "</main>\n"


def _section(id: str, title: str, content: Iterable[str]) -> str:
    return f'<section id="{id}"><h2>{title}</h2>\n{"".join(content)}</section>\n'


def _table(heads: Sequence[str], rows: Iterable[str], style: str = "") -> str:
    class_ = f' class="{style}"' if style else ""
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f'<div class="wide"><table{class_}><thead><tr>{cells}</tr></thead>\n'
        f"<tbody>{''.join(rows)}</tbody></table></div>\n"
    )


def _row(name: str, cells: Iterable[str], style: str = "") -> str:
    class_ = f' class="{style}"' if style else ""
    return (
        f'<tr{class_}><th scope="row">{markup(name)}</th>'
        f"{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
    )


# Scores


def _scores(report: ErrorReport) -> Iterator[str]:
    compared = report.comparison is not None
    heads = ["", "F1", "interval", "precision", "recall", "gold"]
    if compared:
        heads = ["", "F1 A", "F1 B", "B − A", "interval", "p", "gold"]
        names = (markup(system.name) for system in report.systems)
        yield f"<p>A: {next(names)}<br>B: {next(names)}</p>\n"
    yield _table(heads, _compared_rows(report) if compared else _score_rows(report))


def _score_rows(report: ErrorReport) -> Iterator[str]:
    system = report.systems[0]
    for block, scores in report.systems[0].scores.blocks.items():
        yield _row(
            block, _score_cells(scores.micro, interval_text(system, block, "micro")), "block"
        )
        interval = interval_text(system, block, "macro")
        yield _row("macro", [f"{100 * scores.macro_f1:.2f}", interval, "", "", ""])
        for label, ratios in scores.per_type.items():
            yield _row(label, _score_cells(ratios, interval_text(system, block, label)))


def _score_cells(ratios: Ratios | Scores, interval: str) -> list[str]:
    return [
        f"{100 * ratios.f1:.2f}",
        interval,
        f"{100 * ratios.precision:.2f}",
        f"{100 * ratios.recall:.2f}",
        f"{ratios.support:,}",
    ]


def _compared_rows(report: ErrorReport) -> Iterator[str]:
    comparison = report.comparison
    if comparison is None:
        return
    for each in comparison.differences:
        row: Row = each.row
        cells = [
            f"{100 * each.one:.2f}",
            f"{100 * each.other:.2f}",
            f"{100 * each.difference:+.2f}",
            f"{100 * each.low:+.1f} … {100 * each.high:+.1f}",
            f"{each.p_value:.3f}",
            f"{each.support:,}",
        ]
        style = "block" if row.label == "micro" else "" if each.is_certain else "faint"
        yield _row(row.block if row.label == "micro" else row.label, cells, style)


# Errors by kind


def _kinds(report: ErrorReport) -> Iterator[str]:
    counts = [errors_by_kind(system.outcomes) for system in report.systems]
    yield "<p>A number shows its texts below.</p>\n<div class='tables'>\n"
    for task, kinds in (("entity", ENTITY_KINDS), ("relation", RELATION_KINDS)):
        totals = [sum(each[task].values()) for each in counts]
        names = ["", "", "share"] if len(counts) == 1 else ["", "A", "share", "B", "share"]
        rows = []
        for kind in kinds:
            cells = []
            for number, each in enumerate(counts):
                count = each[task][kind]
                share = count / totals[number] if totals[number] else 0.0
                cells += [_kind_button(number, task, kind, count), f"{100 * share:.1f}"]
            described = _DESCRIPTIONS[kind]
            if kind == "boundary" and compares_clusters(report.metric):
                described = _CLUSTER_BOUNDARY
            said = f'<td class="said">{described}</td></tr>'
            rows.append(_row(kind, cells).replace("</tr>", said))
        yield f"<div><h3>{task}</h3>{_table([*names, ''], rows)}</div>\n"
    yield "</div>\n"
    changes = report.change_counts()
    if changes is not None:
        rows = [
            _row(
                task,
                [
                    f'<button type="button" class="link" data-task="{task}" data-change="{name}">'
                    f"{found[name]:,}</button>"
                    for name in ("fixed", "broken")
                ],
            )
            for task, found in changes.items()
        ]
        yield (
            "<h3>What changed from A to B</h3><p>Fixed: annotated items that only B finds, and "
            "wrong predictions that only A makes. Broken: the reverse.</p>"
        )
        yield _table(["", "fixed", "broken"], rows)


def _kind_button(system: int, task: str, kind: str, count: int, more: str = "") -> str:
    if kind == "correct" or not count:
        return f"{count:,}"
    return (
        f'<button type="button" class="link" data-system="{system}" data-task="{task}" '
        f'data-kind="{kind}"{more}>{count:,}</button>'
    )


# Confusion


def _confusion(report: ErrorReport) -> Iterator[str]:
    yield (
        "<p>Rows are annotated labels, columns predicted ones, for the same words or arguments. "
        "“none” counts what was missed or is spurious.</p>\n"
    )
    for number, system in enumerate(report.systems):
        if len(report.systems) > 1:
            yield f"<h3>{markup(system.name)}</h3>\n"
        entities = confusion(each for document in system.outcomes for each in document.entities)
        relations = confusion(each for document in system.outcomes for each in document.relations)
        for task, counts in (("entity", entities), ("relation", relations)):
            yield from _confusion_table(report, number, task, counts)


def _confusion_table(
    report: ErrorReport, system: int, task: str, counts: dict[tuple[str | None, str | None], int]
) -> Iterator[str]:
    used = {label for pair in counts for label in pair if label is not None}
    names = [label for label in report.labels[task] if label in used]
    shown: list[str | None] = [*names[:CONFUSED_LABELS], None]
    if not names:
        return
    if len(names) > CONFUSED_LABELS:
        total = {name: sum(n for pair, n in counts.items() if name in pair) for name in names}
        shown = [*sorted(names, key=lambda name: -total[name])[:CONFUSED_LABELS], None]
        yield (
            f"<p>The {CONFUSED_LABELS} most frequent of {len(names)} {task} labels; the JSON file "
            "has all.</p>\n"
        )
    kind = "type" if task == "entity" else "label"
    rows = []
    for gold in shown:
        whole = sum(n for (label, _), n in counts.items() if label == gold) or 1
        cells = []
        for predicted in shown:
            count = counts.get((gold, predicted), 0)
            strength = count / whole
            color = "68,187,153" if gold == predicted else "238,136,102"
            button = f"{count:,}" if count else ""
            if count and gold != predicted and gold is not None and predicted is not None:
                more = f' data-gold="{markup(gold)}" data-predicted="{markup(predicted)}"'
                button = _kind_button(system, task, kind, count, more)
            cells.append(
                f'<td class="cell" style="background: rgba({color},{0.85 * strength:.2f})">'
                f"{button}</td>"
            )
        name = markup(gold or "none")
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>\n')
    heads = [task, *(markup(label or "none") for label in shown)]
    yield _table(heads, rows)


# Slices


def _slices(report: ErrorReport) -> Iterator[str]:
    yield '<div class="tables">\n'
    for position, made in enumerate(report.slices[0]):
        of_all = [slices[position] for slices in report.slices]
        yield f"<div><h3>{made.task}: {made.name}</h3>{_slice_table(of_all)}</div>\n"
    yield "</div>\n"


def _slice_table(made: Sequence[Slice]) -> str:
    groups = list(dict.fromkeys(name for each in made for name in each.groups))
    compared = len(made) > 1
    heads = ["", "F1", "", "precision", "recall", "gold"]
    if compared:
        heads = ["", "F1 A", "F1 B", "gold"]
    rows = []
    for group in _in_order(groups, made):
        ratios = [each.groups.get(group) for each in made]
        gold = next(each.support for each in ratios if each is not None)
        f1 = ["" if each is None else f"{100 * each.f1:.1f}" for each in ratios]
        one = ratios[0]
        if compared or one is None:
            rows.append(_row(group, [*f1, f"{gold:,}"]))
            continue
        rows.append(
            f'<tr><th scope="row">{markup(group)}</th><td>{f1[0]}</td>'
            f'<td class="bar"><span style="width: {100 * one.f1:.0f}%"></span></td>'
            f"<td>{100 * one.precision:.1f}</td><td>{100 * one.recall:.1f}</td>"
            f"<td>{gold:,}</td></tr>\n"
        )
    return _table(heads, rows)


def _in_order(groups: Sequence[str], made: Sequence[Slice]) -> list[str]:
    """The groups of all systems in the order of the property."""
    order = made[0].order
    return sorted(groups, key=order.index)


# Curves and suspects


def _curves(report: ErrorReport) -> Iterator[str]:
    if not any(labels for system in report.systems for labels in curves(system).values()):
        yield "<p>Curves are missing because the predictions have no scores.</p>\n"
        return
    yield (
        "<p>Every possible prediction of a label, by its probability. A relation counts as right "
        "if both arguments have the right words.</p>\n"
    )
    if not all(system.complete_curves for system in report.systems):
        yield (
            '<p class="note">Of a prediction file only the predictions are known, so its curve '
            "ends at its recall.</p>\n"
        )
    yield (
        '<div class="filters"><label>task <select id="curve-task"><option value="entity">entity'
        '</option><option value="relation">relation</option></select></label>'
        '<label>label <select id="curve-label"></select></label></div>\n'
        '<div id="curve-numbers"></div><div id="curves" class="curves"></div>\n'
    )


def _suspects(report: ErrorReport) -> Iterator[str]:
    if not report.suspects:
        yield "<p>The model contradicts no annotation, or its probabilities are not known.</p>\n"
        return
    count = len(report.suspects)
    yield (
        "<p>The annotations that the model contradicts most confidently. Many are mistakes of the "
        "model, but they are a good place to look for mistakes of the annotation. "
        f"The {min(count, SUSPECTS_SHOWN)} most confident ones are shown; "
        f'<button type="button" id="save-suspects">save all {count:,} as JSON lines</button></p>\n'
    )
    rows = [
        f"<tr><td>{100 * each.confidence:.0f}</td><td>{each.task}, {each.kind}</td>"
        f"<td>{_item(each, report, annotated=True)}</td>"
        f"<td>{_item(each, report, annotated=False)}</td>"
        f"<td>{markup(report.gold[each.document].id)}</td></tr>\n"
        for each in report.suspects[:SUSPECTS_SHOWN]
    ]
    yield _table(["confidence", "kind", "annotated", "predicted", "document"], rows, "text")


def _item(suspect: Suspect, report: ErrorReport, annotated: bool) -> str:
    item = suspect.gold if annotated else suspect.predicted
    document = report.gold[suspect.document]
    if item is None:
        return '<span class="faint">nothing</span>'

    def text(entity: EntityItem) -> str:
        return "“" + markup(" ".join(document.text_of(entity.mentions[0]).split())[:60]) + "”"

    if isinstance(item, RelationItem):
        return f"{text(item.head)} — {markup(item.label)} → {text(item.tail)}"
    return f"{markup(item.label or '?')} {text(item)}"


# Examples


def _examples(report: ErrorReport) -> Iterator[str]:
    yield '<div class="filters">\n'
    if len(report.systems) > 1:
        names = "".join(
            f'<option value="{i}">{markup(system.name)}</option>'
            for i, system in enumerate(report.systems)
        )
        yield f'<label>errors of <select id="filter-system">{names}</select></label>\n'
        yield (
            '<label>changes <select id="filter-change"><option value="">not filtered</option>'
            '<option value="any">fixed or broken</option><option value="fixed">fixed</option>'
            '<option value="broken">broken</option></select></label>\n'
        )
    yield (
        '<label>task <select id="filter-task"><option value="-1">any</option>'
        '<option value="0">entity</option><option value="1">relation</option></select></label>\n'
        '<label>kind <select id="filter-kind"><option value="-1">any</option></select></label>\n'
        '<label>annotated label <select id="filter-gold"></select></label>\n'
        '<label>predicted label <select id="filter-predicted"></select></label>\n'
        '<label>text <input id="filter-search" type="search" placeholder="words or id"></label>\n'
        '<button type="button" id="reset">show all</button>\n</div>\n'
        '<p id="count" aria-live="polite"></p>\n'
        '<p class="faint">Wrong items are red. Lines under words are entities, arcs are relations '
        "from head to tail.</p>\n"
        '<div id="cards"></div>\n<div class="pages">'
        '<button type="button" id="previous">previous</button><span id="page"></span>'
        '<button type="button" id="next">next</button></div>\n'
    )

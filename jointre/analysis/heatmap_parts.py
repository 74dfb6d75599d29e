"""Layout, colours, numbers and texts that all pictures of attention share."""

from collections.abc import Sequence

from jointre.analysis.attention import AttentionMap, AttentionRow, Mark

DARKEST = (0, 68, 27)  # the colour of a row's maximum; 0 is white
LIGHT_TEXT_ABOVE = 0.55  # of the maximum: white figures on dark cells
COLORS: dict[Mark | None, str] = {"related": "#c00000", "entity": "#0040d0", None: "#202020"}
MEANINGS = {
    "bert": "BERT: what [CLS] reads in the encoder's last layer",
    "ner": "NER: what the entity agent reads: tokens of the relation task; first column: itself",
    "re": "RE: what the relation agent reads: tokens of the entity task; first column: itself",
    "memory": "entity: …, relation: …: the tokens that the memory's slot for this label reads",
}


def ink(fraction: float) -> str:
    """The colour of the number in a cell, by the fraction of the row's maximum."""
    return "#ffffff" if fraction > LIGHT_TEXT_ABOVE else COLORS[None]


def lines(sizes: Sequence[float], limit: float) -> list[range]:
    """Consecutive columns that fit into a line, in as few lines of similar length as possible."""
    count = len(_filled(sizes, limit))
    return _filled(sizes, min(limit, sum(sizes) / count + max(sizes)))


def _filled(sizes: Sequence[float], limit: float) -> list[range]:
    """Lines with as many columns as fit, and at least one column each."""
    starts, used = [0], 0.0
    for column, size in enumerate(sizes):
        if used and used + size > limit:
            starts.append(column)
            used = 0.0
        used += size
    return [range(*pair) for pair in zip(starts, [*starts[1:], len(sizes)], strict=True)]


def share(weight: float, top: float) -> float:
    """The weight as a fraction of the row's maximum."""
    return weight / top if top > 0 else 0.0


def shade(fraction: float) -> str:
    """The colour of a cell as ``#rrggbb``: white for 0, the darkest colour for 1."""
    return "#" + "".join(f"{round(255 + (dark - 255) * fraction):02x}" for dark in DARKEST)


def percent(weight: float) -> str:
    """A weight in percent with one decimal; with two if it is below 0.95, and with none at 100."""
    value = 100 * weight
    return f"{value:.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 0.95 else f"{value:.2f}"


def title(row: AttentionRow) -> str:
    """The name of a row: BERT, NER, RE, or a memory's task and label."""
    first, *slot = row.key
    name, _, number = first.partition("_")
    suffix = f" {number}" if number else ""
    return f"{slot[0]}: {slot[1]}{suffix}" if slot else name.upper() + suffix


def captions(picture: AttentionMap) -> list[str]:
    """Sentences about the meaning of the rows, and about what they do not show."""
    kinds = dict.fromkeys(row.key[0].partition("_")[0] for row in picture.rows)
    texts = [MEANINGS[kind] for kind in kinds]
    if any(row.unshown for row in picture.rows):
        texts.append("[SEP] is not shown; a row sums to 100 % with it")
    return [*texts, *picture.notes]

"""Mentions that are found because others of the same name are, span by span."""


def consistent(
    spans: list[list[int]],
    names: list[int],
    probabilities: list[float],
    threshold: float,
    lower: float,
) -> list[int]:
    """Rows of spans below the threshold that are mentions for the sake of consistency.

    Args:
        spans: (unit, start, end) of each span.
        names: The name of each span.
        probabilities: Probability that each span is a mention.
        threshold: Probability at which a span is a mention on its own.
        lower: Probability that every span reaches.
    """
    kept = [p >= threshold for p in probabilities]
    rows = []
    for row, (unit, start, end) in enumerate(spans):
        group = [other for other, name in enumerate(names) if name == names[row]]
        best = sorted((probabilities[other] for other in group), reverse=True)[:2]
        inside = any(
            kept[other] and spans[other][0] == unit and s <= start and end <= e
            for other, (_, s, e) in enumerate(spans)
        )
        if kept[row] or inside or not any(kept[other] for other in group):
            continue
        if sum(best) / 2 >= (threshold + lower) / 2:
            rows.append(row)
    return rows

"""Levenshtein distance by its definition."""

from functools import cache


def levenshtein(first: str, second: str) -> int:
    """Fewest insertions, deletions and substitutions of a character."""

    @cache
    def steps(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        change = steps(i - 1, j - 1) + (first[i - 1] != second[j - 1])
        return min(steps(i - 1, j) + 1, steps(i, j - 1) + 1, change)

    return steps(len(first), len(second))
